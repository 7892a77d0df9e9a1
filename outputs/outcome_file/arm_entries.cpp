#include "outputs/outcome_file/arm_entries.hpp"

namespace rehearse {
namespace {

/// One dataset of an arm.
template <class Values>
void add(std::vector<DatasetEntry>& entries, std::string name, std::string axes, std::string unit,
         std::string meaning, Values values) {
  entries.push_back({Scope::arm, std::move(name), std::move(axes), std::move(unit),
                     std::move(meaning),
                     [values](const Place& p) -> Hdf5Values { return values(*p.arm); }});
}

/// The risks of an arm: its own judgements counted.
std::vector<Risk> risks(const Place& place) {
  std::vector<Risk> result;
  const bool is_control = place.arm != &place.study->experiment;
  for (const ObjectiveResult& objective : place.findings->objectives) {
    result.push_back(is_control ? objective.control.value_or(Risk{}) : objective.experiment);
  }
  return result;
}

void add_axes(std::vector<DatasetEntry>& entries) {
  add(entries, "axes/endpoint", "endpoint", "",
      "Endpoints: service/operation; @canary: of the canary.", [](const ArmRecord& arm) {
        std::vector<std::string> names;
        for (const auto& key : arm.layout().endpoints) names.push_back(column_name(key));
        return names;
      });
  add(entries, "axes/workload", "workload", "", "Workloads.",
      [](const ArmRecord& arm) { return arm.layout().workloads; });
  add(entries, "axes/service", "service", "", "Services.",
      [](const ArmRecord& arm) { return arm.layout().services; });
  add(entries, "axes/alarm", "alarm", "", "Stop conditions, as written.",
      [](const ArmRecord& arm) { return arm.layout().alarms; });
  add(entries, "axes/interval", "interval", "", "Intervals; each has a group in `intervals`.",
      [](const ArmRecord& arm) {
        std::vector<std::string> names;
        for (const auto& key : arm.layout().intervals) names.push_back(key.name);
        return names;
      });
  add(entries, "axes/interval_from", "interval", "s", "Starts of the intervals.",
      [](const ArmRecord& arm) {
        std::vector<double> starts;
        for (const auto& key : arm.layout().intervals) {
          starts.push_back(key.from.since_start().in_seconds());
        }
        return starts;
      });
  add(entries, "axes/interval_to", "interval", "s", "Ends of the intervals.",
      [](const ArmRecord& arm) {
        std::vector<double> ends;
        for (const auto& key : arm.layout().intervals) {
          ends.push_back(key.to.since_start().in_seconds());
        }
        return ends;
      });
}

void add_replications(std::vector<DatasetEntry>& entries) {
  const std::string axis = "replication";
  add(entries, "replications/index", axis, "1", "Index of the replication in the study.",
      [](const ArmRecord& arm) { return arm.rows().index; });
  add(entries, "replications/digest", axis, "1", "Digest of its outcome.",
      [](const ArmRecord& arm) { return arm.rows().digest; });
  add(entries, "replications/trajectory", axis, "1",
      "Digest of what happened at every host, in order.",
      [](const ArmRecord& arm) { return arm.rows().trajectory; });
  add(entries, "replications/spans", axis, "1", "Attempts served.",
      [](const ArmRecord& arm) { return arm.rows().spans; });
  add(entries, "replications/stopped_at", axis, "s",
      "When a stop condition ended the experiment, from the start; NaN: never.",
      [](const ArmRecord& arm) { return arm.rows().stopped_at; });
  add(entries, "replications/rollout_aborted_at", axis, "s",
      "When the rollout was aborted, from the start; NaN: never.",
      [](const ArmRecord& arm) { return arm.rows().rollout_aborted_at; });
  add(entries, "replications/alarm_fired_at", axis + ", alarm", "s",
      "When each stop condition fired, from the start; NaN: never.",
      [](const ArmRecord& arm) { return arm.rows().alarm_fired_at; });
  add(entries, "replications/alarm_rang_before", axis + ", alarm", "1",
      "1: it rang already before the experiment began, and could notice nothing then.",
      [](const ArmRecord& arm) { return arm.rows().alarm_rang_before; });
  add(entries, "replications/rollout", axis, "1",
      "How the rollout ended: 0 there was none, 1 completed, 2 aborted, 3 unfinished.",
      [](const ArmRecord& arm) { return arm.rows().rollout; });
  add(entries, "replications/analyses_without_data", axis, "1",
      "Measurements of the rollout's analyses that found no data.",
      [](const ArmRecord& arm) { return arm.rows().analyses_without_data; });
  add(entries, "replications/capped", axis, "1",
      "1: too many requests were in flight, the replication ended early.",
      [](const ArmRecord& arm) { return arm.rows().capped; });
}

void add_objectives(std::vector<DatasetEntry>& entries) {
  const std::string rows = "replication, objective";
  add(entries, "objectives/value", rows, "see /objectives/unit",
      "The measured value; NaN: no data; infinite: among requests without an answer.",
      [](const ArmRecord& arm) { return arm.rows().objective_value; });
  add(entries, "objectives/judgement", rows, "1", "0 met, 1 missed, 2 no data.",
      [](const ArmRecord& arm) { return arm.rows().objective_judgement; });
  entries.push_back({Scope::arm, "objectives/risk", "objective", "1",
                     "Share of the replications that missed it.", [](const Place& p) -> Hdf5Values {
                       std::vector<double> estimates;
                       for (const Risk& risk : risks(p)) estimates.push_back(risk.estimate);
                       return estimates;
                     }});
  entries.push_back({Scope::arm, "objectives/risk_interval", "objective, limit", "1",
                     "95 % Clopper-Pearson limits of that probability, no data counted both ways.",
                     [](const Place& p) -> Hdf5Values {
                       std::vector<double> limits;
                       for (const Risk& risk : risks(p)) {
                         limits.push_back(risk.interval.lower);
                         limits.push_back(risk.interval.upper);
                       }
                       return limits;
                     }});
}

}  // namespace

void add_arm_entries(std::vector<DatasetEntry>& entries) {
  add_axes(entries);
  add_replications(entries);
  add_objectives(entries);
}

}  // namespace rehearse
