#include "outputs/summary.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "outputs/notices.hpp"
#include "outputs/plain_text.hpp"

namespace rehearse {
namespace {

constexpr double confidence = 0.95;
constexpr std::size_t most_rows = 12;  // of the latency table

std::string upper_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

/// The objective that made the verdict what it is.
const ObjectiveResult* decisive(const Findings& findings) {
  for (const ObjectiveResult& result : findings.objectives) {
    if (result.verdict == findings.verdict) return &result;
  }
  return nullptr;
}

std::string answer(const Study& study, const Findings& findings) {
  const std::string& name = study.information.name;
  const ObjectiveResult* result = decisive(findings);
  switch (findings.verdict) {
    case Verdict::none:
      return fmt::format("{}: nothing to judge, no objective has a required probability.", name);
    case Verdict::pass:
      return fmt::format("{}: PASS. Every objective is met as often as required.", name);
    case Verdict::fail:
      return fmt::format("{}: FAIL. '{}' is missed with probability {} (95 %: {}); accepted: {}.",
                         name, result->name, percent_text(result->experiment.estimate),
                         percent_text(result->experiment.interval),
                         percent_text(*result->accepted_risk));
    case Verdict::inconclusive:
      return fmt::format("{}: INCONCLUSIVE. About '{}': {}.", name, result->name, result->reason);
  }
  return name;
}

std::string risk_sentence(const Risk& risk) {
  if (risk.no_data == risk.replications) return "never measured";
  if (risk.missed == 0 && risk.no_data == 0) {
    return fmt::format("missed in 0 of {}: below {}", risk.replications,
                       percent_text(upper_limit_without_events(risk.replications, confidence)));
  }
  std::string text = fmt::format("missed in {} of {}: {} {}", risk.missed, risk.replications,
                                 percent_text(risk.estimate), percent_text(risk.interval));
  if (risk.no_data > 0) text += fmt::format("; {} without data", risk.no_data);
  return text;
}

std::string objective_text(const ObjectiveResult& result) {
  const std::string label =
      result.verdict == Verdict::none ? "ESTIMATE" : upper_case(word(result.verdict));
  std::string text = fmt::format("  {:<12}  {}: {} ({})\n", label, result.name, result.expectation,
                                 result.interval_name);
  text +=
      fmt::format("{:16}met with probability {}, 95 % interval {}", "",
                  percent_text(result.probability()), percent_text(result.probability_interval()));
  if (result.accepted_risk) {
    text += fmt::format("; required {}", percent_text(1 - *result.accepted_risk));
  }
  text += fmt::format("\n{:16}{}\n", "", risk_sentence(result.experiment));
  if (result.control) {
    text += fmt::format("{:16}without the experiment {}\n", "", risk_sentence(*result.control));
  }
  if (!result.reason.empty()) text += fmt::format("{:16}{}\n", "", result.reason);
  return text;
}

std::string objectives_text(const Findings& findings) {
  if (findings.objectives.empty()) return "";
  std::string text = "\nObjectives\n";
  for (const ObjectiveResult& result : findings.objectives) text += objective_text(result);
  return text;
}

/// The interval that shows what the experiment does: the faults' own if some objective is about it.
std::size_t shown_interval(const ArmEstimates& arm) {
  for (std::size_t i = 0; i < arm.intervals.size(); ++i) {
    if (arm.intervals[i].name == "fault") return i;
  }
  return 0;
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
    const std::string left = seconds_text(row.experiment->latency.*line.estimate);
    text += fmt::format("    {}  {:<30}", line.name, left);
    if (row.control != nullptr) {
      text += "  " + seconds_text(row.control->latency.*line.estimate);
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

std::string latency_text(const Study& study, const Findings& findings) {
  const std::size_t shown = shown_interval(findings.experiment);
  const IntervalEstimates& experiment = findings.experiment.intervals[shown];
  const IntervalEstimates* control =
      findings.control ? &findings.control->intervals[shown] : nullptr;
  std::vector<LatencyRow> rows;
  add_rows(experiment, control, &IntervalEstimates::workloads, nullptr, rows);
  add_rows(experiment, control, &IntervalEstimates::endpoints, &study.information.user_endpoints,
           rows);
  std::string text = fmt::format(
      "\nLatency of all requests that arrived in '{}' ({} to {}), 95 % intervals\n{:9}{:<30}{}\n",
      experiment.name, span_text(experiment.from_seconds), span_text(experiment.to_seconds), "",
      "experiment", control == nullptr ? "" : "  without it");
  for (std::size_t i = 0; i < std::min(rows.size(), most_rows); ++i) {
    text += fmt::format("  {}\n", rows[i].experiment->name) + quantile_lines(rows[i]) +
            error_line(rows[i]);
  }
  if (rows.size() > most_rows) {
    text += fmt::format("  and {} more endpoints: --json has them all\n", rows.size() - most_rows);
  }
  return text;
}

/// An alarm may also be a false one, before anything was done.
std::string moment_text(double seconds_after, const char* after) {
  return seconds_after < 0 ? span_text(-seconds_after) + " before"
                           : span_text(seconds_after) + after;
}

std::string noticed_text(const Study& study, const std::vector<double>& instants,
                         const char* what) {
  const Occurrences seen = occurrences_of(instants);
  if (seen.count == 0) return "";
  const double begin = study.information.disturbance_at_seconds.value_or(0);
  return fmt::format(
      "{} in {} of {} replications, {} the experiment began (median; {} to {})\n", what, seen.count,
      seen.replications, moment_text(seen.median_seconds - begin, " after"),
      moment_text(seen.earliest_seconds - begin, ""), moment_text(seen.latest_seconds - begin, ""));
}

std::string alarms_text(const Study& study) {
  const ReplicationRows& rows = study.experiment.rows();
  const std::string text =
      noticed_text(study, rows.stopped_at, "A stop condition fired") +
      noticed_text(study, rows.rollout_aborted_at, "The rollout was rolled back");
  return text.empty() ? text : "\n" + text;
}

std::string size_text(const Study& study) {
  return fmt::format(
      "{} replication{}{}, seed {}, {} spans in {}.\n", count_text(study.experiment.replications()),
      study.experiment.replications() == 1 ? "" : "s",
      study.control ? ", each with and without the experiment" : "", study.information.seed,
      count_text(study.spans()), seconds_text(study.information.wall_seconds));
}

}  // namespace

std::string summary_of(const Study& study, const Findings& findings) {
  std::string text = answer(study, findings) + "\n" + size_text(study);
  text += objectives_text(findings);
  text += latency_text(study, findings);
  text += alarms_text(study);
  for (const std::string& warning : warnings_about(study, findings)) {
    text += "\nwarning: " + warning;
  }
  text += "\nAll of this is conditional on the model: what it does not know cannot happen here.\n";
  return text + fmt::format("Outcome digest {:016x}, trajectory digest {:016x}\n",
                            study.outcome_digest(), study.trajectory_digest());
}

}  // namespace rehearse
