#include "outputs/text/report_json.hpp"

#include <fmt/format.h>

#include <numeric>

#include "outputs/text/notices.hpp"
#include "outputs/text/report_objectives.hpp"
#include "outputs/text/report_values.hpp"

namespace rehearse {
namespace {

constexpr int format_version = 1;
constexpr double confidence = 0.95;

const ReportMembers<RequestEstimates>& latency_members() {
  using One = RequestEstimates;
  static const ReportMembers<One> members = {
      {"p50", "The median of all that arrived.",
       [](JsonWriter& json, const One& one) { write(json, one.latency.p50); }},
      {"p90", "The 0.9 quantile of all that arrived.",
       [](JsonWriter& json, const One& one) { write(json, one.latency.p90); }},
      {"p99", "The 0.99 quantile of all that arrived.",
       [](JsonWriter& json, const One& one) { write(json, one.latency.p99); }},
      {"mean_of_good", "The mean of the good answers.",
       [](JsonWriter& json, const One& one) { write(json, one.latency.mean_of_good); }},
      {"p50_of_good", "The median of the good answers, a number.",
       [](JsonWriter& json, const One& one) { write(json, one.good_p50); }},
      {"p99_of_good", "The 0.99 quantile of the good answers, a number.",
       [](JsonWriter& json, const One& one) { write(json, one.good_p99); }},
  };
  return members;
}

const ReportMembers<RequestEstimates>& request_members() {
  using One = RequestEstimates;
  static const ReportMembers<One> members = {
      {"count", "Arrived, in all replications.",
       [](JsonWriter& json, const One& one) { json.value(one.counts.arrived); }},
      {"counts", "What became of them, by the words of the columns.",
       [](JsonWriter& json, const One& one) {
         json.begin_object();
         for (const FateRow& row : fates) json.member(row.word, one.counts.*row.count);
         json.end_object();
       }},
      {"error_ratio", "Errors over all that were not withdrawn.",
       [](JsonWriter& json, const One& one) { write(json, one.error_ratio.value); }},
      {"error_ratio_interval",
       "Its 95 % Clopper-Pearson limits, counts divided by the design effect of the replications.",
       [](JsonWriter& json, const One& one) { write(json, one.error_ratio.interval); }},
      {"latency_seconds", "Latencies.",
       [](JsonWriter& json, const One& one) { write_object(json, latency_members(), one); }},
  };
  return members;
}

const ReportMembers<ServiceEstimates>& service_members() {
  using One = ServiceEstimates;
  static const ReportMembers<One> members = {
      {"utilization", "Busy workers (or cores) over live ones; null where unlimited.",
       [](JsonWriter& json, const One& one) { write(json, one.utilization); }},
      {"queue_length", "Jobs waiting at an instance, mean over time.",
       [](JsonWriter& json, const One& one) { write(json, one.queue_length); }},
      {"in_system", "Jobs waiting or served at an instance, mean over time.",
       [](JsonWriter& json, const One& one) { write(json, one.in_system); }},
      {"attempts_per_call", "The amplification by retries.",
       [](JsonWriter& json, const One& one) { write(json, one.attempts_per_call); }},
      {"longest_queue", "The most jobs waiting at one instance, an integer.",
       [](JsonWriter& json, const One& one) { json.value(one.longest_queue); }},
      {"most_in_system", "The most jobs at one instance, an integer.",
       [](JsonWriter& json, const One& one) { json.value(one.most_in_system); }},
  };
  return members;
}

const ReportMembers<IntervalEstimates>& interval_members() {
  using One = IntervalEstimates;
  static const ReportMembers<One> members = {
      {"from_seconds", "Its start.",
       [](JsonWriter& json, const One& one) { json.value(one.from_seconds); },
       [](const One& one) { return one.name != "run"; }},
      {"to_seconds", "Its end.",
       [](JsonWriter& json, const One& one) { json.value(one.to_seconds); },
       [](const One& one) { return one.name != "run"; }},
      {"endpoints",
       "Requests as instances see them, by `service/operation`; `@canary` behind it: of the "
       "canary.",
       [](JsonWriter& json, const One& one) {
         write_named(json, request_members(), one.endpoints);
       }},
      {"workloads", "Requests as users see them, by workload.",
       [](JsonWriter& json, const One& one) {
         write_named(json, request_members(), one.workloads);
       }},
      {"services", "Services, by name.",
       [](JsonWriter& json, const One& one) {
         write_named(json, service_members(), one.services);
       }},
  };
  return members;
}

/// The interval "run" stands directly in the object of the arm.
void write_arm(JsonWriter& json, const ArmEstimates& arm) {
  write_members(json, interval_members(), arm.intervals.front());
  json.key("intervals");
  write_named(json, interval_members(),
              std::vector<IntervalEstimates>(arm.intervals.begin() + 1, arm.intervals.end()));
}

const ReportMembers<Occurrences>& occurrence_members() {
  static const ReportMembers<Occurrences> members = {
      {"count", "In so many replications.",
       [](JsonWriter& json, const Occurrences& seen) { json.value(seen.count); }},
      {"median_seconds", "When, from the start of the replication; null: never.",
       [](JsonWriter& json, const Occurrences& seen) {
         if (seen.count == 0) {
           json.null();
         } else {
           json.value(seen.median_seconds);
         }
       }},
      {"range_seconds", "The earliest and the latest; null: never.",
       [](JsonWriter& json, const Occurrences& seen) {
         if (seen.count == 0) {
           json.null();
         } else {
           write(json, Interval{seen.earliest_seconds, seen.latest_seconds});
         }
       }},
  };
  return members;
}

/// A stop condition of an arm.
struct AlarmOfArm {
  const ArmRecord& arm;
  std::size_t alarm;
};

const ReportMembers<AlarmOfArm>& alarm_members() {
  static const ReportMembers<AlarmOfArm> members = {
      {"when", "As written.",
       [](JsonWriter& json, const AlarmOfArm& one) {
         json.value(one.arm.layout.alarms[one.alarm]);
       }},
      {"rang_before", "In how many replications it rang before the experiment.",
       [](JsonWriter& json, const AlarmOfArm& one) {
         json.value(alarms_that_rang_before(one.arm, one.alarm));
       }},
      {"fired", "How often and when it fired.",
       [](JsonWriter& json, const AlarmOfArm& one) {
         write_object(json, occurrence_members(), occurrences_of(firings_of(one.arm, one.alarm)));
       }},
  };
  return members;
}

const ReportMembers<UnknownCapacity>& unknown_members() {
  using Unknown = UnknownCapacity;
  static const ReportMembers<Unknown> members = {
      {"service", "Its limit is assumed to be unlimited.",
       [](JsonWriter& json, const Unknown& unknown) { json.value(unknown.service); }},
      {"work_ratio", "Work to the highest recorded work of an instance; null: not recorded.",
       [](JsonWriter& json, const Unknown& unknown) { write(json, unknown.work_ratio); }},
      {"inside_ratio", "Requests inside an instance to the most recorded; null: not recorded.",
       [](JsonWriter& json, const Unknown& unknown) { write(json, unknown.inside_ratio); }},
      {"visits_ratio", "Visits to the recorded ones; null: not compared.",
       [](JsonWriter& json, const Unknown& unknown) { write(json, unknown.visits_ratio); }},
  };
  return members;
}

const ReportMembers<FailureNeverRecorded>& untried_members() {
  using Untried = FailureNeverRecorded;
  static const ReportMembers<Untried> members = {
      {"caller", "That it fails when its call fails is assumed.",
       [](JsonWriter& json, const Untried& untried) { json.value(untried.caller); }},
      {"callee", "Whom it calls.",
       [](JsonWriter& json, const Untried& untried) { json.value(untried.callee); }},
      {"recorded_calls", "So many calls were recorded, all good.",
       [](JsonWriter& json, const Untried& untried) { json.value(untried.recorded_calls); }},
  };
  return members;
}

/// How often a rollout ended in one way.
struct Ending {
  std::uint64_t count = 0;
  std::uint64_t replications = 0;
};

Ending ending_of(const ArmRecord& arm, RolloutResult result) {
  return {rollouts_that_ended(arm, result), arm.replications()};
}

const ReportMembers<Ending>& ending_members() {
  static const ReportMembers<Ending> members = {
      {"count", "In so many replications.",
       [](JsonWriter& json, const Ending& ending) { json.value(ending.count); }},
      {"probability", "Their share.",
       [](JsonWriter& json, const Ending& ending) {
         json.value(static_cast<double>(ending.count) / static_cast<double>(ending.replications));
       }},
      {"interval", "Its 95 % Clopper-Pearson limits.",
       [](JsonWriter& json, const Ending& ending) {
         write(json, clopper_pearson(ending.count, ending.replications, confidence));
       }},
  };
  return members;
}

struct Report {
  const Study& study;
  const Findings& findings;
  const std::string& outcome_file;
  int exit;

