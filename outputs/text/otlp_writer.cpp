#include "outputs/text/otlp_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

#include "models/plan/plan.hpp"
#include "models/run/traced_span.hpp"
#include "models/run/tracing.hpp"
#include "outputs/text/json_writer.hpp"
#include "sim/enumerators.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::size_t longest_buffer = std::size_t{1} << 20;

/// 2024-01-01T00:00:00Z.
constexpr std::int64_t epoch_nanoseconds = 1'704'067'200'000'000'000;

/// OTLP's numbers.
struct KindRow {
  TracedSpan::Kind kind;
  int number;
};
constexpr std::array<KindRow, 5> kinds = {{{TracedSpan::Kind::internal, 1},
                                           {TracedSpan::Kind::server, 2},
                                           {TracedSpan::Kind::client, 3},
                                           {TracedSpan::Kind::producer, 4},
                                           {TracedSpan::Kind::consumer, 5}}};
static_assert(lists_every(kinds, &KindRow::kind));

/// What a span says of its end. Who was cancelled has made no mistake.
struct StatusRow {
  Status status;
  const char* word;
  bool is_error;
};
constexpr std::array<StatusRow, 9> statuses = {{{Status::ok, "", false},
                                                {Status::failed, "failed", true},
                                                {Status::refused, "refused", true},
                                                {Status::aborted, "aborted", true},
                                                {Status::unreachable, "unreachable", true},
                                                {Status::lost, "lost", true},
                                                {Status::timed_out, "timed_out", true},
                                                {Status::cancelled, "cancelled", false},
                                                {Status::not_permitted, "not_permitted", true}}};
static_assert(lists_every(statuses, &StatusRow::status));

const StatusRow& row_of(Status status) {
  return statuses[static_cast<std::size_t>(status)];
}

std::int64_t unix_nanoseconds(Time time) {
  return epoch_nanoseconds + time.since_start().in_nanoseconds();
}

/// `value` is JSON already.
std::string text_attribute(std::string_view key, std::string_view value) {
  return fmt::format(R"({{"key":"{}","value":{{"stringValue":{}}}}})", key, value);
}

/// The threshold in the fewest hexadecimal digits, as OpenTelemetry's consistent sampling has it.
std::string trace_state_of(double share) {
  const std::uint64_t threshold = sampling_threshold(share);
  if (threshold == 0) return "";
  std::string digits = fmt::format("{:014x}", threshold);
  digits.erase(digits.find_last_not_of('0') + 1);
  return fmt::format(R"("traceState":"ot=th:{}",)", digits);
}

std::string resource_of(const Plan& plan, InstanceId instance) {
  const InstancePlan& place = plan.instances[instance];
  const ServicePlan& service = plan.services[place.service];
  const Index number = instance - service.first_instance;
  const std::string name =
      place.canary ? fmt::format("{}/canary/{}", service.name, number - service.stable_instances)
                   : fmt::format("{}/{}", service.name, number);
  std::vector<std::string> attributes = {text_attribute("service.name", json_text(service.name)),
                                         text_attribute("service.instance.id", json_text(name))};
  if (service.canary_instances > 0) {
    attributes.push_back(
        text_attribute("service.version", place.canary ? R"("canary")" : R"("stable")"));
  }
  if (!place.zone.empty()) {
    attributes.push_back(text_attribute("cloud.availability_zone", json_text(place.zone)));
  }
  if (place.host != name) {
    attributes.push_back(text_attribute("host.name", json_text(place.host)));
    attributes.push_back(text_attribute("host.id", json_text(place.host)));
  }
  return fmt::format(R"({{"attributes":[{}]}})", fmt::join(attributes, ","));
}

bool calls_out(TracedSpan::Kind kind) {
  return kind == TracedSpan::Kind::client || kind == TracedSpan::Kind::producer ||
         kind == TracedSpan::Kind::internal;
}

}  // namespace

