#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/experiment_spec.hpp"
#include "scenarios/law_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The values of scenario keys that are not plain tables; `scenario_kinds.cpp` implements them.
namespace rehearse {

/// aggregate(metric{labels}) comparison threshold.
struct ConditionText {};
void read(Reader& reader, const Node& node, MetricCondition& value, const ConditionText& kind);
Node written(const MetricCondition& value, const ConditionText& kind);
SchemaNode schema(const MetricCondition& value, const ConditionText& kind);

/// "run", "fault", "after", or ["5m", "10m"].
struct OverValue {};
void read(Reader& reader, const Node& node, IntervalSpec& value, const OverValue& kind);
Node written(const IntervalSpec& value, const OverValue& kind);
SchemaNode schema(const IntervalSpec& value, const OverValue& kind);

/// ">= 0.95".
struct AtLeast {};
void read(Reader& reader, const Node& node, double& value, const AtLeast& kind);
Node written(double value, const AtLeast& kind);
SchemaNode schema(double value, const AtLeast& kind);

inline constexpr Choice<TargetSpec::Mode, 4> mode_words{
    {{{TargetSpec::Mode::one, "one"},
      {TargetSpec::Mode::all, "all"},
      {TargetSpec::Mode::fixed, "fixed"},
      {TargetSpec::Mode::fixed_percent, "fixed-percent"}}}};

/// The keys of a target; `endpoint` names service and operation at once.
struct TargetKeys {
  std::optional<std::string> service;
  std::optional<EndpointName> endpoint;
  std::optional<std::string> version;
  std::optional<std::string> zone;
  std::optional<std::string> host;
  std::optional<std::string> workload;
  TargetSpec::Mode mode = TargetSpec::Mode::all;
  std::optional<double> value;

  static TargetKeys of(const TargetSpec& target);
  TargetSpec spec() const;
};
template <class Visitor, SpecOf<TargetKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"service", "Instances of this service.", Need::conditional}, spec.service,
              Text{"the name of a service"});
  visitor.key(
      {"endpoint", "latency and abort: only requests for this endpoint.", Need::conditional},
      spec.endpoint, EndpointText{});
  visitor.key({"version", "Instances of this version: stable or canary.", Need::conditional},
              spec.version, Text{"stable or canary"});
  visitor.key({"zone", "Instances in this zone.", Need::conditional}, spec.zone,
              Text{"the name of a zone"});
  visitor.key({"host", "Instances on this host.", Need::conditional}, spec.host,
              Text{"the name of a host"});
  visitor.key({"workload", "load_spike: the arrivals of this workload.", Need::conditional},
              spec.workload, Text{"the name of a workload"});
  visitor.key({"mode", "Which of the instances that match."}, spec.mode, mode_words);
  visitor.key(
      {"value", "fixed: how many. fixed-percent: how many percent, rounded up.", Need::conditional},
      spec.value, Number{0, 1e6, Number::Lower::excluded});
}

inline constexpr Choice<FaultKind, 6> fault_kind_words{
    {{{FaultKind::latency, "latency"},
      {FaultKind::abort, "abort"},
      {FaultKind::instance_kill, "instance_kill"},
      {FaultKind::slow_down, "slow_down"},
      {FaultKind::load_spike, "load_spike"},
      {FaultKind::zone_down, "zone_down"}}}};

/// What a kind of fault does, in a sentence: for the page of the language, the schema and
/// `explain`.
std::string_view meaning_of(FaultKind kind);
/// Of all kinds, as the schema says it.
std::string fault_meanings();

/// The keys of a fault: `delay`, `percentage` and `factor` are given exactly where they belong.
struct FaultKeys {
  std::string name;
  FaultKind kind = FaultKind::latency;
  TargetSpec target;
  Duration at;
  Duration duration;
  std::optional<LawSpec> delay;
  std::optional<double> percentage;
  std::optional<double> factor;
  std::optional<Duration> detected_after;

  static FaultKeys of(const FaultSpec& fault);
  FaultSpec spec() const;
};
template <class Visitor, SpecOf<FaultKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"name", "What people call it.", Need::required}, spec.name, Text{"a name"});
  const std::string meanings = fault_meanings();
  visitor.key({"kind", meanings, Need::required}, spec.kind, fault_kind_words);
  visitor.key({"target", "Whom it meets; never a default.", Need::required}, spec.target,
              Via<TargetKeys>{Layout::brief});
  visitor.key({"at", "When it starts, from the start of the run.", Need::required}, spec.at,
              Extent{});
  visitor.key({"duration", "How long it lasts; never a default.", Need::required}, spec.duration,
              positive_span);
  visitor.key({"delay", "latency: what is added at the door of the instance.", Need::conditional},
              spec.delay, LawTable{});
  visitor.key({"percentage", "latency, abort: of the requests, 0 to 100; never a default.",
               Need::conditional},
              spec.percentage, percent);
  visitor.key({"factor",
               "slow_down: work takes so many times as long. load_spike: so many times the "
               "arrivals, at least 1.",
               Need::conditional},
              spec.factor, Number{0, 1e6, Number::Lower::excluded});
  visitor.key({"detected_after",
               "instance_kill, zone_down: until then callers go on choosing the dead instances; "
               "10s unless said, one period of Kubernetes' readiness probe."},
              spec.detected_after, Extent{});
}

/// The target fits its mode and names somebody; the keys that a kind of fault needs are there, and
/// those of other kinds are not.
void inspect(Reader& reader, const Node& node, const TargetKeys& keys);
void inspect(Reader& reader, const Node& node, const FaultKeys& keys);

/// Exactly one of set_weight and pause.
struct RolloutStepKeys {
  std::optional<double> set_weight;
  std::optional<Duration> pause;

  static RolloutStepKeys of(const RolloutStep& step);
  RolloutStep spec() const;
};
template <class Visitor, SpecOf<RolloutStepKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"set_weight", "The canary gets so many percent of the calls."}, spec.set_weight,
              percent);
  visitor.key({"pause", "Nothing changes for so long."}, spec.pause, positive_span);
  visitor.exactly_one({"set_weight", "pause"});
}

template <class Visitor, SpecOf<ScrapeSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"interval", "How often production reads its counters."}, spec.interval,
              Extent{Duration::milliseconds(1)});
  visitor.key({"delay", "How much later they are known."}, spec.delay, Extent{});
}

}  // namespace rehearse