  const StudyInformation& said() const { return study.information; }
};

/// What was run.
const ReportMembers<Report>& heading_members() {
  static const ReportMembers<Report> members = {
      {"format_version", "Of the report; it rises when a reader has to change.",
       [](JsonWriter& json, const Report&) { json.value(format_version); }},
      {"rehearse_version", "Of the program.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().version); }},
      {"scenario", "Its name.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().name); }},
      {"seed", "Of the study.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().seed); }},
      {"complete", "False when the run was interrupted.",
       [](JsonWriter& json, const Report& r) { json.value(r.study.complete()); }},
      {"replications", "Finished, in each arm.",
       [](JsonWriter& json, const Report& r) { json.value(r.study.experiment.replications()); }},
      {"replications_planned", "Asked for.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().replications_planned); }},
      {"parameters",
       "posterior: each replication ran one of `draws` draws of the model's numbers, and intervals "
       "are of 95 in 100 runs. point: all ran the numbers as they were learned or given, and "
       "intervals are of what is measured, conditional on them.",
       [](JsonWriter& json, const Report& r) {
         json.value(r.said().draws > 0 ? "posterior" : "point");
       }},
      {"draws", "Of the model's numbers; replication i ran draw i % draws. 0: of none.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().draws); }},
      {"spans", "Attempts served, in both arms.",
       [](JsonWriter& json, const Report& r) { json.value(r.study.spans()); }},
      {"wall_seconds", "How long it took.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().wall_seconds); }},
      {"threads", "On so many threads.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().threads); }},
      {"threads_per_replication", "So many of them shared one replication.",
       [](JsonWriter& json, const Report& r) { json.value(r.said().threads_per_replication); }},
      {"outcome_digest", "Sixteen hexadecimal digits; equal for equal results.",
       [](JsonWriter& json, const Report& r) {
         json.value(fmt::format("{:016x}", r.study.outcome_digest()));
       }},
      {"trajectory_digest", "The same of all that happened on the way; equal for equal runs.",
       [](JsonWriter& json, const Report& r) {
         json.value(fmt::format("{:016x}", r.study.trajectory_digest()));
       }},
      {"outcome_file", "Where the HDF5 file lies; empty: it could not be written.",
       [](JsonWriter& json, const Report& r) { json.value(r.outcome_file); }},
      {"verdict", "Of all objectives: `pass`, `fail`, `inconclusive`, or `none` (no objectives).",
       [](JsonWriter& json, const Report& r) { json.value(word(r.findings.verdict)); }},
      {"exit_code", "With which the program ends.",
       [](JsonWriter& json, const Report& r) { json.value(r.exit); }},
      {"objectives", "Each objective.",
       [](JsonWriter& json, const Report& r) {
         json.begin_array();
         for (const auto& result : r.findings.objectives) write_objective(json, result);
         json.end_array();
       }},
  };
  return members;
}

bool has_rollout_in(const Report& report) {
  return has_rollout(report.study.experiment);
}

void write_control(JsonWriter& json, const Report& r) {
  if (!r.findings.control) {
    json.null();
    return;
  }
  json.begin_object();
  write_arm(json, *r.findings.control);
  json.end_object();
}

void write_alarms(JsonWriter& json, const Report& r) {
  json.begin_array();
  for (std::size_t i = 0; i < r.study.experiment.layout.alarms.size(); ++i) {
    write_object(json, alarm_members(), AlarmOfArm{r.study.experiment, i});
  }
  json.end_array();
}

void write_warnings(JsonWriter& json, const Report& r) {
  json.begin_array();
  for (const std::string& doubt : r.said().doubts) json.value(doubt);
  for (const std::string& warning : warnings_about(r.study, r.findings)) json.value(warning);
  json.end_array();
}

void write_contradicted(JsonWriter& json, const Report& r) {
  json.begin_array();
  for (const std::string& sentence : r.said().contradicted) json.value(sentence);
  json.end_array();
}

/// What stands behind the numbers of the experiment.
const ReportMembers<Report>& closing_members() {
  static const ReportMembers<Report> members = {
      {"control",
       "`endpoints`, `workloads`, `services`, `intervals` of the control arm; null without one.",
       write_control},
      {"unknown_capacity",
       "Services that get more than was recorded, their limits being assumed. While there are any, "
       "no objective passes without readings.",
       [](JsonWriter& json, const Report& r) {
         write_list(json, unknown_members(), r.study.unknown);
       }},
      {"failures_never_recorded",
       "Edges along which calls fail here and none of the recorded ones did.",
       [](JsonWriter& json, const Report& r) {
         write_list(json, untried_members(), r.study.untried);
       }},
      {"contradicted",
       "Values that a person gave and that the recording speaks against, a sentence each. While "
       "there are any, no objective passes.",
       write_contradicted},
      {"alarms", "Each stop condition.", write_alarms},
      {"promoted", "How often the rollout was completed; only with a rollout.",
       [](JsonWriter& json, const Report& r) {
         write_object(json, ending_members(),
                      ending_of(r.study.experiment, RolloutResult::completed));
       },
       has_rollout_in},
      {"rolled_back", "How often it was aborted; only with a rollout.",
       [](JsonWriter& json, const Report& r) {
         write_object(json, ending_members(),
                      ending_of(r.study.experiment, RolloutResult::aborted));
       },
       has_rollout_in},
      {"stopped", "How often and when a stop condition ended the experiment.",
       [](JsonWriter& json, const Report& r) {
         write_object(json, occurrence_members(),
                      occurrences_of(r.study.experiment.rows.stopped_at));
       }},
      {"rollout_aborted", "How often and when the rollout was aborted.",
       [](JsonWriter& json, const Report& r) {
         write_object(json, occurrence_members(),
                      occurrences_of(r.study.experiment.rows.rollout_aborted_at));
       }},
      {"capped", "Replications that ended early: too many requests were in flight.",
       [](JsonWriter& json, const Report& r) {
         const auto& capped = r.study.experiment.rows.capped;
         json.value(std::accumulate(capped.begin(), capped.end(), std::uint64_t{0}));
       }},
      {"warnings", "Sentences.", write_warnings},
  };
  return members;
}

/// The object of a named interval says when it was; "run" stands in the arm itself.
std::vector<ReportSection::Row> arm_rows() {
  std::vector<ReportSection::Row> rows;
  for (const auto& row : section_of("", interval_members()).rows) {
    if (row.key != "from_seconds" && row.key != "to_seconds") rows.push_back(row);
  }
  rows.push_back(
      {"intervals", "The same of every other named interval, with `from_seconds`, `to_seconds`."});
  return rows;
}

void append(std::vector<ReportSection::Row>& all, const std::vector<ReportSection::Row>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

std::string json_report(const Study& study, const Findings& findings,
                        const std::string& outcome_file, int exit) {
  const Report report{study, findings, outcome_file, exit};
  JsonWriter json;
  json.begin_object();
  write_members(json, heading_members(), report);
  write_arm(json, findings.experiment);
  write_members(json, closing_members(), report);
  json.end_object();
  return json.text();
}

std::vector<ReportSection> report_sections() {
  ReportSection report = section_of("", heading_members());
  append(report.rows, arm_rows());
  append(report.rows, section_of("", closing_members()).rows);
  ReportSection objective = section_of("objectives[]", objective_members());
  append(objective.rows, section_of("", risk_members()).rows);
  return {report,
          objective,
          section_of("objectives[].measured", measured_members()),
          section_of("objectives[].readings", open_members()),
          section_of("endpoints{}, workloads{}", request_members()),
          section_of("endpoints{}.latency_seconds", latency_members()),
          section_of("services{}", service_members()),
          section_of("unknown_capacity[]", unknown_members()),
          section_of("failures_never_recorded[]", untried_members()),
          section_of("alarms[]", alarm_members()),
          section_of("promoted, rolled_back", ending_members()),
          section_of("alarms[].fired, stopped, rollout_aborted", occurrence_members())};
}

}  // namespace rehearse
