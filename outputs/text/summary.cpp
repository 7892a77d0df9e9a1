#include "outputs/text/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "outputs/text/collateral.hpp"
#include "outputs/text/notices.hpp"
#include "outputs/text/objective_text.hpp"
#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_rows = 12;  // of the latency table

/// The objective that made the verdict what it is.
const ObjectiveResult* decisive(const Findings& findings) {
  for (const ObjectiveResult& result : findings.objectives) {
    if (result.verdict == findings.verdict) return &result;
  }
  return nullptr;
}

/// How a rollout ended stands beside the verdict, which may be about something else.
std::string rollout_text(const ArmRecord& arm) {
  if (!has_rollout(arm)) return "";
  const std::uint64_t unfinished = rollouts_that_ended(arm, RolloutResult::unfinished);
  return fmt::format(
      " The rollout was promoted in {} of {}, rolled back in {}{}.",
      count_text(rollouts_that_ended(arm, RolloutResult::completed)),
      count_text(arm.replications()), count_text(rollouts_that_ended(arm, RolloutResult::aborted)),
      unfinished == 0 ? "" : fmt::format(", unfinished in {}", count_text(unfinished)));
}

/// Nor is a pass the whole answer that was reached only because production would have noticed.
std::string stopped_text(const ArmRecord& arm) {
  const Occurrences stopped = occurrences_of(arm.rows.stopped_at);
  if (stopped.count == 0) return "";
  return fmt::format(" A stop condition fired in {} of {}.", count_text(stopped.count),
                     count_text(stopped.replications));
}

std::string answer(const Study& study, const Findings& findings) {
  const std::string name = visible_name(study.information.name);
  const ObjectiveResult* result = decisive(findings);
  switch (findings.verdict) {
    case Verdict::none:
      return fmt::format("{}: nothing was judged: no objectives.", name);
    case Verdict::pass:
      return fmt::format("{}: PASS. Every objective is met as often as required.", name);
    case Verdict::fail:
      return fmt::format("{}: FAIL. '{}' is missed in {} of {}.", name, visible_name(result->name),
                         count_text(result->experiment.missed),
                         counted(result->experiment.replications, "replication"));
    case Verdict::inconclusive:
      return fmt::format("{}: INCONCLUSIVE. About '{}': {}.", name, visible_name(result->name),
                         visible_sentence(result->reason));
  }
  return name;
}

std::string objectives_text(const Findings& findings) {
  if (findings.objectives.empty()) return "";
  std::string text = "\nObjectives\n";
  std::set<std::string> said;
  const ObjectiveResult* const above = decisive(findings);
  if (above != nullptr) said.insert(above->reason);
  for (const ObjectiveResult& result : findings.objectives) {
    text += objective_text(result, &result == above, said.count(result.reason) > 0);
    said.insert(result.reason);
  }
  return text;
}

struct LatencyRow {
  const RequestEstimates* experiment = nullptr;
  const RequestEstimates* control = nullptr;
};

using RequestsOf = std::vector<RequestEstimates> IntervalEstimates::*;

void add_rows(const IntervalEstimates& experiment, const IntervalEstimates* control,
              RequestsOf kind, const std::vector<std::string>* wanted,
              std::vector<LatencyRow>& rows) {
  for (std::size_t i = 0; i < (experiment.*kind).size(); ++i) {
    const RequestEstimates& one = (experiment.*kind)[i];
    if (wanted != nullptr && std::find(wanted->begin(), wanted->end(), one.name) == wanted->end()) {
      continue;
    }
    rows.push_back({&one, control == nullptr ? nullptr : &(control->*kind)[i]});
  }
}

