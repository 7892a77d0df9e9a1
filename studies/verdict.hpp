#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/outcomes/exit_code.hpp"
#include "models/run/measure.hpp"
#include "models/specs/experiment_spec.hpp"
#include "sim/enumerators.hpp"
#include "sim/stats/intervals.hpp"
#include "studies/arm_record.hpp"
#include "studies/recorded_load.hpp"

namespace rehearse {

/// `none`: nothing had to be judged, a scenario without objectives.
enum class Verdict { none, pass, inconclusive, fail };

/// How often an objective was missed. A replication without data may have met it or not, so the
/// interval reaches from the lower 95 % Clopper-Pearson limit of `missed` to the upper limit of
/// `missed + no_data`.
struct Risk {
  std::uint64_t missed = 0;
  std::uint64_t no_data = 0;
  std::uint64_t replications = 0;
  double worth = 0;  // so many independent replications would tell as much
  double estimate = 0;
  Interval interval;
  bool operator==(const Risk&) const = default;

  /// Replications that cannot be said to have met it.
  std::uint64_t harmed() const { return missed + no_data; }
};
Risk risk_of(std::uint64_t missed, std::uint64_t no_data, std::uint64_t replications);
/// The same, where replications are worth fewer than as many independent ones.
Risk risk_of(std::uint64_t missed, std::uint64_t no_data, std::uint64_t replications, double worth);
/// Of what each replication said; where they ran `draws` of a model's numbers (0: of none), those
/// of one draw may go together.
Risk risk_of(const std::vector<Judgement>& judgements, std::uint64_t draws);

/// What the replications measured of an objective's metric, in its unit; those without data are
/// left out.
struct Measurements {
  std::uint64_t count = 0;
  double median = 0;
  double lowest = 0;
  double highest = 0;
};

/// Of the values that were measured.
Measurements measurements_of(std::vector<double> values);

/// What an objective comes to under other readings of what nobody knows.
struct OpenRisk {
  Risk hopeful;             // the least risk of the readings that were run in full
  Risk fearful;             // the greatest
  std::uint64_t tried = 0;  // readings, the model's own included
  bool complete = true;     // nobody interrupted the search
  std::string decides;      // which values, where one passes and another fails; else empty
  std::string settle;       // what would tell, in a sentence
  bool operator==(const OpenRisk&) const = default;
};

/// What becomes of one objective.
struct ObjectiveResult {
  std::string name;
  std::string expectation;
  std::string interval_name;
  MetricCondition condition;
  double accepted_risk = 0;
  Measurements measured;
  Risk experiment;
  std::optional<Risk> control;
  std::optional<OpenRisk> open;  // where readings were run
  Verdict verdict = Verdict::none;
  std::string reason;                      // why, in a sentence; empty when the numbers say it
  bool rests_on_unknown_capacity = false;  // a pass but for that, which the reason says

  /// The probability that the objective is met: replications that measured and met it, over all.
  double probability() const;
  Interval probability_interval() const;
};

/// Whether the limits of the risk tell: it is held where the upper one is at most the accepted
/// risk; lost where the lower one is above it, replications without data taken for missed.
bool is_held(const Risk& risk, double accepted_risk);
bool is_lost(const Risk& risk, double accepted_risk);

/// Whether nothing was ever measured, or the control arm already misses the objective: then the
/// experiment proves nothing.
bool proves_nothing(const Risk& experiment, const std::optional<Risk>& control,
                    double accepted_risk);

/// Judges by the limits of P(miss): pass when the upper one is at most the accepted risk, fail when
/// the lower one is above it, else inconclusive. Inconclusive, too, when the experiment proves
/// nothing. `draws`: of the model's numbers, if replications ran any.
Verdict judge(const Risk& experiment, const std::optional<Risk>& control, double accepted_risk,
              std::string& reason, std::uint64_t draws = 0);

/// What a verdict must not rest on.
struct Reservations {
  std::vector<UnknownCapacity> unknown;   // services
  std::vector<std::string> contradicted;  // given values that the recording speaks against
  std::vector<OpenRisk> open;             // [objective]; empty: no readings were run
};

/// Where readings were run, a pass must hold under the fearful one and a fail under the hopeful
/// one; else it is inconclusive. So is a pass that rests on capacity that nobody knows (some walls
/// have no precursor that a reading could have): of the services in `unknown`, or of some that go
/// beyond the recording in so many replications that these, if they missed it, would make it none;
/// and any that rests on values that the recording contradicts.
std::vector<ObjectiveResult> judge_objectives(const std::vector<ObjectiveSpec>& objectives,
                                              const ArmRecord& experiment, const ArmRecord* control,
                                              const Reservations& reservations = {});

/// The worst of all: fail, then inconclusive, then pass.
Verdict overall(const std::vector<ObjectiveResult>& results);

/// How far the median is on the good side of the threshold, as a share of it: negative on the bad
/// side. Nothing without measurements, or for a threshold of zero.
std::optional<double> margin_of(const Measurements& measured, const MetricCondition& condition);

ExitCode exit_code(Verdict verdict);

const char* word(Verdict verdict);

}  // namespace rehearse
