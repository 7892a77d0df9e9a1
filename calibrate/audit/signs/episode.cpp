#include "calibrate/audit/signs/episode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "sim/random/random_stream.hpp"

namespace rehearse {
namespace {

constexpr std::size_t fewest_windows = 10;
constexpr std::size_t shortest = 2;
constexpr std::size_t most_permutations = 20'000;
constexpr std::size_t enough_beyond = 20;
constexpr std::uint64_t purpose = 0xe915'0de0;

/// Sums of one series up to each window, in standard deviations from its mean.
using Sums = std::vector<double>;

bool standardise(std::vector<double>& series) {
  const auto all = static_cast<double>(series.size());
  const double mean = std::accumulate(series.begin(), series.end(), 0.0) / all;
  double squares = 0;
  for (double& value : series) {
    value -= mean;
    squares += value * value;
  }
  if (squares <= 0) return false;
  for (double& value : series) value /= std::sqrt(squares / all);
  return true;
}

struct Best {
  std::size_t from = 0;
  std::size_t to = 0;
  double rise = -std::numeric_limits<double>::infinity();
};

class Finder {
 public:
  Finder(std::vector<std::vector<double>> series, EpisodeEnds ends)
      : series_(std::move(series)), windows_(series_.front().size()) {
    const std::size_t margin = ends == EpisodeEnds::comes_back ? 1 : 0;
    from_ = margin;
    to_ = windows_ - margin;
    sums_.assign(series_.size(), Sums(windows_ + 1, 0));
    const auto all = static_cast<double>(windows_);
    for (std::size_t length = 0; length <= windows_ / 2; ++length) {
      const auto inside = static_cast<double>(length);
      scales_.push_back(length == 0 ? 0 : 1 / std::sqrt(inside * (1 - inside / all)));
    }
  }

  Best highest(const std::vector<std::size_t>& order) {
    for (std::size_t k = 0; k < series_.size(); ++k) {
      for (std::size_t i = 0; i < windows_; ++i) {
        sums_[k][i + 1] = sums_[k][i] + series_[k][order[i]];
      }
    }
    Best best;
    for (std::size_t from = from_; from < to_; ++from) {
      const std::size_t last = std::min(to_, from + windows_ / 2);
      for (std::size_t to = from + shortest; to <= last; ++to) {
        double rise = std::numeric_limits<double>::infinity();
        for (const Sums& sums : sums_) rise = std::min(rise, sums[to] - sums[from]);
        rise *= scales_[to - from];
        if (rise > best.rise) best = {from, to, rise};
      }
    }
    return best;
  }

 private:
  std::vector<std::vector<double>> series_;
  std::size_t windows_;
  std::size_t from_ = 0;
  std::size_t to_ = 0;
  std::vector<Sums> sums_;
  std::vector<double> scales_;  // by length
};

}  // namespace

std::optional<Episode> find_episode(const std::vector<std::vector<double>>& series,
                                    EpisodeEnds ends) {
  if (series.empty() || series.front().size() < fewest_windows) return std::nullopt;
  std::vector<std::vector<double>> standard = series;
  for (std::vector<double>& one : standard) {
    if (!standardise(one)) return std::nullopt;
  }
  Finder finder(std::move(standard), ends);
  std::vector<std::size_t> order(series.front().size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const Best seen = finder.highest(order);
  RandomStream luck(purpose, 0, 0);
  std::size_t beyond = 0;
  std::size_t tried = 0;
  // Once many were as high, more would only say again that it may be chance.
  while (tried < most_permutations && beyond < enough_beyond) {
    for (std::size_t i = order.size(); i-- > 1;) std::swap(order[i], order[luck.below(i + 1)]);
    beyond += finder.highest(order).rise >= seen.rise ? 1 : 0;
    ++tried;
  }
  const double p_value = static_cast<double>(beyond + 1) / static_cast<double>(tried + 1);
  return Episode{seen.from, seen.to, p_value};
}

}  // namespace rehearse
