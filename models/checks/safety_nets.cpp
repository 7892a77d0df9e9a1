#include "models/checks/safety_nets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "language/spec_path.hpp"
#include "models/checks/target_counts.hpp"
#include "models/outcomes/metric.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t most_of_service_percent = 80;
constexpr std::uint64_t most_of_system_percent = 66;

/// How many instances faults can meet at once, at worst, of how many.
struct InstancesMet {
  std::uint64_t met = 0;  // those that two faults meet count twice
  std::uint64_t all = 0;

  std::uint64_t at_most() const { return std::min(met, all); }
  bool is_above(std::uint64_t percent) const { return at_most() * 100 > all * percent; }
  std::string text(std::uint64_t percent) const {
    return fmt::format("{} of {} instances, above {} %", at_most(), all, percent);
  }
};

/// Faults that are there at one instant; they come and go in the order of time.
class BlastRadius {
 public:
  explicit BlastRadius(const ModelSpec& model) : model_(model) {
    for (const auto& [name, service] : model.services) {
      const auto instances = static_cast<std::uint64_t>(std::max(service.instances, 0));
      services_[name].all = instances;
      system_.all += instances;
    }
  }

  void add(const FaultSpec& fault) {
    for_each_met(fault, [](InstancesMet& part, std::uint64_t count) { part.met += count; });
  }
  void remove(const FaultSpec& fault) {
    for_each_met(fault, [](InstancesMet& part, std::uint64_t count) {
      expects(part.met >= count, "only a fault that came goes");
      part.met -= count;
    });
  }

  const InstancesMet& system() const { return system_; }
  const std::map<std::string, InstancesMet>& services() const { return services_; }

 private:
  template <class Change>
  void for_each_met(const FaultSpec& fault, const Change& change) {
    const TargetSpec& target = fault.target;
    if (targets_of(fault.kind).workload) return;
    const std::uint64_t meant = count_meant(target, count_matching(model_, target));
    change(system_, meant);
    for (auto& [name, part] : services_) {
      if (!target.service.empty() && target.service != name) continue;
      change(part, std::min(meant, count_matching(model_.services.at(name), target)));
    }
  }

  const ModelSpec& model_;
  std::map<std::string, InstancesMet> services_;
  InstancesMet system_;
};

/// A fault that comes or goes; who goes at an instant goes before others come.
struct Moment {
  Duration at;
  bool begins = false;
  std::size_t fault = 0;
  bool operator<(const Moment& other) const {
    return std::tie(at, begins, fault) < std::tie(other.at, other.begins, other.fault);
  }
};

/// What `look` says after the first fault whose beginning makes it say anything: whatever overlaps,
/// overlaps when one of them begins.
template <class Look>
std::optional<Trip> first_trip(const ModelSpec& model, const ExperimentSpec& experiment,
                               const Look& look) {
  std::vector<Moment> moments;
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const FaultSpec& fault = experiment.faults[i];
    moments.push_back({fault.at, true, i});
    moments.push_back({fault.at + fault.duration, false, i});
  }
  std::sort(moments.begin(), moments.end());
  BlastRadius radius(model);
  for (const Moment& moment : moments) {
    const FaultSpec& fault = experiment.faults[moment.fault];
    if (!moment.begins) {
      radius.remove(fault);
      continue;
    }
    radius.add(fault);
    std::optional<Trip> trip = look(radius);
    if (!trip) continue;
    trip->path = indexed_path("faults", moment.fault);
    return trip;
  }
  return std::nullopt;
}

std::optional<Trip> trip_of_service(const ModelSpec& model, const ExperimentSpec& experiment) {
  return first_trip(model, experiment, [](const BlastRadius& radius) -> std::optional<Trip> {
    for (const auto& [name, part] : radius.services()) {
      if (!part.is_above(most_of_service_percent)) continue;
      return Trip{
          SafetyNet::blast_radius_service, "",
          fmt::format("faults can meet {} of '{}'", part.text(most_of_service_percent), name)};
    }
    return std::nullopt;
  });
}

std::optional<Trip> trip_of_system(const ModelSpec& model, const ExperimentSpec& experiment) {
  return first_trip(model, experiment, [](const BlastRadius& radius) -> std::optional<Trip> {
    const InstancesMet& all = radius.system();
    if (!all.is_above(most_of_system_percent)) return std::nullopt;
    return Trip{SafetyNet::blast_radius_system, "",
                fmt::format("faults can meet {} of the system", all.text(most_of_system_percent))};
  });
}

