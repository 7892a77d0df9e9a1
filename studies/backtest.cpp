#include "studies/backtest.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "models/replication.hpp"
#include "sim/error.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"
#include "sim/stats/special_functions.hpp"
#include "sim/threads/replications.hpp"
#include "studies/affordable_run.hpp"
#include "studies/measured_arrivals.hpp"
#include "studies/recorded_noise.hpp"

namespace rehearse {
namespace {

constexpr std::array<double, 3> levels = {0.5, 0.9, 0.99};
constexpr double fewest_requests = 50;
constexpr double longest_latency = 1e8;
constexpr double never = std::numeric_limits<double>::infinity();

/// An entrance with enough answers.
struct Compared {
  const RecordedEntrance* entrance = nullptr;
  std::vector<WeighedValue> good;  // rising
  std::uint64_t worth = 0;         // equal answers that tell as much
};

/// Entrances that can be compared, and why the others cannot.
std::vector<Compared> choose(const ModelSpec& model, const RecordedTraffic& traffic,
                             std::vector<EntranceLeftOut>& left_out) {
  std::vector<Compared> chosen;
  for (const RecordedEntrance& entrance : traffic.entrances) {
    Compared one{&entrance, good_answers(entrance.answers), 0};
    if (!one.good.empty()) one.worth = WeighedQuantiles(one.good).worth();
    const auto leave_out = [&](NotCompared why) {
      left_out.push_back({entrance.endpoint.text(), why, one.good.size()});
    };
    if (!knows(model, entrance.endpoint)) {
      leave_out(NotCompared::unknown_to_model);
    } else if (one.worth < enough_answers(levels.front())) {
      leave_out(NotCompared::too_few_answers);
    } else {
      chosen.push_back(std::move(one));
    }
  }
  return chosen;
}

void name_what_was_not_recorded(const ModelSpec& model, const RecordedTraffic& traffic,
                                std::vector<EntranceLeftOut>& left_out) {
  std::set<EndpointName> asked;
  for (const auto& [name, workload] : model.workloads) asked.merge(endpoints_asked(workload));
  for (const EndpointName& endpoint : asked) {
    const bool recorded =
        std::any_of(traffic.entrances.begin(), traffic.entrances.end(),
                    [&](const auto& entrance) { return entrance.endpoint == endpoint; });
    if (!recorded) left_out.push_back({endpoint.text(), NotCompared::not_recorded, 0});
  }
}

double longest_usual(const std::vector<Compared>& chosen) {
  double longest = 0;
  for (const Compared& one : chosen) {
    longest = std::max(longest, WeighedQuantiles(one.good).at(levels.back()));
  }
  return longest;
}

/// What a replication says of the entrances.
struct Foretold {
  std::vector<RequestCounts> counts;      // [entrance]
  std::vector<LatencyHistogram> latency;  // [entrance]
  std::uint64_t arrived = 0;              // of all users
  bool capped = false;
};

/// Replications, added up, and their quantiles side by side.
class Foretelling {
 public:
  Foretelling(const std::vector<Compared>& chosen, bool sampled, std::uint64_t seed)
      : chosen_(chosen),
        sampled_(sampled),
        seed_(seed),
        counts_(chosen.size()),
        latency_(chosen.size()),
        quantiles_(chosen.size()) {}

  void add(std::uint64_t index, const Foretold& foretold) {
    RandomStream luck(ReplicationSeed{.study = seed_, .replication = index}.key(),
                      hash_of("quantiles of a sample"), 0);
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      counts_[i] += foretold.counts[i];
      latency_[i].merge(foretold.latency[i]);
      for (std::size_t k = 0; k < levels.size(); ++k) {
        const double level = level_of(chosen_[i], levels[k], luck.uniform());
        const auto value = foretold.latency[i].quantile(level);
        quantiles_[i][k].push_back(value ? value->in_seconds() : never);
      }
    }
  }

  BacktestRow row(std::size_t entrance) const;

 private:
  double level_of(const Compared& one, double level, double uniform) const {
    if (!sampled_) return level;
    const auto values = static_cast<double>(one.worth);
    const double rank = std::max(std::ceil(level * values), 1.0);
    return beta_quantile(uniform, rank, values - rank + 1);
  }
  ForetoldQuantile quantile(std::size_t entrance, std::size_t level) const;
  void compare_distributions(std::size_t entrance, BacktestRow& row) const;