OtlpWriter::OtlpWriter(const System& system, double share, Write write)
    : plan_(system.plan()), write_(std::move(write)), trace_state_(trace_state_of(share)) {
  for (InstanceId instance(0); instance < plan_.instances.size(); ++instance) {
    resources_.push_back(resource_of(plan_, instance));
  }
  for (const EndpointPlan& endpoint : plan_.endpoints) {
    names_.push_back(json_text(endpoint.name.operation));
  }
  for (const ServicePlan& service : plan_.services) services_.push_back(json_text(service.name));
  for (const WorkloadPlan& workload : plan_.workloads) {
    workloads_.push_back(json_text(workload.name));
  }
}

void OtlpWriter::add(const std::vector<TracedSpan>& request) {
  expects(!request.empty(), "a request that is traced has a span");
  in_order_.clear();
  for (const TracedSpan& span : request) in_order_.push_back(&span);
  const auto place = [](const TracedSpan* span) {
    return std::tuple(Index{span->instance}, span->start.since_start().in_nanoseconds(), span->id);
  };
  std::sort(in_order_.begin(), in_order_.end(),
            [&](const TracedSpan* a, const TracedSpan* b) { return place(a) < place(b); });
  lines_ += R"({"resourceSpans":[)";
  for (std::size_t i = 0; i < in_order_.size(); ++i) {
    const bool first = i == 0;
    if (first || in_order_[i]->instance != in_order_[i - 1]->instance) {
      if (!first) lines_ += "]}]},";
      fmt::format_to(std::back_inserter(lines_),
                     R"({{"resource":{},"scopeSpans":[{{"scope":{{"name":"rehearse"}},"spans":[)",
                     resources_[in_order_[i]->instance]);
    } else {
      lines_ += ',';
    }
    add_span(*in_order_[i]);
  }
  lines_ += "]}]}]}\n";
  if (lines_.size() >= longest_buffer) flush();
}

void OtlpWriter::add_span(const TracedSpan& span) {
  fmt::format_to(std::back_inserter(lines_), R"({{"traceId":"{:016x}{:016x}","spanId":"{:016x}",)",
                 span.trace.high, span.trace.low, span.id);
  if (span.parent != 0) {
    fmt::format_to(std::back_inserter(lines_), R"("parentSpanId":"{:016x}",)", span.parent);
  }
  fmt::format_to(
      std::back_inserter(lines_),
      R"({}"name":{},"kind":{},"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[)",
      trace_state_, names_[span.endpoint], kinds[static_cast<std::size_t>(span.kind)].number,
      unix_nanoseconds(span.start), unix_nanoseconds(span.end));
  add_attributes(span);
  const StatusRow& status = row_of(span.status);
  if (status.is_error) {
    fmt::format_to(std::back_inserter(lines_), R"(],"status":{{"code":2,"message":"{}"}}}})",
                   status.word);
  } else {
    lines_ += R"(],"status":{}})";
  }
}

void OtlpWriter::add_attributes(const TracedSpan& span) {
  const auto add = [this](const std::string& attribute) {
    if (lines_.back() != '[') lines_ += ',';
    lines_ += attribute;
  };
  if (calls_out(span.kind)) {
    add(text_attribute("peer.service", services_[plan_.endpoints[span.endpoint].service]));
  }
  if (span.parent == 0) add(text_attribute("rehearse.workload", workloads_[span.workload]));
  if (span.attempt > 1 && (calls_out(span.kind) || span.parent == 0)) {
    add(fmt::format(R"({{"key":"rehearse.attempt","value":{{"intValue":"{}"}}}})", span.attempt));
  }
  const StatusRow& status = row_of(span.status);
  if (span.status != Status::ok) {
    add(text_attribute(status.is_error ? "error.type" : "rehearse.outcome",
                       fmt::format("\"{}\"", status.word)));
  }
}

void OtlpWriter::flush() {
  if (!lines_.empty()) write_(lines_);
  lines_.clear();
}

}  // namespace rehearse