std::string quantile_lines(const LatencyRow& row) {
  struct Line {
    const char* name;
    Estimate LatencyEstimates::*estimate;
  };
  std::string text;
  for (const Line& line : {Line{"p50", &LatencyEstimates::p50}, Line{"p90", &LatencyEstimates::p90},
                           Line{"p99", &LatencyEstimates::p99}}) {
    const std::string left = rounded_duration_text(row.experiment->latency.*line.estimate);
    text += fmt::format("    {}  {:<30}", line.name, left);
    if (row.control != nullptr) {
      text += "  " + rounded_duration_text(row.control->latency.*line.estimate);
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
  }
  return text;
}

std::string error_line(const LatencyRow& row) {
  const auto ratio = [](const RequestEstimates& one) {
    return one.error_ratio.value ? percent_text(*one.error_ratio.value) : std::string("-");
  };
  std::string text = fmt::format("    errors  {:<27}", ratio(*row.experiment));
  if (row.control != nullptr) text += "  " + ratio(*row.control);
  text.erase(text.find_last_not_of(' ') + 1);
  return text + "\n";
}

bool nobody_got_an_answer(const RequestEstimates& one) {
  return one.counts.ok == 0 && one.counts.errors() > 0;
}

/// Where errors reach into the quantiles, what those saw who got a good answer; it is not the
/// latency of the service.
std::string good_answers_line(const RequestEstimates& one) {
  const bool hidden = one.latency.p99.value && std::isinf(*one.latency.p99.value);
  if (!hidden || !one.good_p50) return "";
  return fmt::format("    of good answers ({} of {}): p50 {}, p99 {}\n", count_text(one.counts.ok),
                     count_text(one.counts.ok + one.counts.errors()),
                     rounded_duration_text(*one.good_p50), rounded_duration_text(*one.good_p99));
}

std::string request_text(const LatencyRow& row) {
  const std::string name = fmt::format("  {}\n", visible_name(row.experiment->name));
  const bool control_too = row.control == nullptr || nobody_got_an_answer(*row.control);
  if (nobody_got_an_answer(*row.experiment) && control_too) {
    return name + fmt::format("    never: none of {} had a good answer\n",
                              counted(row.experiment->counts.errors(), "request"));
  }
  return name + quantile_lines(row) + error_line(row) + good_answers_line(*row.experiment);
}

/// Whether the only workload asks for one endpoint only: the figures of both are the same.
bool one_and_the_same(const Study& study, const IntervalEstimates& experiment) {
  return study.information.user_endpoints.size() == 1 && experiment.workloads.size() == 1;
}

/// The endpoints whose figures the latency table has, by their own name or by their workload's.
std::vector<std::string> endpoints_in_table(const Study& study, const Findings& findings) {
  const auto& asked_for = study.information.user_endpoints;
  const IntervalEstimates& experiment =
      findings.experiment.intervals[shown_interval(findings.experiment)];
  if (one_and_the_same(study, experiment)) return asked_for;
  std::vector<LatencyRow> rows;
  add_rows(experiment, nullptr, &IntervalEstimates::endpoints, &asked_for, rows);
  std::vector<std::string> names;
  for (const LatencyRow& row : rows) {
    if (experiment.workloads.size() + names.size() >= most_rows) break;
    names.push_back(row.experiment->name);
  }
  return names;
}

std::string latency_text(const Study& study, const Findings& findings) {
  const std::size_t shown = shown_interval(findings.experiment);
  const IntervalEstimates& experiment = findings.experiment.intervals[shown];
  const IntervalEstimates* control =
      findings.control ? &findings.control->intervals[shown] : nullptr;
  std::vector<LatencyRow> rows;
  add_rows(experiment, control, &IntervalEstimates::workloads, nullptr, rows);
  if (!one_and_the_same(study, experiment)) {
    add_rows(experiment, control, &IntervalEstimates::endpoints, &study.information.user_endpoints,
             rows);
  }
  std::string text = fmt::format(
      "\nLatency of all requests that arrived in '{}' ({} to {}), without a good answer: never; "
      "{}\n{:9}{:<30}{}\n",
      visible_name(experiment.name),
      duration_text(Duration::rounded_seconds(experiment.from_seconds)),
      duration_text(Duration::rounded_seconds(experiment.to_seconds)),
      study.information.draws > 0 ? "of 95 in 100 runs" : "95 % intervals", "", "experiment",
      control == nullptr ? "" : "  without it");
  for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) text += request_text(rows[i]);
  if (rows.size() > most_rows) {
    text += fmt::format("  and {}: --json has them all\n",
                        counted(rows.size() - most_rows, "more endpoint"));
  }
  return text;
}

