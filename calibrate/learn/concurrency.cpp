#include "calibrate/learn/concurrency.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace rehearse {
namespace {

constexpr std::size_t least_stays = 200;
constexpr double least_queued = 0.05;
constexpr double significant_errors = 5;
constexpr double most_negative = 0.01;
constexpr int most_workers = 64;

/// The stays of one instance by arrival, with what the scan needs.
struct Instance {
  std::vector<std::size_t> order;  // of the original stays
  std::vector<Stay> stays;
  std::vector<std::int64_t> departures;  // rising
  std::vector<double> crowd;             // how many were there on arrival
};

Instance arranged(const std::vector<Stay>& stays) {
  Instance instance;
  instance.order.resize(stays.size());
  std::iota(instance.order.begin(), instance.order.end(), std::size_t{0});
  std::stable_sort(instance.order.begin(), instance.order.end(), [&](std::size_t a, std::size_t b) {
    return stays[a].arrived < stays[b].arrived;
  });
  for (const std::size_t i : instance.order) {
    instance.stays.push_back(stays[i]);
    instance.departures.push_back(stays[i].departed);
  }
  std::sort(instance.departures.begin(), instance.departures.end());
  std::size_t gone = 0;
  for (std::size_t i = 0; i < instance.stays.size(); ++i) {
    while (gone < i && instance.departures[gone] <= instance.stays[i].arrived) ++gone;
    instance.crowd.push_back(static_cast<double>(i - gone));
  }
  return instance;
}

/// Ranks in [0, 1]; equal values share the middle of theirs.
std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> rank(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last < order.size() && values[order[last]] == values[order[first]]) ++last;
    for (std::size_t i = first; i < last; ++i) {
      rank[order[i]] = static_cast<double>(first + last) / 2 / static_cast<double>(order.size());
    }
    first = last;
  }
  return rank;
}

/// Spearman's correlation; zero when one side never changes.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const std::vector<double> x = ranks(a);
  const std::vector<double> y = ranks(b);
  double products = 0, squares_x = 0, squares_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    products += (x[i] - 0.5) * (y[i] - 0.5);
    squares_x += (x[i] - 0.5) * (x[i] - 0.5);
    squares_y += (y[i] - 0.5) * (y[i] - 0.5);
  }
  const double spread = std::sqrt(squares_x * squares_y);
  return spread > 0 ? products / spread : 0;
}

/// When the i-th arrival starts to be served by a FIFO pool of so many workers.
std::int64_t start_of(const Instance& instance, std::size_t i, int workers) {
  const std::int64_t arrived = instance.stays[i].arrived;
  const auto c = static_cast<std::size_t>(workers);
  return i < c ? arrived : std::max(arrived, instance.departures[i - c]);
}

struct Trial {
  double dependence = 0;
  double queued = 0;
  double negative = 0;

  bool is_possible() const { return negative <= most_negative && queued >= least_queued; }
};

/// Its dependence only where it is possible: that takes the time.
Trial trial_of(const std::vector<Instance>& instances, const std::vector<double>& crowd,
               int workers, std::int64_t tolerance) {
  Trial trial;
  std::vector<double> service;
  service.reserve(crowd.size());
  for (const Instance& instance : instances) {
    for (std::size_t i = 0; i < instance.stays.size(); ++i) {
      const std::int64_t start = start_of(instance, i, workers);
      const std::int64_t time = instance.stays[i].acted - start;
      trial.queued += start > instance.stays[i].arrived + tolerance;
      trial.negative += time < -tolerance;
      service.push_back(static_cast<double>(time));
    }
  }
  trial.queued /= static_cast<double>(service.size());
  trial.negative /= static_cast<double>(service.size());
  if (trial.is_possible()) trial.dependence = rank_correlation(service, crowd);
  return trial;
}

std::vector<double> waits_at(const Instance& instance, int workers) {
  std::vector<double> waits(instance.stays.size());
  for (std::size_t i = 0; i < instance.stays.size(); ++i) {
    const Stay& stay = instance.stays[i];
    const std::int64_t start = std::min(start_of(instance, i, workers), stay.acted);
    waits[instance.order[i]] = static_cast<double>(start - stay.arrived);
  }
  return waits;
}

