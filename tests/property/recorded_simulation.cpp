#include "tests/property/recorded_simulation.hpp"

#include <string>
#include <vector>

#include "models/plan/plan.hpp"
#include "models/run/traced_span.hpp"
#include "models/traced_replication.hpp"

namespace rehearse::testing {
namespace {

constexpr std::int64_t epoch_nanoseconds = 1'704'067'200'000'000'000;

SpanKind kind_of(TracedSpan::Kind kind) {
  switch (kind) {
    case TracedSpan::Kind::internal:
      return SpanKind::internal;
    case TracedSpan::Kind::server:
      return SpanKind::server;
    case TracedSpan::Kind::client:
      return SpanKind::client;
    case TracedSpan::Kind::producer:
      return SpanKind::producer;
    case TracedSpan::Kind::consumer:
      return SpanKind::consumer;
  }
  return SpanKind::unknown;
}

/// Where spans are from.
struct InstanceNames {
  NameId service = 0;
  NameId instance = 0;
  NameId zone = 0;
};

std::vector<InstanceNames> instance_names(const Plan& plan, NameTable& names) {
  std::vector<InstanceNames> result;
  for (InstanceId instance(0); instance < plan.instances.size(); ++instance) {
    const InstancePlan& place = plan.instances[instance];
    const ServicePlan& service = plan.services[place.service];
    const Index number = instance - service.first_instance;
    result.push_back({names.intern(service.name),
                      names.intern(service.name + "/" + std::to_string(number)),
                      names.intern(place.zone)});
  }
  return result;
}

}  // namespace

SpanSet recorded(const LearnableScenario& scenario, std::uint64_t number) {
  SpanSet set;
  const System system(scenario.model, scenario.experiment);
  const Plan& plan = system.plan();
  const std::vector<InstanceNames> instances = instance_names(plan, set.names);
  const auto keep = [&](const TracedSpan& traced) {
    const InstanceNames& from = instances[traced.instance];
    const EndpointPlan& endpoint = plan.endpoints[traced.endpoint];
    Span span;
    span.trace = {traced.trace.high, traced.trace.low};
    span.id = traced.id;
    span.parent = traced.parent;
    span.start = epoch_nanoseconds + traced.start.since_start().in_nanoseconds();
    span.end = epoch_nanoseconds + traced.end.since_start().in_nanoseconds();
    span.service = from.service;
    span.instance = from.instance;
    span.zone = from.zone;
    span.operation = set.names.intern(endpoint.name.operation);
    span.kind = kind_of(traced.kind);
    if (calls_out(span.kind)) span.peer = set.names.intern(plan.services[endpoint.service].name);
    span.error = traced.status != Status::ok && traced.status != Status::cancelled;
    keep_span(set, span);
  };
  static_cast<void>(trace_replication(system, {.study = 11, .replication = number}, {},
                                      [&](const std::vector<TracedSpan>& request) {
                                        for (const TracedSpan& span : request) keep(span);
                                      }));
  return set;
}

}  // namespace rehearse::testing
