#include "calibrate/audit/self_check.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "models/checks/mistakes.hpp"
#include "models/replication.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/expects.hpp"
#include "sim/stats/weighed_values.hpp"
#include "studies/affordable_run.hpp"

namespace rehearse {
namespace {

constexpr double confidence = 0.95;
constexpr double alike_within = 0.15;
constexpr double most_events = 4e6;
constexpr double fewest_requests = 200;
constexpr std::size_t rows_shown = 8;

/// What was recorded of the visits of one endpoint.
struct RecordedAnswers {
  std::vector<WeighedValue> good;  // rising
  std::uint64_t visits = 0;
  double weight = 0;
  double squared_weight = 0;
  double failed_weight = 0;

  void add(double seconds, double of_weight, bool failed) {
    ++visits;
    weight += of_weight;
    squared_weight += of_weight * of_weight;
    if (failed) {
      failed_weight += of_weight;
    } else {
      good.push_back({seconds, of_weight});
    }
  }
  /// The number of equal samples that tell as much (Kish).
  double worth() const { return weight * weight / squared_weight; }
};

bool is_thin(const RecordedAnswers& answers) {
  return answers.good.empty() || WeighedQuantiles(answers.good).worth() < enough_for_level.front();
}

/// Where requests come in. By endpoint.
std::map<std::uint32_t, RecordedAnswers> recorded_answers(const TraceForest& forest,
                                                          const VisitTable& visits,
                                                          const ArrivalFacts& arrivals) {
  std::map<std::uint32_t, RecordedAnswers> answers;
  for (const auto& [endpoint, weight] : arrivals.mix) answers[endpoint];
  for (const Visit& visit : visits.visits) {
    const auto found = answers.find(visit.endpoint);
    if (found == answers.end()) continue;
    const Span& span = forest.spans[visit.span];
    found->second.add(static_cast<double>(span.duration()) * 1e-9, span.adjusted_count, span.error);
  }
  for (auto& [endpoint, recorded] : answers) {
    std::sort(recorded.good.begin(), recorded.good.end(),
              [](const WeighedValue& a, const WeighedValue& b) { return a.value < b.value; });
  }
  return answers;
}

bool is_within(double value, const Interval& interval) {
  return interval.lower <= value && value <= interval.upper;
}

/// Long enough for many more requests than were recorded, if that is not too much work: nothing,
/// when hardly any can be afforded.
std::optional<ExperimentSpec> long_enough(const ModelSpec& model, const ArrivalFacts& arrivals,
                                          double longest) {
  const double rate = arrivals.per_second > 0 ? arrivals.per_second : 1.0;
  const double wanted = std::clamp(20 * static_cast<double>(arrivals.requests), 2e3, 4e4);
  return affordable_run(model, {.seconds = wanted / rate,
                                .per_second = rate,
                                .longest = longest,
                                .most_events = most_events,
                                .fewest_requests = fewest_requests});
}

bool is_alike(const Likeness& likeness) {
  return is_within(likeness.model, likeness.noise) ||
         std::abs(likeness.model - likeness.recorded) <= alike_within * likeness.recorded;
}

Likeness compared_quantile(const WeighedQuantiles& recorded, double level,
                           const EndpointOutcome& outcome) {
  Likeness likeness;
  likeness.recorded = recorded.at(level);
  likeness.noise = recorded.noise_at(level, confidence);
  likeness.model = outcome.latency.quantile(level).value_or(Duration()).in_seconds();
  likeness.alike = outcome.latency.count() > 0 && is_alike(likeness);
  return likeness;
}

Likeness compared_errors(const RecordedAnswers& recorded, const EndpointOutcome& outcome) {
  Likeness likeness;
  likeness.recorded = recorded.failed_weight / recorded.weight;
  likeness.noise = clopper_pearson_of_share(likeness.recorded, recorded.worth(), confidence);
  likeness.model = outcome.counts.arrived == 0 ? 0
                                               : static_cast<double>(outcome.counts.errors()) /
                                                     static_cast<double>(outcome.counts.arrived);
  likeness.alike = is_alike(likeness);
  return likeness;
}

SelfCheckRow compared(const std::string& name, const RecordedAnswers& recorded,
                      const EndpointOutcome& outcome) {
  SelfCheckRow row;
  row.endpoint = name;
  row.visits = recorded.visits;
  row.errors = compared_errors(recorded, outcome);
  const WeighedQuantiles quantiles(recorded.good);
  for (std::size_t i = 0; i < self_check_levels.size(); ++i) {
    if (quantiles.worth() < enough_for_level[i]) continue;
    row.quantiles[i] = compared_quantile(quantiles, self_check_levels[i], outcome);
  }
  return row;
}

std::string percent(double share) {
  return fmt::format("{:.{}f}", 100 * share, share < 0.1 ? 2 : 1);
}

/// "124ms, model 121ms": where they differ, with the noise of the recording.
std::string text(const char* what, const Likeness& likeness) {
  std::string line = fmt::format("{} {} -> {}", what, rounded_duration_text(likeness.recorded),
                                 rounded_duration_text(likeness.model));
  if (!likeness.alike) {
    line += fmt::format(" DIFFERS (noise {} to {})", rounded_duration_text(likeness.noise.lower),
                        rounded_duration_text(likeness.noise.upper));
  }
  return line;
}

bool all_alike(const SelfCheckRow& row) {
  return row.errors.alike &&
         std::all_of(row.quantiles.begin(), row.quantiles.end(),
                     [](const auto& quantile) { return !quantile || quantile->alike; });
}

std::string text(const SelfCheckRow& row) {
  constexpr std::array<const char*, 3> words = {"p50", "p90", "p99"};
  std::string line = fmt::format("  {:>9}  {}: ", count_text(row.visits), row.endpoint);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (row.quantiles[i]) line += text(words[i], *row.quantiles[i]) + ", ";
  }
  line += fmt::format("errors {} -> {} %", percent(row.errors.recorded), percent(row.errors.model));
  if (!row.errors.alike) {
    line += fmt::format(" DIFFERS (noise {} to {} %)", percent(row.errors.noise.lower),
                        percent(row.errors.noise.upper));
  }
  return line + "\n";
}

}  // namespace

