#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/specs/endpoint_name.hpp"
#include "models/specs/law_keys.hpp"
#include "sim/random/law_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// What can go wrong; `meaning_of` says what each does.
enum class FaultKind { latency, abort, instance_kill, slow_down, load_spike, zone_down };

/// Which of the instances that match every filter a fault meets. `all`: also the dead, and later
/// ones. Else chosen once, when it starts, by random draws among the live that get traffic.
struct TargetSpec {
  enum class Mode { one, all, fixed, fixed_percent };
  std::string service;
  std::string operation;  // latency and abort only: this endpoint only
  std::string version;
  std::string zone;
  std::string host;
  std::string workload;  // load_spike only
  Mode mode = Mode::all;
  double value = 0;  // fixed: a count; fixed_percent: percent, rounded up
  bool operator==(const TargetSpec&) const = default;
};

/// One fault. `delay` and `percentage` belong to latency, `percentage` to abort, `factor` to
/// slow_down (work takes so many times as long) and to load_spike (so many times the arrivals).
/// Killed instances and lost zones come back, empty, when `duration` is over. A killed instance
/// resets its connections, so callers know at once that their attempt is lost; a lost zone falls
/// silent, and only their timeouts tell them. A latency or an abort acts at the door of the
/// instance, before admission: it is part of the latency and the errors of the endpoint, and holds
/// no worker. A spike adds arrivals of its own beside the planned ones, so that those stay what
/// they are without it.
struct FaultSpec {
  std::string name;
  FaultKind kind = FaultKind::latency;
  TargetSpec target;
  Duration at;
  Duration duration;
  LawSpec delay;
  double percentage = 100;
  double factor = 1;
  /// instance_kill and zone_down: until then callers go on choosing the dead instances, and fail to
  /// connect. Ten seconds: one period of Kubernetes' readiness probe.
  Duration detected_after = Duration::seconds(10);
  bool operator==(const FaultSpec&) const = default;
};

inline constexpr Choice<TargetSpec::Mode> mode_words{
    {TargetSpec::Mode::one, "one"},
    {TargetSpec::Mode::all, "all"},
    {TargetSpec::Mode::fixed, "fixed"},
    {TargetSpec::Mode::fixed_percent, "fixed-percent"}};

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

inline constexpr Choice<FaultKind> fault_kind_words{{FaultKind::latency, "latency"},
                                                    {FaultKind::abort, "abort"},
                                                    {FaultKind::instance_kill, "instance_kill"},
                                                    {FaultKind::slow_down, "slow_down"},
                                                    {FaultKind::load_spike, "load_spike"},
                                                    {FaultKind::zone_down, "zone_down"}};

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
              spec.percentage, zero_to_hundred);
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

}  // namespace rehearse
