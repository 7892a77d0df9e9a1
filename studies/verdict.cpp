#include "studies/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "models/checks/assumed_limit.hpp"
#include "models/run/measure.hpp"
#include "sim/counted_text.hpp"
#include "sim/expects.hpp"
#include "studies/draws.hpp"

namespace rehearse {
namespace {

struct VerdictRow {
  Verdict verdict;
  const char* word;
  ExitCode code;
};
constexpr std::array<VerdictRow, enumerator_count<Verdict>()> verdicts = {{
    {Verdict::none, "none", ExitCode::done},
    {Verdict::pass, "pass", ExitCode::done},
    {Verdict::inconclusive, "inconclusive", ExitCode::inconclusive},
    {Verdict::fail, "fail", ExitCode::missed},
}};
static_assert(lists_every(verdicts, &VerdictRow::verdict));

const VerdictRow& row_of(Verdict verdict) {
  return verdicts[static_cast<std::size_t>(verdict)];
}

constexpr double confidence = 0.95;

/// Of a share of replications that are worth so many independent ones.
Interval limits_of(std::uint64_t events, std::uint64_t replications, double worth) {
  const auto count = static_cast<double>(replications);
  if (worth == count) return clopper_pearson(events, replications, confidence);
  return clopper_pearson_of_share(static_cast<double>(events) / count, worth, confidence);
}

Risk risk_in(const ArmRecord& arm, std::size_t objective) {
  std::vector<Judgement> judgements;
  const auto& all = arm.rows.objective_judgement;
  for (std::size_t i = objective; i < all.size(); i += arm.layout.objective_intervals.size()) {
    judgements.push_back(static_cast<Judgement>(all[i]));
  }
  return risk_of(judgements, arm.draws);
}

Measurements measurements_in(const ArmRecord& arm, std::size_t objective) {
  std::vector<double> values;
  const std::size_t stride = arm.layout.objective_intervals.size();
  const auto& all = arm.rows.objective_value;
  for (std::size_t i = objective; i < all.size(); i += stride) {
    if (!std::isnan(all[i])) values.push_back(all[i]);
  }
  return measurements_of(std::move(values));
}

std::string reason_of(const std::vector<std::string>& contradicted) {
  constexpr std::size_t named = 4;
  const std::size_t shown = std::min(named, contradicted.size());
  return fmt::format(
      "it is met only if what was given is true: {}{}. Correct the model, or calibrate it anew",
      fmt::join(contradicted.begin(), contradicted.begin() + static_cast<std::ptrdiff_t>(shown),
                "; "),
      contradicted.size() > shown ? fmt::format("; and {} more", contradicted.size() - shown) : "");
}

std::string reason_of(const std::vector<UnknownCapacity>& unknown) {
  constexpr std::size_t named = 4;
  std::string names;
  for (std::size_t i = 0; i < std::min(named, unknown.size()); ++i) {
    names += (i == 0 ? "" : ", ") + text_of(unknown[i]);
  }
  if (unknown.size() > named) names += fmt::format(" and {} more", unknown.size() - named);
  return fmt::format(
      "it is met only if {} can do what nobody has seen {} do, {} assumed to be unlimited: {}. "
      "Give {} "
      "workers in the model or by [set], or record at this load",
      agreeing(unknown.size(), "a service", "services"), agreeing(unknown.size(), "it", "them"),
      agreeing(unknown.size(), "its limit being", "their limits being"), names,
      agreeing(unknown.size(), "its", "their"));
}

/// The same, where that is so in some replications only.
std::string reason_of_rare(const ArmRecord& arm) {
  std::string names;
  for (std::size_t i = 0; i < arm.layout.services.size(); ++i) {
    const std::uint64_t count = arm.beyond_recorded[i];
    if (count == 0) continue;
    names += fmt::format("{}{} (in {})", names.empty() ? "" : ", ", arm.layout.services[i],
                         count_text(count));
  }
  return fmt::format(
      "in {} of {} services get more than {} times the recorded work, their limits being assumed "
      "to "
      "be unlimited, and nobody knows whether they can do it: {}",
      count_text(arm.replications_beyond_recorded()), counted(arm.replications(), "replication"),
      most_load_ratio, names);
}

/// Whether it were a pass, too, if every replication missed it that went beyond what is known.
bool passes_without_the_unknown(const Risk& risk, const ArmRecord& arm, double accepted_risk) {
  const std::uint64_t open =
      std::min(risk.harmed() + arm.replications_beyond_recorded(), risk.replications);
  // Who goes beyond depends on the draw of the load: each draw counts once.
  const double worth =
      arm.draws > 0 ? std::min(risk.worth, static_cast<double>(arm.draws)) : risk.worth;
  return limits_of(open, risk.replications, worth).upper <= accepted_risk;
}

/// What would help: of the replications that a pass needs at least, when none is missed.
std::string undecided(const Risk& risk, double accepted_risk, std::uint64_t draws) {
  if (accepted_risk <= 0) return "no number of replications can show that it is never missed";
  if (risk.no_data > 0) return "replications that broke off, or measured nothing, leave it open";
  const double least = std::ceil(std::log((1 - confidence) / 2) / std::log1p(-accepted_risk));
  if (draws > 0 && risk.missed == 0 && static_cast<double>(draws) < least) {
    return fmt::format(
        "the draws of the model are too few: to pass takes at least {0:.0f}, and as many "
        "replications; calibrate with --draws {0:.0f}",
        least);
  }
  if (static_cast<double>(risk.replications) >= least) {
    return "the limits of the risk enclose the accepted one: more replications would tell";
  }
  return fmt::format("the replications are too few: to pass takes at least {:.0f}", least);
}

/// Of a result whose numbers alone would pass, fail, or leave it open.
void heed_readings(ObjectiveResult& result) {
  const OpenRisk& open = *result.open;
  const double accepted = result.accepted_risk;
  if (result.verdict == Verdict::pass && open.complete && is_held(open.fearful, accepted)) return;
  const bool hopeless = open.hopeful.interval.lower > accepted;
  if (result.verdict == Verdict::fail && open.complete && hopeless) return;
  const bool settled = result.verdict != Verdict::inconclusive;
  result.verdict = Verdict::inconclusive;
  if (!open.complete) {
    result.reason = "it was interrupted before all readings of what nobody knows were run";
  } else if (is_held(open.hopeful, accepted) && is_lost(open.fearful, accepted)) {
    result.reason = fmt::format(
        "what nobody knows decides: of {} tried, one meets it and another misses it{}{}. {}",
        counted(open.tried, "reading"), open.decides.empty() ? "" : ", by ", open.decides,
        open.settle);
  } else if (settled) {
    result.reason = fmt::format(
        "of {} tried of what nobody knows, some leave it undecided: more replications would tell",
        counted(open.tried, "reading"));
  }
}

/// Readings of too few workers do not tell of walls that no recording foretells.
void heed_the_unknown(ObjectiveResult& result, const ArmRecord& experiment,
                      const std::vector<UnknownCapacity>& unknown) {
  if (result.verdict != Verdict::pass) return;
  if (unknown.empty() &&
      passes_without_the_unknown(result.experiment, experiment, result.accepted_risk)) {
    return;
  }
  result.verdict = Verdict::inconclusive;
  result.rests_on_unknown_capacity = true;
  result.reason = unknown.empty() ? reason_of_rare(experiment) : reason_of(unknown);
}

}  // namespace

Measurements measurements_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {.count = values.size(),
          .median = values[(values.size() - 1) / 2],
          .lowest = values.front(),
          .highest = values.back()};
}

