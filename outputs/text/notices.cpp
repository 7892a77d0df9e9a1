#include "outputs/text/notices.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

/// Below, a few requests that arrived just before the end are the ordinary reason.
constexpr double worth_mentioning = 0.001;

constexpr std::size_t most_edges_named = 6;

std::uint64_t capped_in(const ArmRecord& arm) {
  const auto& capped = arm.rows.capped;
  return static_cast<std::uint64_t>(std::count(capped.begin(), capped.end(), std::uint8_t{1}));
}

/// One line, however many workloads there are: the one that fares worst stands for them.
void warn_of_unfinished(const IntervalEstimates& run, const char* where,
                        std::vector<std::string>& warnings) {
  std::size_t concerned = 0;
  double most = 0;
  std::string name;
  for (const RequestEstimates& workload : run.workloads) {
    const auto arrived = static_cast<double>(workload.counts.arrived);
    const auto unfinished = static_cast<double>(workload.counts.unfinished);
    if (unfinished <= worth_mentioning * arrived) continue;
    ++concerned;
    if (unfinished / arrived <= most) continue;
    most = unfinished / arrived;
    name = workload.name;
  }
  if (concerned == 0) return;
  const std::string others = concerned == 1 ? ""
                                            : fmt::format("(and at most as many of {}) ",
                                                          counted(concerned - 1, "other workload"));
  warnings.push_back(fmt::format(
      "{} of the requests of {} {}{}had no answer when the run ended; they count as errors",
      percent_text(most), name, others, where));
}

void warn_of_capped(const ArmRecord& arm, const char* where, std::vector<std::string>& warnings) {
  if (const std::uint64_t capped = capped_in(arm); capped > 0) {
    warnings.push_back(
        fmt::format("{} of {} {}ended early: too many requests were in flight (a collapse)",
                    count_text(capped), counted(arm.replications(), "replication"), where));
  }
}

void warn_of_untried(const std::vector<FailureNeverRecorded>& untried,
                     std::vector<std::string>& warnings) {
  if (untried.empty()) return;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < std::min(most_edges_named, untried.size()); ++i) {
    names.push_back(text_of(untried[i]));
  }
  if (untried.size() > names.size()) {
    names.push_back(
        fmt::format("and {} more (--json has them all)", untried.size() - names.size()));
  }
  warnings.push_back(
      fmt::format("harm may be overstated: calls fail here of which no failure was recorded; that "
                  "their callers "
                  "fail too is assumed (say on_error = \"ignore\" where they do not): {}",
                  fmt::join(names, ", ")));
}

/// An objective that is inconclusive for capacity that nobody knows says so itself.
bool said_by_an_objective(const Findings& findings) {
  return std::any_of(findings.objectives.begin(), findings.objectives.end(),
                     [](const ObjectiveResult& one) { return one.rests_on_unknown_capacity; });
}

void warn_of_deaf_alarms(const ArmRecord& arm, std::vector<std::string>& warnings) {
  for (std::size_t i = 0; i < arm.layout.alarms.size(); ++i) {
    const std::uint64_t deaf = alarms_that_rang_before(arm, i);
    if (deaf == 0) continue;
    warnings.push_back(fmt::format(
        "the alarm '{}' rang already before the experiment began in {} of {}: it "
        "cannot notice it there",
        arm.layout.alarms[i], count_text(deaf), counted(arm.replications(), "replication")));
  }
}

/// Whether they stop anything or only call somebody.
void warn_of_false_alarms(const ArmRecord& control, std::vector<std::string>& warnings) {
  const auto& fired = control.rows.alarm_fired_at;  // [replication, alarm]
  const std::size_t alarms = control.layout.alarms.size();
  std::uint64_t replications = 0;
  for (std::size_t i = 0; alarms > 0 && i + alarms <= fired.size(); i += alarms) {
    const auto first = fired.begin() + static_cast<std::ptrdiff_t>(i);
    replications += std::any_of(first, first + static_cast<std::ptrdiff_t>(alarms),
                                [](double instant) { return !std::isnan(instant); });
  }
  if (replications == 0) return;
  warnings.push_back(fmt::format("false alarms: an alarm fires without the experiment in {} of {}",
                                 count_text(replications),
                                 counted(control.replications(), "replication")));
}

}  // namespace