/// Every try of a call is an act, and so is what nobody waits for.
Stay stay_of(const TraceForest& forest, const VisitTable& table, const Visit& visit) {
  const Span& span = forest.spans[visit.span];
  Stay stay{span.start, span.end, span.end};
  for (const RecordedCall& call : table.attempts_of(visit)) {
    stay.acted = std::clamp(call.start, stay.arrived, stay.acted);
  }
  return stay;
}

}  // namespace

Concurrency study_stays(std::vector<std::vector<Stay>> stays, std::int64_t clock_grain) {
  Concurrency result;
  std::vector<Instance> instances;
  std::vector<double> crowd;
  std::vector<double> first_acts;
  for (const std::vector<Stay>& own : stays) {
    instances.push_back(arranged(own));
    crowd.insert(crowd.end(), instances.back().crowd.begin(), instances.back().crowd.end());
    for (const Stay& stay : instances.back().stays) {
      first_acts.push_back(static_cast<double>(stay.acted - stay.arrived));
    }
  }
  if (crowd.size() < least_stays) return result;
  const double error = 1 / std::sqrt(static_cast<double>(crowd.size()));
  result.dependence_unlimited = rank_correlation(first_acts, crowd);
  if (result.dependence_unlimited < significant_errors * error) return result;

  const double most = *std::max_element(crowd.begin(), crowd.end());
  Trial best;
  int workers = 0;
  for (int c = 1; c <= std::min(most_workers, static_cast<int>(most)); ++c) {
    const Trial trial = trial_of(instances, crowd, c, clock_grain);
    if (trial.queued < least_queued) break;  // with more of them, fewer wait
    if (!trial.is_possible()) continue;
    if (workers == 0 || std::abs(trial.dependence) < std::abs(best.dependence)) {
      best = trial;
      workers = c;
    }
  }
  const double still_significant = std::max(3 * error, result.dependence_unlimited / 4);
  if (workers == 0 || std::abs(best.dependence) > still_significant) return result;
  result.workers = workers;
  result.queued = best.queued;
  result.dependence = best.dependence;
  for (const Instance& instance : instances) result.waits.push_back(waits_at(instance, workers));
  return result;
}

std::map<NameId, ServiceConcurrency> study_concurrency(const TraceForest& forest,
                                                       const VisitTable& table,
                                                       std::vector<double>& waits) {
  struct Candidate {
    bool complete = true;
    std::map<NameId, std::vector<std::uint32_t>> visits;  // by instance
    std::uint64_t count = 0;
  };
  waits.assign(table.visits.size(), 0);
  std::map<NameId, Candidate> candidates;
  for (std::uint32_t i = 0; i < table.visits.size(); ++i) {
    const Visit& visit = table.visits[i];
    const Span& span = forest.spans[visit.span];
    Candidate& candidate = candidates[span.service];
    candidate.complete = candidate.complete && span.adjusted_count == 1;
    candidate.visits[span.instance].push_back(i);
    ++candidate.count;
  }
  const std::vector<std::int64_t> grains = clock_grains(forest);
  std::map<NameId, ServiceConcurrency> result;
  for (const auto& [service, candidate] : candidates) {
    if (!candidate.complete) continue;
    std::vector<std::vector<Stay>> stays;
    for (const auto& [instance, visits] : candidate.visits) {
      auto& own = stays.emplace_back();
      for (const std::uint32_t visit : visits) {
        own.push_back(stay_of(forest, table, table.visits[visit]));
      }
    }
    ServiceConcurrency& studied = result[service];
    studied.visits = candidate.count;
    studied.found = study_stays(std::move(stays), grains[service]);
    if (!studied.found.workers) continue;
    std::size_t at = 0;
    for (const auto& [instance, visits] : candidate.visits) {
      const std::vector<double>& own = studied.found.waits[at++];
      for (std::size_t i = 0; i < visits.size(); ++i) waits[visits[i]] = own[i];
    }
  }
  return result;
}

}  // namespace rehearse