std::uint64_t SelfCheck::compared() const {
  std::uint64_t numbers = 0;
  for (const SelfCheckRow& row : rows) {
    ++numbers;
    for (const auto& quantile : row.quantiles) numbers += quantile ? 1 : 0;
  }
  return numbers;
}

std::uint64_t SelfCheck::unlike() const {
  std::uint64_t numbers = 0;
  for (const SelfCheckRow& row : rows) {
    numbers += row.errors.alike ? 0 : 1;
    for (const auto& quantile : row.quantiles) numbers += quantile && !quantile->alike ? 1 : 0;
  }
  return numbers;
}

SelfCheck check_against_recording(const ModelSpec& model, const TraceForest& forest,
                                  const VisitTable& visits, const ArrivalFacts& arrivals,
                                  const std::vector<EndpointName>& names) {
  SelfCheck check;
  const auto recorded = recorded_answers(forest, visits, arrivals);
  double longest = 0;
  for (const auto& [endpoint, answers] : recorded) {
    if (is_thin(answers)) {
      ++check.too_thin;
    } else {
      longest = std::max(longest, WeighedQuantiles(answers.good).at(0.99));
    }
  }
  if (check.too_thin == recorded.size()) {
    check.not_run = "no endpoint at which requests come in has 50 good answers";
    return check;
  }
  if (!find_mistakes(model).empty()) {
    check.not_run = "the model cannot be run as it is";
    return check;
  }
  const auto experiment = long_enough(model, arrivals, longest);
  if (!experiment) {
    check.not_run = "a request makes too many calls";
    return check;
  }
  const System system(model, *experiment);
  const Outcome outcome = run_replication(system, {.study = 1, .replication = 0});
  const IntervalOutcome& run = outcome.intervals.front();
  for (const WorkloadOutcome& workload : run.workloads) check.simulated += workload.counts.arrived;
  const auto& keys = system.layout().endpoints;
  for (const auto& [endpoint, answers] : recorded) {
    if (is_thin(answers)) continue;
    const EndpointName& name = names[endpoint];
    const auto key = std::find_if(keys.begin(), keys.end(),
                                  [&](const auto& candidate) { return candidate.name == name; });
    expects(key != keys.end(), "where requests come in is an endpoint of the model");
    check.rows.push_back(compared(name.text(), answers,
                                  run.endpoints[static_cast<std::size_t>(key - keys.begin())]));
  }
  std::stable_sort(check.rows.begin(), check.rows.end(),
                   [](const auto& a, const auto& b) { return a.visits > b.visits; });
  return check;
}

std::string text(const SelfCheck& check, bool all_rows) {
  if (!check.not_run.empty()) {
    return fmt::format("\nNot checked against the recording: {}.\n", check.not_run);
  }
  std::string lines = fmt::format(
      "\nChecked: the model, run for {}, against the recording (visits, recorded -> model):\n",
      counted(check.simulated, "request"));
  std::size_t shown = 0;
  for (const SelfCheckRow& row : check.rows) {
    if (!all_rows && shown >= rows_shown && all_alike(row)) continue;
    lines += text(row);
    ++shown;
  }
  if (shown < check.rows.size()) {
    lines += fmt::format("             and {} more, all alike\n", check.rows.size() - shown);
  }
  if (check.too_thin > 0) {
    lines += fmt::format("  {} with fewer than 50 good answers: not compared\n",
                         counted(check.too_thin, "more endpoint"));
  }
  lines += check.unlike() == 0
               ? fmt::format("  All {} are alike: within 15 % or the noise of the recording.\n",
                             counted(check.compared(), "number"))
               : fmt::format(
                     "  WARNING: of {} {} {}, by more than 15 % and the noise of the "
                     "recording: do not trust the model there.\n",
                     counted(check.compared(), "number"), count_text(check.unlike()),
                     agreeing(check.unlike(), "differs", "differ"));
  return lines;
}

}  // namespace rehearse