Occurrences occurrences_of(const std::vector<double>& instants) {
  Occurrences result;
  result.replications = instants.size();
  std::vector<double> seen;
  for (const double instant : instants) {
    if (!std::isnan(instant)) seen.push_back(instant);
  }
  result.count = seen.size();
  if (seen.empty()) return result;
  std::sort(seen.begin(), seen.end());
  const std::size_t middle = seen.size() / 2;
  result.median_seconds =
      seen.size() % 2 == 1 ? seen[middle] : (seen[middle - 1] + seen[middle]) / 2;
  result.earliest_seconds = seen.front();
  result.latest_seconds = seen.back();
  return result;
}

std::vector<double> firings_of(const ArmRecord& arm, std::size_t alarm) {
  std::vector<double> instants;
  const auto& all = arm.rows.alarm_fired_at;
  for (std::size_t i = alarm; i < all.size(); i += arm.layout.alarms.size()) {
    instants.push_back(all[i]);
  }
  return instants;
}

std::uint64_t alarms_that_rang_before(const ArmRecord& arm, std::size_t alarm) {
  std::uint64_t count = 0;
  const auto& all = arm.rows.alarm_rang_before;
  for (std::size_t i = alarm; i < all.size(); i += arm.layout.alarms.size()) count += all[i];
  return count;
}

std::uint64_t rollouts_that_ended(const ArmRecord& arm, RolloutResult result) {
  const auto& ends = arm.rows.rollout;
  return static_cast<std::uint64_t>(
      std::count(ends.begin(), ends.end(), static_cast<std::uint8_t>(result)));
}

bool has_rollout(const ArmRecord& arm) {
  return arm.replications() > rollouts_that_ended(arm, RolloutResult::absent);
}

std::vector<std::string> warnings_about(const Study& study, const Findings& findings) {
  std::vector<std::string> warnings;
  if (!study.complete()) {
    warnings.push_back(fmt::format(
        "interrupted: {} of {} {} finished", count_text(study.experiment.replications()),
        counted(study.information.replications_planned, "replication"),
        agreeing(study.information.replications_planned, "was", "were")));
  }
  // Readings with few workers say how it would be.
  if (!study.unknown.empty() && study.open.empty() && !said_by_an_objective(findings)) {
    std::vector<std::string> names;
    for (const UnknownCapacity& unknown : study.unknown) names.push_back(text_of(unknown));
    warnings.push_back(fmt::format(
        "harm may be understated: {} more than was recorded, nobody knows how much {} can do, and "
        "{} "
        "here: {}",
        agreeing(names.size(), "this service gets", "these services get"),
        agreeing(names.size(), "it", "they"),
        agreeing(names.size(), "it never queues", "they never queue"), fmt::join(names, ", ")));
  }
  warn_of_untried(study.untried, warnings);
  warn_of_deaf_alarms(study.experiment, warnings);
  warn_of_capped(study.experiment, "", warnings);
  warn_of_unfinished(findings.experiment.intervals.front(), "", warnings);
  if (study.control) {
    warn_of_capped(*study.control, "without the experiment ", warnings);
    warn_of_unfinished(findings.control->intervals.front(), "without the experiment ", warnings);
    warn_of_false_alarms(*study.control, warnings);
  }
  const auto& blind = study.experiment.rows.analyses_without_data;
  const auto measurements = std::accumulate(blind.begin(), blind.end(), std::uint64_t{0});
  if (measurements > 0) {
    warnings.push_back(
        fmt::format("{} of the rollout's analyses found no data: {} neither passed nor failed",
                    counted(measurements, "measurement"), agreeing(measurements, "it", "they")));
  }
  return warnings;
}

}  // namespace rehearse