  const std::vector<Compared>& chosen_;
  bool sampled_;
  std::uint64_t seed_;
  std::vector<RequestCounts> counts_;                          // [entrance]
  std::vector<LatencyHistogram> latency_;                      // [entrance]
  std::vector<std::array<std::vector<double>, 3>> quantiles_;  // [entrance][level][replication]
};

/// The limits of a band are middles of bins.
bool touches(double value, const Interval& band) {
  constexpr double grain = LatencyBins::relative_error;
  return band.lower <= value * (1 + grain) && value * (1 - grain) <= band.upper;
}

ForetoldQuantile Foretelling::quantile(std::size_t entrance, std::size_t level) const {
  const Compared& one = chosen_[entrance];
  ForetoldQuantile result;
  result.level = levels[level];
  result.number.recorded = WeighedQuantiles(one.good).at(levels[level]);
  result.number.noise = noise_of_quantile(one.entrance->answers, one.good, levels[level]);
  const auto foretold = latency_[entrance].quantile(levels[level]);
  result.number.foretold = foretold ? foretold->in_seconds() : never;
  std::vector<double> rising = quantiles_[entrance][level];
  std::sort(rising.begin(), rising.end());
  for (std::size_t i = 0; i < band_levels.size(); ++i) {
    result.bands[i] = central_band(rising, band_levels[i]);
    result.in_band[i] = touches(result.number.recorded, result.bands[i]);
  }
  return result;
}

void Foretelling::compare_distributions(std::size_t entrance, BacktestRow& row) const {
  if (latency_[entrance].count() == 0) return;
  std::vector<WeighedValue> foretold;
  for (const LatencyHistogram::Bin& bin : latency_[entrance].bins()) {
    foretold.push_back({LatencyBins::middle(bin.bin).in_seconds(), static_cast<double>(bin.count)});
  }
  std::vector<WeighedValue> recorded = chosen_[entrance].good;
  double sum = 0;
  double weight = 0;
  for (WeighedValue& one : recorded) {
    sum += one.value * one.weight;
    weight += one.weight;
    const Duration latency = Duration::rounded_seconds(std::min(one.value, longest_latency));
    one.value = LatencyBins::middle(LatencyBins::bin_of(latency)).in_seconds();
  }
  row.ranks = rank_transform(recorded, foretold);
  if (sum > 0) row.wasserstein = wasserstein_distance(recorded, foretold) / (sum / weight);
}

BacktestRow Foretelling::row(std::size_t entrance) const {
  const Compared& one = chosen_[entrance];
  const std::vector<RecordedAnswer>& answers = one.entrance->answers;
  BacktestRow row;
  row.endpoint = one.entrance->endpoint.text();
  row.visits = answers.size();
  row.good = one.good.size();
  row.per_second = one.entrance->per_second;
  for (std::size_t k = 0; k < levels.size(); ++k) {
    if (one.worth >= enough_answers(levels[k])) row.quantiles.push_back(quantile(entrance, k));
  }
  const RequestCounts& counts = counts_[entrance];
  row.errors.recorded = share_of_errors(answers);
  row.errors.noise = noise_of_errors(answers);
  if (counts.arrived > 0) {
    row.errors.foretold =
        static_cast<double>(counts.errors()) / static_cast<double>(counts.arrived);
  }
  compare_distributions(entrance, row);
  return row;
}

std::size_t place_of(const OutcomeLayout& layout, const EndpointName& endpoint) {
  const auto found = std::find_if(layout.endpoints.begin(), layout.endpoints.end(),
                                  [&](const auto& key) { return key.name == endpoint; });
  expects(found != layout.endpoints.end(), "an endpoint that the model knows is in its layout");
  return static_cast<std::size_t>(found - layout.endpoints.begin());
}

Foretold told(const System& system, const std::vector<Compared>& chosen, const Outcome& outcome) {
  const IntervalOutcome& run = outcome.intervals.front();
  Foretold foretold;
  for (const Compared& one : chosen) {
    const EndpointOutcome& endpoint =
        run.endpoints[place_of(system.layout(), one.entrance->endpoint)];
    foretold.counts.push_back(endpoint.counts);
    foretold.latency.push_back(endpoint.latency);
  }
  for (const WorkloadOutcome& workload : run.workloads) foretold.arrived += workload.counts.arrived;
  foretold.capped = outcome.capped;
  return foretold;
}

/// Delivers to `foretelling`, and counts in `record`.
void replicate(const System& fitted, const ExperimentSpec& experiment,
               const RecordedTraffic& traffic, const std::vector<Compared>& chosen,
               const BacktestSettings& settings, const BacktestWatch& watch,
               Foretelling& foretelling, BacktestRecord& record) {
  std::vector<RunMemory> memories(static_cast<std::size_t>(settings.threads));
  const Threading threading{1, 1, [&](Time) { return watch.cancelled(); }};
  const auto outcome_of = [&](const System& system, std::uint64_t index, int worker) {
    return told(system, chosen,
                run_replication(system, {.study = settings.seed, .replication = index},
                                memories[static_cast<std::size_t>(worker)], threading));
  };
  const auto run = [&](std::uint64_t index, int worker) {
    if (settings.drawn == nullptr) return outcome_of(fitted, index, worker);
    const ModelSpec drawn = settings.drawn->draw(index % settings.drawn->draws());
    return outcome_of(System(under_traffic(drawn, traffic), experiment), index, worker);
  };
  std::uint64_t arrived = 0;
  const auto deliver = [&](std::uint64_t index, Foretold&& foretold) {
    foretelling.add(index, foretold);
    arrived += foretold.arrived;
    record.capped += foretold.capped ? 1 : 0;
    ++record.replications;
    watch.finished(record.replications);
    return true;
  };
  try {
    run_replications<Foretold>(0, settings.replications, settings.threads, run, deliver,
                               watch.cancelled);
  } catch (const Cancelled&) {
    // What was finished before counts.
  }
  if (record.replications == 0) return;
  record.foretold_per_second =
      static_cast<double>(arrived) / record.run_seconds / static_cast<double>(record.replications);
}

BacktestRecord without_rows(const ModelSpec& model, const RecordedTraffic& traffic,
                            const BacktestSettings& settings) {
  BacktestRecord record;
  record.notes = notes_on_arrivals(model);
  record.warnings = traffic.warnings;
  record.requests = traffic.requests;
  record.recorded_seconds = traffic.seconds;
  record.recorded_per_second = traffic.per_second;
  record.model_per_second = own_rate(model);
  record.planned = settings.replications;
  record.draws = settings.drawn == nullptr ? 0 : settings.drawn->draws();
  record.seed = settings.seed;
  return record;
}

}  // namespace

