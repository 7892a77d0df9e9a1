#include "outputs/outcome_file/arm_entries.hpp"

#include "models/run/measure.hpp"
#include "sim/enumerators.hpp"

namespace rehearse {
namespace {

/// The risks of an arm: its own judgements counted.
std::vector<Risk> risks(const Place& place) {
  std::vector<Risk> result;
  const bool is_control = place.arm != &place.study->experiment;
  for (const ObjectiveResult& objective : place.findings->objectives) {
    result.push_back(is_control ? objective.control.value_or(Risk{}) : objective.experiment);
  }
  return result;
}

void add_axes(DatasetTable& table) {
  const auto endpoints = [](const auto& p) -> auto& {
    return p.arm->layout.endpoints;
  };
  const auto intervals = [](const auto& p) -> auto& {
    return p.arm->layout.intervals;
  };
  using Endpoint = OutcomeLayout::EndpointKey;
  using Interval = OutcomeLayout::IntervalKey;
  table.derived("axes/endpoint", "endpoint", "",
                "Endpoints: service/operation; @canary: of the canary.", [](const Place& p) {
                  std::vector<std::string> names;
                  for (const Endpoint& key : p.arm->layout.endpoints) {
                    names.push_back(column_name(key));
                  }
                  return names;
                });
  table.field(
      "axes/endpoint_service", "endpoint", "", "The service of the endpoint.", endpoints,
      [](auto& key) -> auto& { return key.name.service; });
  table.field(
      "axes/endpoint_operation", "endpoint", "", "Its operation.", endpoints,
      [](auto& key) -> auto& { return key.name.operation; });
  table.field("axes/endpoint_version", "endpoint", "", "Its version: stable or canary.", endpoints,
              &Endpoint::version);
  table.column(
      "axes/workload", "workload", "", "Workloads.",
      [](const auto& p) -> auto& { return p.arm->layout.workloads; });
  table.column(
      "axes/service", "service", "", "Services.",
      [](const auto& p) -> auto& { return p.arm->layout.services; });
  table.column(
      "axes/alarm", "alarm", "", "Stop conditions, as written.",
      [](const auto& p) -> auto& { return p.arm->layout.alarms; });
  table.field("axes/interval", "interval", "", "Intervals; each has a group in `intervals`.",
              intervals, &Interval::name);
  table.field("axes/interval_from", "interval", "s", "Starts of the intervals.", intervals,
              &Interval::from);
  table.field("axes/interval_to", "interval", "s", "Ends of the intervals.", intervals,
              &Interval::to);
}

void add_layout(DatasetTable& table) {
  table.scalar(
      "layout/is_control", "1", "1: this arm runs without the experiment.",
      [](const auto& p) -> auto& { return p.arm->layout.is_control; });
  table.scalar(
      "layout/warm_up_end", "s", "What comes before is not measured.",
      [](const auto& p) -> auto& { return p.arm->layout.warm_up_end; });
  table.scalar(
      "layout/disturbance_from", "s",
      "The first start of faults and rollout, as planned; infinite: there are none.",
      [](const auto& p) -> auto& { return p.arm->layout.disturbance_from; });
  table.scalar(
      "layout/disturbance_to", "s", "Their last end, as planned.",
      [](const auto& p) -> auto& { return p.arm->layout.disturbance_to; });
  table.scalar(
      "layout/window", "s", "The width of the windows.",
      [](const auto& p) -> auto& { return p.arm->layout.window; });
  table.scalar(
      "layout/windows", "1", "How many there are.",
      [](const auto& p) -> auto& { return p.arm->layout.windows; });
  table.scalar(
      "layout/load_windows", "1",
      "How many windows there are of the load that a recording is compared with.",
      [](const auto& p) -> auto& { return p.arm->layout.load_windows; });
  table.scalar(
      "layout/load_windows_merged", "1",
      "So many windows of 10 s one of them stands for, with their highest load.",
      [](const auto& p) -> auto& { return p.arm->layout.load_windows_merged; });
  table.column(
      "layout/objective_interval", "objective", "1",
      "The position, on the interval axis, of the interval that an objective is about.",
      [](const auto& p) -> auto& { return p.arm->layout.objective_intervals; });
}

// The codes that the meanings below name are those of the enums.
static_assert(RolloutResult{0} == RolloutResult::absent &&
              RolloutResult{1} == RolloutResult::completed &&
              RolloutResult{2} == RolloutResult::aborted &&
              RolloutResult{3} == RolloutResult::unfinished &&
              enumerator_count<RolloutResult>() == 4);
static_assert(Judgement{0} == Judgement::met && Judgement{1} == Judgement::missed &&
              Judgement{2} == Judgement::no_data && enumerator_count<Judgement>() == 3);

void add_replications(DatasetTable& table) {
  const std::string axis = "replication";
  const auto column = [&table](const std::string& name, const std::string& axes,
                               const std::string& unit, const std::string& meaning, auto member) {
    table.column(
        "replications/" + name, axes, unit,
        meaning, [member](const auto& p) -> auto& { return p.arm->rows.*member; });
  };
  using Rows = ReplicationRows;
  column("index", axis, "1", "Index of the replication in the study.", &Rows::index);
  column("digest", axis, "1", "Digest of its outcome.", &Rows::digest);
  column("trajectory", axis, "1", "Digest of what happened at every host, in order.",
         &Rows::trajectory);
  column("spans", axis, "1", "Attempts served.", &Rows::spans);
  column("stopped_at", axis, "s",
         "When a stop condition ended the experiment, from the start; NaN: never.",
         &Rows::stopped_at);
  column("rollout_aborted_at", axis, "s",
         "When the rollout was aborted, from the start; NaN: never.", &Rows::rollout_aborted_at);
  column("alarm_fired_at", axis + ", alarm", "s",
         "When each stop condition fired, from the start; NaN: never.", &Rows::alarm_fired_at);
  column("alarm_rang_before", axis + ", alarm", "1",
         "1: it rang already before the experiment began, and could notice nothing then.",
         &Rows::alarm_rang_before);
  column("rollout", axis, "1",
         "How the rollout ended: 0 there was none, 1 completed, 2 aborted, 3 unfinished.",
         &Rows::rollout);
  column("analyses_without_data", axis, "1",
         "Measurements of the rollout's analyses that found no data.",
         &Rows::analyses_without_data);
  column("capped", axis, "1", "1: too many requests were in flight, the replication ended early.",
         &Rows::capped);
  column("beyond_recorded", axis, "1",
         "1: a service whose limit is assumed got more work than nobody knows it can do.",
         &Rows::beyond_recorded);
  table.scalar(
      "replications/kept", "1",
      "So many first replications have numbers of their own in `intervals`.",
      [](const auto& p) -> auto& { return p.arm->kept; });
}

void add_objectives(DatasetTable& table) {
  const std::string rows = "replication, objective";
  table.column(
      "objectives/value", rows, "see /objectives/unit",
      "The measured value; NaN: no data; infinite: among requests without an answer.",
      [](const auto& p) -> auto& { return p.arm->rows.objective_value; });
  table.column(
      "objectives/judgement", rows, "1", "0 met, 1 missed, 2 no data.",
      [](const auto& p) -> auto& { return p.arm->rows.objective_judgement; });
  table.derived("objectives/risk", "objective", "1", "Share of the replications that missed it.",
                [](const Place& p) {
                  std::vector<double> estimates;
                  for (const Risk& risk : risks(p)) estimates.push_back(risk.estimate);
                  return estimates;
                });
  table.derived("objectives/risk_interval", "objective, limit", "1",
                "95 % Clopper-Pearson limits of that probability, no data counted both ways.",
                [](const Place& p) {
                  std::vector<double> limits;
                  for (const Risk& risk : risks(p)) {
                    limits.push_back(risk.interval.lower);
                    limits.push_back(risk.interval.upper);
                  }
                  return limits;
                });
}

void add_load(DatasetTable& table) {
  const std::string axes = "load window, service, load group";
  table.column(
      "load/work", axes, "1",
      "Work begun at an instance over the window (Erlangs), added up over replications; "
      "load groups: stable, canary, slowed by a fault.",
      [](const auto& p) -> auto& { return p.arm->load.work; });
  table.column(
      "load/inside", axes, "1", "Requests inside an instance, time in calls included, likewise.",
      [](const auto& p) -> auto& { return p.arm->load.inside; });
  table.column(
      "load/replications", "load window", "1", "So many replications reached the window.",
      [](const auto& p) -> auto& { return p.arm->load.replications; });
  table.column(
      "load/beyond_recorded", "service", "1",
      "Replications in which the service got more than nobody knows it can do.",
      [](const auto& p) -> auto& { return p.arm->beyond_recorded; });
}

}  // namespace

void add_arm_entries(std::vector<DatasetEntry>& entries) {
  DatasetTable table(entries, Scope::arm);
  add_axes(table);
  add_layout(table);
  add_replications(table);
  add_objectives(table);
  add_load(table);
}

}  // namespace rehearse
