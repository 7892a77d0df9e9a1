#include "studies/worth_of_knowing.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

#include "sim/error.hpp"
#include "sim/expects.hpp"
#include "sim/random/random_stream.hpp"
#include "studies/identifiability.hpp"
#include "studies/mixed_readings.hpp"
#include "studies/recorded_readings.hpp"
#include "studies/recordings_to_make.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_values_screened = 40;
constexpr std::size_t most_in_full = 8;
constexpr std::uint64_t most_replications = 50;

constexpr std::size_t bins = 5;
constexpr std::size_t fewest_draws = 40;
constexpr std::size_t most_parameters = 2000;
constexpr std::size_t permutations = 199;
constexpr std::size_t allowed_above = 9;  // of them, and the true order: 5 %
constexpr std::uint64_t shuffling_purpose = 0x776f'7274'685f'6f66;

/// What an open value does to the risk of one objective.
struct Spread {
  double least = 1;
  double greatest = 0;
  double least_margin = 0;
  double greatest_margin = 0;

  double risk() const { return greatest - least; }
  double margin() const { return greatest_margin - least_margin; }
};

/// Without data counts as missed.
double share_not_met(const ReadingRecord& record, std::size_t objective, std::size_t objectives,
                     std::uint64_t replications) {
  std::uint64_t not_met = 0;
  for (std::uint64_t i = 0; i < replications; ++i) {
    const Judgement judgement = record.judgements[i * objectives + objective];
    not_met += judgement == Judgement::met ? 0 : 1;
  }
  return static_cast<double>(not_met) / static_cast<double>(replications);
}

Spread spread_of(const std::vector<Reading>& ends, std::size_t objective, std::size_t objectives,
                 std::uint64_t replications, ReadingRuns& runs) {
  Spread spread;
  bool first = true;
  for (const Reading& end : ends) {
    const ReadingRecord& record = runs.of(end, replications);
    const double risk = share_not_met(record, objective, objectives, replications);
    const auto [least, greatest] = runs.margins(record, objective, replications);
    const double margin = (least + greatest) / 2;
    spread.least = std::min(spread.least, risk);
    spread.greatest = std::max(spread.greatest, risk);
    spread.least_margin = first ? margin : std::min(spread.least_margin, margin);
    spread.greatest_margin = first ? margin : std::max(spread.greatest_margin, margin);
    first = false;
  }
  return spread;
}

/// One row for each path: of the objective that it is worth most for.
class Ranking {
 public:
  void add(WorthOfValue value) {
    const auto [place, is_new] = best_.emplace(value.path, value);
    if (!is_new && value.deviation > place->second.deviation) place->second = std::move(value);
  }

  std::vector<WorthOfValue> sorted() const {
    std::vector<WorthOfValue> values;
    for (const auto& [path, value] : best_) values.push_back(value);
    std::stable_sort(values.begin(), values.end(),
                     [](const auto& a, const auto& b) { return a.deviation > b.deviation; });
    return values;
  }

 private:
  std::map<std::string, WorthOfValue> best_;
};

/// The numbers of a model that vary, each with the bin of each draw.
struct BinnedParameters {
  std::vector<std::string> groups;  // rows of evidence
  std::vector<std::vector<std::uint8_t>> bin_of_draw;
};

std::vector<std::uint8_t> bins_of(const std::vector<double>& column) {
  std::vector<std::size_t> order(column.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return column[a] < column[b]; });
  std::vector<std::uint8_t> places(column.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    places[order[rank]] = static_cast<std::uint8_t>(rank * bins / order.size());
  }
  return places;
}

BinnedParameters binned_parameters(const ModelSpec& model, const DrawnModel& drawn,
                                   std::size_t draws) {
  const std::vector<Identified> known = identified_values(model, &drawn);
  const LearnedParameters all = learned_parameters(model);
  const std::vector<double> values = drawn_parameters(drawn);
  const std::size_t count = all.values.size();
  std::map<std::pair<std::string, double>, std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) places[{all.paths[i], all.levels[i]}] = i;
  BinnedParameters binned;
  for (std::size_t i = 0; i < std::min(known.size(), most_parameters); ++i) {
    std::vector<double> column(draws);
    const std::size_t place = places.at({known[i].path, known[i].level});
    for (std::size_t draw = 0; draw < draws; ++draw) column[draw] = values[draw * count + place];
    const auto [least, most] = std::minmax_element(column.begin(), column.end());
    if (*least == *most) continue;
    const std::string group = evidence_above(model, known[i].path);
    binned.groups.push_back(group.empty() ? known[i].path : group);
    binned.bin_of_draw.push_back(bins_of(column));
  }
  return binned;
}