bool is_held(const Risk& risk, double accepted_risk) {
  return risk.interval.upper <= accepted_risk;
}

bool is_lost(const Risk& risk, double accepted_risk) {
  if (risk.replications == 0) return false;
  return limits_of(risk.harmed(), risk.replications, risk.worth).lower > accepted_risk;
}

bool proves_nothing(const Risk& experiment, const std::optional<Risk>& control,
                    double accepted_risk) {
  return experiment.no_data == experiment.replications ||
         (control && control->interval.lower > accepted_risk);
}

Risk risk_of(std::uint64_t missed, std::uint64_t no_data, std::uint64_t replications) {
  return risk_of(missed, no_data, replications, static_cast<double>(replications));
}

Risk risk_of(std::uint64_t missed, std::uint64_t no_data, std::uint64_t replications,
             double worth) {
  expects(missed + no_data <= replications, "a replication is missed, without data, or met");
  const auto count = static_cast<double>(replications);
  expects(worth <= count, "replications are worth no more than independent ones");
  Risk risk;
  risk.missed = missed;
  risk.no_data = no_data;
  risk.replications = replications;
  risk.worth = worth;
  if (replications == 0) return risk;
  risk.estimate = static_cast<double>(missed) / count;
  risk.interval.lower = limits_of(missed, replications, worth).lower;
  risk.interval.upper = limits_of(missed + no_data, replications, worth).upper;
  return risk;
}

