#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/metric_spec.hpp"
#include "sim/random/law_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

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

struct SetWeight {
  double percent = 0;
  bool operator==(const SetWeight&) const = default;
};
struct Pause {
  Duration duration;
  bool operator==(const Pause&) const = default;
};
using RolloutStep = std::variant<SetWeight, Pause>;

/// A threshold on scraped metrics, measured every `interval` from `initial_delay` on; the rollout
/// is aborted when the failed measurements exceed `failure_limit` (Argo's code: the limit itself is
/// still tolerated). A measurement without data neither fails nor succeeds; it is counted.
struct AnalysisSpec {
  MetricCondition failure_condition;
  Duration interval = Duration::minutes(1);
  Duration initial_delay;
  Duration window = Duration::minutes(1);
  ScrapeSpec scrape;
  int failure_limit = 0;
  bool operator==(const AnalysisSpec&) const = default;
};

/// A canary of one service. Weights are percent of the traffic, drawn for each call; while a weight
/// w is set the canary has ceil(w % of the instances of the service) instances beside the stable
/// ones, or `canary_instances` if given. After the last step all traffic is the canary's. An abort
/// sends all traffic back to the stable version at once.
struct RolloutSpec {
  std::string service;
  Duration at;
  double work_ratio = 1;           // the hypothesis: the canary's work takes so many times as long
  double error_percent_added = 0;  // and so many percent more of its answers are errors
  std::optional<int> canary_instances;
  std::vector<RolloutStep> steps;
  std::vector<AnalysisSpec> analysis;
  bool operator==(const RolloutSpec&) const = default;
};

/// The alarm that production has: fires when `when` holds at each scrape for `for_duration`, and
/// then ends all faults and aborts the rollout.
struct StopConditionSpec {
  MetricCondition when;
  Duration window = Duration::minutes(1);
  Duration for_duration;
  ScrapeSpec scrape;
  bool operator==(const StopConditionSpec&) const = default;
};

/// The part of a run that an objective is about. fault: from the first start to the last end of
/// faults and rollout, as planned; after: from there to the end of the run.
struct IntervalSpec {
  enum class Kind { run, fault, after, custom };
  Kind kind = Kind::run;
  Duration from;  // custom only; from the start of the replication
  Duration to;
  bool operator==(const IntervalSpec&) const = default;
};

/// What must hold, in which part of the run, and with what probability.
struct ObjectiveSpec {
  std::string name;
  MetricCondition expect;
  IntervalSpec over;
  double probability = 0.95;
  bool operator==(const ObjectiveSpec&) const = default;
};

/// Everything that is done to a system and what must hold.
struct ExperimentSpec {
  Duration duration;
  Duration warm_up;  // part of `duration`, not measured
  Duration window;   // width of the windows of the time series
  /// Beyond so many attempts in flight, or calls that wait, a run ends early and says so: memory
  /// stays bounded, and a system that is so far behind has lost anyway.
  std::uint32_t most_in_flight = 4'000'000;
  std::vector<FaultSpec> faults;
  std::optional<RolloutSpec> rollout;
  std::vector<StopConditionSpec> stop_conditions;
  std::vector<ObjectiveSpec> objectives;
  /// The control arm plans the same, so that its intervals are the same, and does none of it: no
  /// fault, no rollout. Alarms stay on: what they do here is a false alarm.
  bool is_control = false;
  bool operator==(const ExperimentSpec&) const = default;

  ExperimentSpec control() const {
    ExperimentSpec calm = *this;
    calm.is_control = true;
    return calm;
  }
};

}  // namespace rehearse