BacktestRecord backtest(const ModelSpec& model, const RecordedTraffic& traffic,
                        const BacktestSettings& settings, const BacktestWatch& watch) {
  expects(settings.replications >= fewest_for_bands, "bands are of enough replications");
  expects(settings.threads > 0, "a thread at least runs");
  BacktestRecord record = without_rows(model, traffic, settings);
  const std::vector<Compared> chosen = choose(model, traffic, record.left_out);
  name_what_was_not_recorded(model, traffic, record.left_out);
  if (traffic.per_second <= 0) {
    record.not_run = "the recording does not tell how often requests come";
    return record;
  }
  if (chosen.empty()) {
    record.not_run =
        "no endpoint at which requests come in has 50 good answers in the recording, and is one of "
        "the model";
    return record;
  }
  const ModelSpec scaled = under_traffic(model, traffic);
  const auto experiment = affordable_run(scaled, {.seconds = traffic.seconds,
                                                  .per_second = traffic.per_second,
                                                  .longest = longest_usual(chosen),
                                                  .most_events = settings.most_events,
                                                  .fewest_requests = fewest_requests});
  if (!experiment) {
    record.not_run = "the recording is too short, or a request of the model makes too many calls";
    return record;
  }
  record.run_seconds = (experiment->duration - experiment->warm_up).in_seconds();
  Foretelling foretelling(chosen, traffic.sampled, settings.seed);
  replicate(System(scaled, *experiment), *experiment, traffic, chosen, settings, watch, foretelling,
            record);
  if (record.replications < fewest_for_bands) return record;
  for (std::size_t i = 0; i < chosen.size(); ++i) record.rows.push_back(foretelling.row(i));
  std::stable_sort(record.rows.begin(), record.rows.end(),
                   [](const auto& a, const auto& b) { return a.visits > b.visits; });
  return record;
}

Interval central_band(const std::vector<double>& rising, double level) {
  expects(!rising.empty(), "a band is of some values");
  const auto count = static_cast<double>(rising.size());
  const auto at = [&](double share) {
    const double rank = std::clamp((count + 1) * share, 1.0, count);
    const auto below = static_cast<std::size_t>(rank);
    const double rest = rank - static_cast<double>(below);
    const double lower = rising[below - 1];
    if (rest == 0 || std::isinf(lower)) return lower;
    return lower + rest * (rising[below] - lower);
  };
  return {at((1 - level) / 2), at((1 + level) / 2)};
}

}  // namespace rehearse