Risk risk_of(const std::vector<Judgement>& judgements, std::uint64_t draws) {
  std::uint64_t missed = 0;
  std::uint64_t no_data = 0;
  std::vector<std::uint8_t> lost;
  std::vector<std::uint8_t> not_held;  // what has no data goes together, too
  for (const Judgement judgement : judgements) {
    missed += judgement == Judgement::missed;
    no_data += judgement == Judgement::no_data;
    lost.push_back(judgement == Judgement::missed ? 1 : 0);
    not_held.push_back(judgement == Judgement::met ? 0 : 1);
  }
  double worth = static_cast<double>(judgements.size());
  if (draws > 0 && !judgements.empty()) {
    worth /= std::max(design_effect(lost, draws), design_effect(not_held, draws));
  }
  return risk_of(missed, no_data, judgements.size(), worth);
}

double ObjectiveResult::probability() const {
  if (experiment.replications == 0) return 0;
  return static_cast<double>(experiment.replications - experiment.missed - experiment.no_data) /
         static_cast<double>(experiment.replications);
}

Interval ObjectiveResult::probability_interval() const {
  return {.lower = 1 - experiment.interval.upper, .upper = 1 - experiment.interval.lower};
}

Verdict judge(const Risk& experiment, const std::optional<Risk>& control, double accepted_risk,
              std::string& reason, std::uint64_t draws) {
  reason.clear();
  if (proves_nothing(experiment, control, accepted_risk)) {
    const bool measured = experiment.no_data < experiment.replications;
    reason = measured ? "it is missed without the experiment, too" : "it was never measured";
    return Verdict::inconclusive;
  }
  if (is_held(experiment, accepted_risk)) return Verdict::pass;
  if (experiment.interval.lower > accepted_risk) return Verdict::fail;
  reason = undecided(experiment, accepted_risk, draws);
  return Verdict::inconclusive;
}

std::vector<ObjectiveResult> judge_objectives(const std::vector<ObjectiveSpec>& objectives,
                                              const ArmRecord& experiment, const ArmRecord* control,
                                              const Reservations& reservations) {
  expects(reservations.open.empty() || reservations.open.size() == objectives.size(),
          "readings say something of each objective");
  std::vector<ObjectiveResult> results;
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const ObjectiveSpec& objective = objectives[i];
    const OutcomeLayout& layout = experiment.layout;
    ObjectiveResult result;
    result.name = objective.name;
    result.expectation = objective.expect.text;
    result.interval_name = layout.intervals[layout.objective_intervals[i]].name;
    result.condition = objective.expect;
    result.accepted_risk = 1 - objective.probability;
    result.measured = measurements_in(experiment, i);
    result.experiment = risk_in(experiment, i);
    if (control != nullptr) result.control = risk_in(*control, i);
    result.verdict = judge(result.experiment, result.control, result.accepted_risk, result.reason,
                           experiment.draws);
    const bool nobody_shows = result.experiment.no_data == result.experiment.replications;
    if (nobody_shows && result.measured.count > 0) {
      result.reason = "no replication shows it: they broke off, or a fault found no target";
    }
    if (result.verdict == Verdict::pass && !reservations.contradicted.empty()) {
      result.verdict = Verdict::inconclusive;
      result.reason = reason_of(reservations.contradicted);
    }
    if (!reservations.open.empty()) {
      result.open = reservations.open[i];
      const bool heeded = reservations.contradicted.empty() || result.verdict == Verdict::fail;
      if (heeded && !proves_nothing(result.experiment, result.control, result.accepted_risk)) {
        heed_readings(result);
      }
    }
    heed_the_unknown(result, experiment, reservations.unknown);
    results.push_back(std::move(result));
  }
  return results;
}

Verdict overall(const std::vector<ObjectiveResult>& results) {
  Verdict worst = Verdict::none;
  for (const ObjectiveResult& result : results) worst = std::max(worst, result.verdict);
  return worst;
}

std::optional<double> margin_of(const Measurements& measured, const MetricCondition& condition) {
  if (measured.count == 0 || condition.threshold == 0) return std::nullopt;
  const double above = (measured.median - condition.threshold) / condition.threshold;
  const bool upper =
      condition.comparison == Comparison::less || condition.comparison == Comparison::less_or_equal;
  return (upper ? -above : above) + 0.0;  // never "-0"
}

ExitCode exit_code(Verdict verdict) {
  return row_of(verdict).code;
}

const char* word(Verdict verdict) {
  return row_of(verdict).word;
}

}  // namespace rehearse