/// An alarm may also be a false one, before anything was done.
std::string moment_text(double seconds_after, const char* after) {
  return seconds_after < 0 ? rounded_duration_text(-seconds_after) + " before"
                           : rounded_duration_text(seconds_after) + after;
}

std::string noticed_text(const Study& study, const std::vector<double>& instants,
                         const std::string& what) {
  const Occurrences seen = occurrences_of(instants);
  std::string text = fmt::format("{} in {} of {}", what, count_text(seen.count),
                                 counted(study.experiment.replications(), "replication"));
  if (seen.count == 0) return text + "\n";
  const double begin = study.information.disturbance_at_seconds.value_or(0);
  return text + fmt::format(", {} the experiment began (median; {} to {})\n",
                            moment_text(seen.median_seconds - begin, " after"),
                            moment_text(seen.earliest_seconds - begin, ""),
                            moment_text(seen.latest_seconds - begin, ""));
}

std::string alarms_text(const Study& study) {
  const ArmRecord& arm = study.experiment;
  std::string text;
  for (std::size_t i = 0; i < arm.layout.alarms.size(); ++i) {
    text += noticed_text(study, firings_of(arm, i),
                         fmt::format("The alarm '{}' fired", visible_name(arm.layout.alarms[i])));
  }
  // The headline says how often; this is about when.
  if (rollouts_that_ended(arm, RolloutResult::aborted) > 0) {
    text += noticed_text(study, arm.rows.rollout_aborted_at, "The rollout was rolled back");
  }
  return text.empty() ? text : "\n" + text;
}

/// What the numbers rest on.
std::string condition_text(const Study& study) {
  const StudyInformation& said = study.information;
  if (said.draws > 0) {
    return fmt::format(
        "Each run has one of {} of the model's numbers, as the recording leaves them open; of its "
        "structure, and of what it does not know, all of this is conditional.\n",
        counted(said.draws, "draw"));
  }
  const char* const fitted = said.provenance.calibrated_by.empty() ? "" : "fitted ";
  return fmt::format(
      "All of this is conditional on the {}model: what it does not know cannot happen here.\n",
      fitted);
}

std::string size_text(const Study& study) {
  return fmt::format(
      "{}{}, seed {}, {} in {}.\n", counted(study.experiment.replications(), "replication"),
      study.control ? ", each with and without the experiment" : "", study.information.seed,
      counted(study.spans(), "span"), rounded_duration_text(study.information.wall_seconds));
}

}  // namespace

std::string summary_of(const Study& study, const Findings& findings) {
  std::string text = answer(study, findings) + rollout_text(study.experiment) +
                     stopped_text(study.experiment) + "\n";
  text += size_text(study);
  text += objectives_text(findings);
  text += latency_text(study, findings);
  text += collateral_text(study, findings, endpoints_in_table(study, findings));
  text += alarms_text(study);
  for (const std::string& warning : warnings_about(study, findings)) {
    text += "\nwarning: " + visible_sentence(warning);
  }
  text += "\n" + condition_text(study);
  return text + fmt::format("Outcome digest {:016x}, trajectory digest {:016x}\n",
                            study.outcome_digest(), study.trajectory_digest());
}

std::string outcome_file_line(const std::string& path) {
  return fmt::format("Outcome file {}\n", visible_line(path));
}

}  // namespace rehearse
