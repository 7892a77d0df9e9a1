#include "outputs/report_json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "outputs/json_writer.hpp"
#include "outputs/notices.hpp"

namespace rehearse {
namespace {

constexpr int format_version = 1;

/// JSON has no infinity. A word stands above all numbers where jq sorts, and is no number by
/// accident; null would stand below them.
void write(JsonWriter& json, double number) {
  std::isinf(number) ? json.value("infinite") : json.value(number);
}

void write(JsonWriter& json, const Interval& interval) {
  json.begin_array();
  write(json, interval.lower);
  write(json, interval.upper);
  json.end_array();
}

void write(JsonWriter& json, const std::optional<Interval>& interval) {
  if (interval) {
    write(json, *interval);
  } else {
    json.null();
  }
}

void write(JsonWriter& json, std::string_view key, const Estimate& estimate) {
  json.key(key).begin_object().key("estimate");
  if (estimate.value) {
    write(json, *estimate.value);
  } else {
    json.null();
  }
  json.key("interval");
  write(json, estimate.interval);
  json.end_object();
}

void write(JsonWriter& json, const Risk& risk) {
  json.member("missed", risk.missed).member("no_data", risk.no_data);
  json.member("risk", risk.estimate).key("risk_interval");
  write(json, risk.interval);
}

void write(JsonWriter& json, const Measurements& measured, const MetricCondition& condition) {
  json.key("measured").begin_object();
  json.member("count", measured.count).member("threshold", condition.threshold);
  for (const auto& [name, value] :
       {std::pair{"median", measured.median}, std::pair{"lowest", measured.lowest},
        std::pair{"highest", measured.highest}}) {
    json.key(name);
    if (measured.count == 0) {
      json.null();
    } else {
      write(json, value);
    }
  }
  json.key("margin");
  if (const auto margin = margin_of(measured, condition)) {
    write(json, *margin);
  } else {
    json.null();
  }
  json.end_object();
}

void write(JsonWriter& json, const ObjectiveResult& result) {
  json.begin_object();
  json.member("name", result.name).member("expect", result.expectation);
  json.member("over", result.interval_name);
  json.member("probability", result.probability()).key("interval");
  write(json, result.probability_interval());
  json.member("accepted_risk", result.accepted_risk);
  write(json, result.measured, result.condition);
  write(json, result.experiment);
  json.member("verdict", word(result.verdict)).member("reason", result.reason);
  json.key("control");
  if (result.control) {
    json.begin_object();
    write(json, *result.control);
    json.end_object();
  } else {
    json.null();
  }
  json.end_object();
}

void write(JsonWriter& json, const RequestCounts& counts) {
  json.begin_object();
  for (const FateRow& row : fates) json.member(row.word, counts.*row.count);
  json.end_object();
}

void write(JsonWriter& json, const RequestEstimates& one) {
  json.key(one.name).begin_object();
  json.member("count", one.counts.arrived).key("counts");
  write(json, one.counts);
  json.member("error_ratio", one.error_ratio.value).key("error_ratio_interval");
  write(json, one.error_ratio.interval);
  json.key("latency_seconds").begin_object();
  write(json, "p50", one.latency.p50);
  write(json, "p90", one.latency.p90);
  write(json, "p99", one.latency.p99);
  write(json, "mean_of_good", one.latency.mean_of_good);
  json.member("p50_of_good", one.good_p50).member("p99_of_good", one.good_p99);
  json.end_object().end_object();
}

void write(JsonWriter& json, const ServiceEstimates& one) {
  json.key(one.name).begin_object();
  write(json, "utilization", one.utilization);
  write(json, "queue_length", one.queue_length);
  write(json, "in_system", one.in_system);
  write(json, "attempts_per_call", one.attempts_per_call);
  json.member("longest_queue", one.longest_queue).member("most_in_system", one.most_in_system);
  json.end_object();
}

void write(JsonWriter& json, const IntervalEstimates& interval) {
  json.key("endpoints").begin_object();
  for (const RequestEstimates& one : interval.endpoints) write(json, one);
  json.end_object().key("workloads").begin_object();
  for (const RequestEstimates& one : interval.workloads) write(json, one);
  json.end_object().key("services").begin_object();
  for (const ServiceEstimates& one : interval.services) write(json, one);
  json.end_object();
}

/// The interval "run" stands directly in the object of the arm.
void write(JsonWriter& json, const ArmEstimates& arm) {
  write(json, arm.intervals.front());
  json.key("intervals").begin_object();
  for (std::size_t i = 1; i < arm.intervals.size(); ++i) {
    const IntervalEstimates& interval = arm.intervals[i];
    json.key(interval.name).begin_object();
    json.member("from_seconds", interval.from_seconds);
    json.member("to_seconds", interval.to_seconds);
    write(json, interval);
    json.end_object();
  }
  json.end_object();
}

void write(JsonWriter& json, std::string_view key, const Occurrences& seen) {
  json.key(key).begin_object().member("count", seen.count).key("median_seconds");
  if (seen.count == 0) {
    json.null().key("range_seconds").null();
  } else {
    json.value(seen.median_seconds).key("range_seconds");
    write(json, Interval{seen.earliest_seconds, seen.latest_seconds});
  }
  json.end_object();
}

void write_alarms(JsonWriter& json, const ArmRecord& arm) {
  json.key("alarms").begin_array();
  for (std::size_t i = 0; i < arm.layout.alarms.size(); ++i) {
    json.begin_object().member("when", arm.layout.alarms[i]);
    json.member("rang_before", alarms_that_rang_before(arm, i));
    write(json, "fired", occurrences_of(firings_of(arm, i)));
    json.end_object();
  }
  json.end_array();
}

void write_unknown(JsonWriter& json, const Study& study) {
  json.key("unknown_capacity").begin_array();
  for (const UnknownCapacity& unknown : study.unknown) {
    json.begin_object().member("service", unknown.service);
    json.member("work_ratio", unknown.work_ratio).member("inside_ratio", unknown.inside_ratio);
    json.member("visits_ratio", unknown.visits_ratio);
    json.end_object();
  }
  json.end_array();
}

void write_untried(JsonWriter& json, const Study& study) {
  json.key("failures_never_recorded").begin_array();
  for (const FailureNeverRecorded& untried : study.untried) {
    json.begin_object().member("caller", untried.caller).member("callee", untried.callee);
    json.member("recorded_calls", untried.recorded_calls).end_object();
  }
  json.end_array();
}

void write_rollout(JsonWriter& json, const ArmRecord& arm) {
  for (const auto& [name, result] : {std::pair{"promoted", RolloutResult::completed},
                                     std::pair{"rolled_back", RolloutResult::aborted}}) {
    const std::uint64_t count = rollouts_that_ended(arm, result);
    json.key(name).begin_object().member("count", count);
    json.member("probability",
                static_cast<double>(count) / static_cast<double>(arm.replications()));
    json.key("interval");
    write(json, clopper_pearson(count, arm.replications(), 0.95));
    json.end_object();
  }
}

void write_heading(JsonWriter& json, const Study& study, const Findings& findings,
                   const std::string& outcome_file, int exit) {
  const StudyInformation& information = study.information;
  json.member("format_version", format_version).member("rehearse_version", information.version);
  json.member("scenario", information.name).member("seed", information.seed);
  json.member("complete", study.complete());
  json.member("replications", study.experiment.replications());
  json.member("replications_planned", information.replications_planned);
  json.member("spans", study.spans()).member("wall_seconds", information.wall_seconds);
  json.member("threads", information.threads);
  json.member("threads_per_replication", information.threads_per_replication);
  json.member("outcome_digest", fmt::format("{:016x}", study.outcome_digest()));
  json.member("trajectory_digest", fmt::format("{:016x}", study.trajectory_digest()));
  json.member("outcome_file", outcome_file);
  json.member("verdict", word(findings.verdict)).member("exit_code", exit);
}

}  // namespace

std::string json_report(const Study& study, const Findings& findings,
                        const std::string& outcome_file, int exit) {
  JsonWriter json;
  json.begin_object();
  write_heading(json, study, findings, outcome_file, exit);
  json.key("objectives").begin_array();
  for (const ObjectiveResult& result : findings.objectives) write(json, result);
  json.end_array();
  write(json, findings.experiment);
  json.key("control");
  if (findings.control) {
    json.begin_object();
    write(json, *findings.control);
    json.end_object();
  } else {
    json.null();
  }
  const ReplicationRows& rows = study.experiment.rows;
  write_unknown(json, study);
  write_untried(json, study);
  write_alarms(json, study.experiment);
  if (has_rollout(study.experiment)) write_rollout(json, study.experiment);
  write(json, "stopped", occurrences_of(rows.stopped_at));
  write(json, "rollout_aborted", occurrences_of(rows.rollout_aborted_at));
  std::uint64_t capped = 0;
  for (const std::uint8_t one : rows.capped) capped += one;
  json.member("capped", capped).key("warnings").begin_array();
  for (const std::string& doubt : study.information.doubts) json.value(doubt);
  for (const std::string& warning : warnings_about(study, findings)) json.value(warning);
  json.end_array().end_object();
  return json.text();
}

}  // namespace rehearse