/// Of the sum of squares of `values` [draw], the share between bins; `values` have a mean of 0.
double share_between(const std::vector<std::uint8_t>& bin_of_draw,
                     const std::vector<double>& values, double squares) {
  if (squares <= 0) return 0;
  std::array<double, bins> sums{};
  std::array<double, bins> counts{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[bin_of_draw[i]] += values[i];
    counts[bin_of_draw[i]] += 1;
  }
  double between = 0;
  for (std::size_t bin = 0; bin < bins; ++bin) {
    if (counts[bin] > 0) between += sums[bin] * sums[bin] / counts[bin];
  }
  return between / squares;
}

/// How often each draw missed an objective, less the mean of all.
struct CentredRisks {
  std::vector<double> of_draw;
  double squares = 0;
};

/// What the greatest share of any number, in the risk of any objective, exceeds by luck in 5 % of
/// all orders of the draws.
double share_by_luck(const BinnedParameters& binned, const std::vector<CentredRisks>& objectives,
                     std::uint64_t seed) {
  if (objectives.empty()) return 1;
  std::vector<double> greatest(permutations, 0);
  for (std::size_t i = 0; i < permutations; ++i) {
    RandomStream luck(ReplicationSeed{.study = seed}.key(), shuffling_purpose, i);
    std::vector<std::size_t> order(objectives.front().of_draw.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t j = order.size(); j-- > 1;) std::swap(order[j], order[luck.below(j + 1)]);
    for (const CentredRisks& risks : objectives) {
      std::vector<double> shuffled;
      for (const std::size_t draw : order) shuffled.push_back(risks.of_draw[draw]);
      for (const auto& bin_of_draw : binned.bin_of_draw) {
        greatest[i] = std::max(greatest[i], share_between(bin_of_draw, shuffled, risks.squares));
      }
    }
  }
  std::sort(greatest.begin(), greatest.end());
  return greatest[permutations - 1 - allowed_above];
}

/// Less what bins explain of numbers that do not matter.
double corrected(double share, std::size_t draws) {
  const auto spare = static_cast<double>(draws - bins);
  return std::max(0.0, 1 - (1 - share) * static_cast<double>(draws - 1) / spare);
}

CentredRisks centred_risks(const ReadingRecord& record, std::size_t objective,
                           std::size_t objectives, std::size_t draws) {
  std::vector<double> risks(draws, 0.0);
  std::vector<double> trials(draws, 0.0);
  for (std::uint64_t i = 0; i < record.replications; ++i) {
    const Judgement judgement = record.judgements[i * objectives + objective];
    risks[i % draws] += judgement == Judgement::met ? 0 : 1;
    trials[i % draws] += 1;
  }
  double mean = 0;
  for (std::size_t i = 0; i < draws; ++i) {
    risks[i] /= trials[i];
    mean += risks[i] / static_cast<double>(draws);
  }
  double squares = 0;
  for (double& risk : risks) {
    risk -= mean;
    squares += risk * risk;
  }
  return {std::move(risks), squares};
}

class Worths {
 public:
  Worths(const Study& study, const std::vector<Reading>& fearful, const BeyondRecording& beyond,
         const ReadingSettings& settings)
      : study_(study),
        fearful_(fearful),
        beyond_(beyond),
        settings_(settings),
        objectives_(study.objectives.size()),
        runs_(study, settings) {}

  void run_open() {
    std::vector<OpenValue> open = open_values(settings_.model, settings_.experiment);
    if (open.empty() || objectives_ == 0) return;
    if (open.size() > most_values_screened) {
      worth_.open_left_out = open.size() - most_values_screened;
      open.resize(most_values_screened);
    }
    worth_.open_tried = open.size();
    worth_.replications = std::min(most_replications, study_.experiment.replications());
    const RecordedEnds ends = recorded_ends(open, settings_);
    for (std::size_t i = 0; i < objectives_; ++i) rank_open(open, ends, i);
  }