/// Alarms are asked at multiples of their interval: from the first that can know of what began at
/// `from`.
bool may_ring_within(const StopConditionSpec& alarm, Duration from, Duration until) {
  const std::int64_t beat = alarm.scrape.interval.in_nanoseconds();
  const std::int64_t first = ((from + alarm.scrape.delay).in_nanoseconds() / beat + 1) * beat;
  const std::int64_t hold = (alarm.for_duration.in_nanoseconds() + beat - 1) / beat * beat;
  return first < until.in_nanoseconds() && hold < until.in_nanoseconds() - first;
}

bool is_stopped(const ExperimentSpec& experiment, Duration from, Duration until) {
  return std::any_of(experiment.stop_conditions.begin(), experiment.stop_conditions.end(),
                     [&](const StopConditionSpec& one) {
                       return one.action == AlarmAction::abort_and_roll_back &&
                              may_ring_within(one, from, until);
                     });
}

std::optional<Trip> trip_without_stop(const ModelSpec&, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const FaultSpec& fault = experiment.faults[i];
    if (is_stopped(experiment, fault.at, fault.at + fault.duration)) continue;
    return Trip{SafetyNet::no_stop_condition, indexed_path("faults", i),
                fmt::format("nothing would stop '{}' in time: no stop condition that aborts and "
                            "rolls back can ring while it lasts",
                            fault.name)};
  }
  return std::nullopt;
}

std::optional<Trip> trip_of_choice(const ModelSpec& model, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const TargetSpec& target = experiment.faults[i].target;
    if (target.mode == TargetSpec::Mode::all || target.version == "canary") continue;
    const std::uint64_t matching = count_matching(model, target);
    if (matching == 0 || count_meant(target, matching) < matching) continue;
    return Trip{SafetyNet::all_targets, indexed_path("faults", i),
                fmt::format("the random choice of '{}' leaves nobody out: {} of {} that match",
                            experiment.faults[i].name, matching, matching)};
  }
  return std::nullopt;
}

std::optional<Trip> trip_without_end(const ModelSpec&, const ExperimentSpec& experiment) {
  for (std::size_t i = 0; i < experiment.faults.size(); ++i) {
    const FaultSpec& fault = experiment.faults[i];
    if (fault.at + fault.duration < experiment.duration) continue;
    return Trip{SafetyNet::fault_without_end, indexed_path("faults", i),
                fmt::format("'{}' lasts until the run ends", fault.name)};
  }
  return std::nullopt;
}

std::optional<Trip> trip_without_rollback(const ModelSpec&, const ExperimentSpec& experiment) {
  if (!experiment.rollout || !experiment.rollout->analysis.empty()) return std::nullopt;
  if (is_stopped(experiment, experiment.rollout->at, experiment.duration)) return std::nullopt;
  return Trip{SafetyNet::no_rollback, "rollout",
              fmt::format("nothing would roll back '{}': no analysis, and no stop condition that "
                          "aborts and rolls back",
                          experiment.rollout->service)};
}

/// Whether users meet what the metric measures.
bool is_of_users(const MetricCondition& condition, const std::set<std::string>& asked_for) {
  const MetricLabels& labels = condition.labels;
  if (row_of(condition.metric).labels != MetricRow::Labels::who) return false;
  if (!labels.workload.empty()) return true;
  if (!labels.endpoint.empty()) return asked_for.count(labels.endpoint) != 0;
  return labels.service.empty() && labels.version.empty();
}

std::optional<Trip> trip_without_objective(const ModelSpec& model,
                                           const ExperimentSpec& experiment) {
  std::set<std::string> asked_for;
  for (const auto& [name, workload] : model.workloads) {
    for (const EndpointName& endpoint : endpoints_asked(workload)) {
      asked_for.insert(endpoint.text());
    }
  }
  const auto& objectives = experiment.objectives;
  const bool any = std::any_of(objectives.begin(), objectives.end(), [&](const ObjectiveSpec& one) {
    return is_of_users(one.expect, asked_for);
  });
  if (any) return std::nullopt;
  return Trip{SafetyNet::no_objective, objectives.empty() ? "" : indexed_path("objectives", 0),
              objectives.empty() ? "there is no objective"
                                 : "no objective is about what users meet: a workload, or an "
                                   "endpoint that one asks for"};
}

}  // namespace

std::vector<Trip> find_trips(const ModelSpec& model, const ExperimentSpec& experiment) {
  std::vector<Trip> trips;
  for (const auto find : {trip_of_service, trip_of_system, trip_without_stop, trip_of_choice,
                          trip_without_end, trip_without_rollback, trip_without_objective}) {
    if (auto trip = find(model, experiment)) trips.push_back(*std::move(trip));
  }
  return trips;
}

}  // namespace rehearse
