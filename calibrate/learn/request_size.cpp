#include "calibrate/learn/request_size.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "calibrate/learn/correlation.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr std::uint64_t least_traces = 100;
constexpr double significant_errors = 4;
constexpr double least_loading = 0.2;
constexpr std::size_t most_services_of_a_trace = 200;
constexpr int rounds = 100;

using Pair = std::pair<NameId, NameId>;

/// The times that were met at one endpoint, and whose they were.
struct Times {
  std::vector<double> nanoseconds;
  std::vector<TraceId> traces;
};

struct Sums {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;

  void add(double a, double b) {
    n += 1;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  double covariance() const { return (xy - x * y / n) / n; }
  /// Of the means, which decides whether it is chance.
  double correlation() const {
    const double spread = (xx - x * x / n) * (yy - y * y / n) / (n * n);
    return spread > 0 ? covariance() / std::sqrt(spread) : 0;
  }
};

/// By trace and service, the mean score of the visits.
struct MeanScore {
  double sum = 0;
  double count = 0;
};
using ScoresByTrace = std::map<TraceId, std::map<NameId, MeanScore>>;

std::map<std::uint32_t, Times> times_by_endpoint(const TraceForest& forest,
                                                 const VisitTable& visits,
                                                 const std::vector<double>& self_times) {
  std::map<std::uint32_t, Times> times;
  for (std::size_t i = 0; i < visits.visits.size(); ++i) {
    const Visit& visit = visits.visits[i];
    const Span& span = forest.spans[visit.span];
    Times& own = times[visit.endpoint];
    own.nanoseconds.push_back(self_times[i]);
    own.traces.push_back(span.trace);
    for (const RecordedCall& call : visits.calls_of(visit)) {
      if (call.callee != none || !visits.endpoints[call.endpoint].peer_only) continue;
      Times& peer = times[call.endpoint];
      peer.nanoseconds.push_back(static_cast<double>(call.end - call.start));
      peer.traces.push_back(span.trace);
    }
  }
  return times;
}

class SizeLearner {
 public:
  SizeLearner(const VisitTable& visits, const std::map<std::uint32_t, Times>& times) {
    for (const auto& [endpoint, own] : times) {
      const NameId service = visits.endpoints[endpoint].service;
      const std::vector<double> scores = normal_scores(own.nanoseconds);
      MeanScore& spread = squares_[service];
      for (std::size_t i = 0; i < scores.size(); ++i) {
        MeanScore& mean = by_trace_[own.traces[i]][service];
        mean.sum += scores[i];
        mean.count += 1;
        spread.sum += scores[i] * scores[i];
        spread.count += 1;
      }
    }
  }

  std::map<NameId, SizeLoading> learn() {
    add_pairs();
    choose_services();
    start();
    for (int round = 0; round < rounds; ++round) improve();
    std::erase_if(loadings_, [](const auto& one) { return one.second.value < least_loading; });
    if (loadings_.size() < 2) loadings_.clear();
    return std::move(loadings_);
  }

 private:
  void add_pairs() {
    for (const auto& [trace, services] : by_trace_) {
      if (services.size() > most_services_of_a_trace) continue;
      for (auto one = services.begin(); one != services.end(); ++one) {
        for (auto other = std::next(one); other != services.end(); ++other) {
          pairs_[{one->first, other->first}].add(one->second.sum / one->second.count,
                                                 other->second.sum / other->second.count);
        }
      }
    }
    std::erase_if(pairs_, [this](const auto& pair) {
      return pair.second.n < static_cast<double>(least_traces) ||
             deviation(pair.first.first) == 0 || deviation(pair.first.second) == 0;
    });
  }

  void choose_services() {
    for (const auto& [pair, sums] : pairs_) {
      if (sums.correlation() * std::sqrt(sums.n) < significant_errors) continue;
      for (const NameId service : {pair.first, pair.second}) {
        SizeLoading& loading = loadings_[service];
        ++loading.services;
        loading.traces = std::max(loading.traces, static_cast<std::uint64_t>(sums.n));
      }
    }
  }

  void start() {
    for (const auto& [pair, sums] : pairs_) {
      for (const NameId service : {pair.first, pair.second}) {
        const auto loading = loadings_.find(service);
        if (loading == loadings_.end()) continue;
        loading->second.value =
            std::max(loading->second.value, std::sqrt(std::clamp(together(pair, sums), 0.0, 1.0)));
      }
    }
  }

  void improve() {
    std::map<NameId, std::pair<double, double>> fits;
    for (const auto& [pair, sums] : pairs_) {
      const auto one = loadings_.find(pair.first);
      const auto other = loadings_.find(pair.second);
      if (one == loadings_.end() || other == loadings_.end()) continue;
      const double both = together(pair, sums);
      const double weight = sums.n;
      const auto add = [&fits, weight, both](NameId service, double loading) {
        fits[service].first += weight * both * loading;
        fits[service].second += weight * loading * loading;
      };
      add(pair.first, other->second.value);
      add(pair.second, one->second.value);
    }
    for (auto& [service, loading] : loadings_) {
      const auto [product, square] = fits[service];
      const double best = square > 0 ? std::clamp(product / square, 0.0, 1.0) : 0.0;
      loading.value = (loading.value + best) / 2;
    }
  }

  double deviation(NameId service) const {
    const MeanScore& spread = squares_.at(service);
    return std::sqrt(spread.sum / spread.count);
  }
  /// The covariance of single scores, which have variance one save for ties.
  double together(const Pair& pair, const Sums& sums) const {
    return sums.covariance() / (deviation(pair.first) * deviation(pair.second));
  }

  ScoresByTrace by_trace_;
  std::map<NameId, MeanScore> squares_;
  std::map<Pair, Sums> pairs_;
  std::map<NameId, SizeLoading> loadings_;
};

}  // namespace

std::map<NameId, SizeLoading> study_request_sizes(const TraceForest& forest,
                                                  const VisitTable& visits,
                                                  const std::vector<double>& self_times) {
  return SizeLearner(visits, times_by_endpoint(forest, visits, self_times)).learn();
}

}  // namespace rehearse