  void run_observed() {
    if (settings_.drawn == nullptr) return;
    const std::uint64_t replications = study_.experiment.replications();
    const std::size_t draws = std::min<std::uint64_t>(settings_.drawn->draws(), replications);
    if (draws < fewest_draws) return;
    const BinnedParameters binned = binned_parameters(settings_.model, *settings_.drawn, draws);
    std::vector<CentredRisks> risks;
    for (std::size_t i = 0; i < objectives_; ++i) {
      const ReadingRecord& record = runs_.of(fearful(i), replications);
      risks.push_back(centred_risks(record, i, objectives_, draws));
    }
    const double by_luck = share_by_luck(binned, risks, settings_.seed);
    for (std::size_t i = 0; i < objectives_; ++i) rank_observed(binned, risks[i], by_luck, i);
  }

  void was_cancelled() { worth_.complete = false; }

  WorthOfKnowing found() {
    worth_.values = ranking_.sorted();
    return worth_;
  }

 private:
  Reading fearful(std::size_t objective) const {
    return objective < fearful_.size() ? fearful_[objective] : Reading();
  }

  void rank_open(const std::vector<OpenValue>& open, const RecordedEnds& ends,
                 std::size_t objective) {
    struct Screened {
      const OpenValue* value;
      std::vector<Reading> ends;
      Spread spread;
    };
    std::vector<Screened> all;
    for (const OpenValue& value : open) {
      std::vector<Reading> at_ends = at_each_end(value, ends, fearful(objective));
      const Spread spread = spread_of(at_ends, objective, objectives_, runs_.screen(), runs_);
      all.push_back({&value, std::move(at_ends), spread});
    }
    std::stable_sort(all.begin(), all.end(), [](const Screened& a, const Screened& b) {
      return std::pair(a.spread.risk(), a.spread.margin()) >
             std::pair(b.spread.risk(), b.spread.margin());
    });
    for (std::size_t i = 0; i < std::min(all.size(), most_in_full); ++i) {
      const Spread spread =
          spread_of(all[i].ends, objective, objectives_, worth_.replications, runs_);
      if (spread.risk() <= 0) continue;
      ranking_.add({.path = all[i].value->path(),
                    .objective = study_.objectives[objective].name,
                    .is_open = true,
                    .least_risk = spread.least,
                    .greatest_risk = spread.greatest,
                    .explained = 0,
                    .deviation = spread.risk() / 2,
                    .recording = recording_for(*all[i].value, beyond_)});
    }
  }

  void rank_observed(const BinnedParameters& binned, const CentredRisks& risks, double by_luck,
                     std::size_t objective) {
    if (risks.squares <= 0) return;
    const std::size_t draws = risks.of_draw.size();
    const double variance = risks.squares / static_cast<double>(draws);
    for (std::size_t i = 0; i < binned.groups.size(); ++i) {
      const double share = share_between(binned.bin_of_draw[i], risks.of_draw, risks.squares);
      if (share <= by_luck) continue;
      const double explained = corrected(share, draws);
      ranking_.add({.path = binned.groups[i],
                    .objective = study_.objectives[objective].name,
                    .is_open = false,
                    .least_risk = 0,
                    .greatest_risk = 0,
                    .explained = explained,
                    .deviation = std::sqrt(explained * variance),
                    .recording = recording_for(binned.groups[i], settings_.model)});
    }
  }

  const Study& study_;
  const std::vector<Reading>& fearful_;
  const BeyondRecording& beyond_;
  const ReadingSettings& settings_;
  std::size_t objectives_;
  ReadingRuns runs_;
  Ranking ranking_;
  WorthOfKnowing worth_;
};

}  // namespace

WorthOfKnowing worth_of_knowing(const Study& study, const std::vector<Reading>& fearful,
                                const BeyondRecording& beyond, const ReadingSettings& settings) {
  expects(study.complete(), "what knowing is worth is asked of a study that was finished");
  Worths worths(study, fearful, beyond, settings);
  try {
    worths.run_open();
    worths.run_observed();
  } catch (const Cancelled&) {
    worths.was_cancelled();
  }
  return worths.found();
}

}  // namespace rehearse
