#include "sim/stats/latency_histogram.hpp"

#include <cmath>
#include <numeric>

#include "sim/decimals.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// ceil(level * count), at least 1. The product of a decimal fraction and a whole number may come
/// out an ulp too large (0.07 * 100 > 7): the factor takes two such errors back.
std::uint64_t rank_of(double level, std::uint64_t count) {
  expects(level >= 0 && level <= 1, "the level of a quantile lies in [0, 1]");
  const double rank = std::ceil(level * static_cast<double>(count) * (1 - 0x1p-51));
  return std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rank), 1, count);
}

/// The middle of that part of the split's bin in which a value stands, with `rank` values of the
/// bin up to it.
Duration middle_of_part(const LatencySplit& split, std::uint64_t rank) {
  const std::uint32_t bin = split.bin();
  const Duration one = Duration::nanoseconds(1);
  const bool below = rank <= split.at_or_below;
  const Duration first = below ? LatencyBins::lower_edge(bin) : split.limit + one;
  const Duration last = below ? split.limit : LatencyBins::lower_edge(bin + 1) - one;
  return first + Duration::nanoseconds((last - first).in_nanoseconds() / 2);
}

}  // namespace

LatencyHistogram::LatencyHistogram(std::vector<Bin> bins, unsigned __int128 sum_nanoseconds,
                                   Duration minimum, Duration maximum)
    : bins_(std::move(bins)), sum_(sum_nanoseconds), minimum_(minimum), maximum_(maximum) {
  for (std::size_t i = 0; i < bins_.size(); ++i) {
    expects(i == 0 || bins_[i - 1].bin < bins_[i].bin, "bins rise");
    expects(bins_[i].count > 0 && bins_[i].bin < LatencyBins::count, "bins hold something");
    count_ += bins_[i].count;
  }
}

void LatencyHistogram::merge(const LatencyHistogram& other) {
  std::vector<Bin> merged;
  merged.reserve(bins_.size() + other.bins_.size());
  auto left = bins_.begin();
  auto right = other.bins_.begin();
  while (left != bins_.end() && right != other.bins_.end()) {
    if (left->bin == right->bin) {
      merged.push_back({left->bin, left->count + right->count});
      ++left;
      ++right;
    } else {
      merged.push_back(left->bin < right->bin ? *left++ : *right++);
    }
  }
  merged.insert(merged.end(), left, bins_.end());
  merged.insert(merged.end(), right, other.bins_.end());
  bins_ = std::move(merged);
  count_ += other.count_;
  sum_ += other.sum_;
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
}

double LatencyHistogram::mean_seconds() const {
  if (count_ == 0) return 0;
  return quotient(sum_, static_cast<unsigned __int128>(count_) * 1'000'000'000);
}

std::optional<Duration> LatencyHistogram::quantile(double level) const {
  return quantile_with_unfinished(level, 0);
}

std::optional<Duration> LatencyHistogram::quantile_with_unfinished(
    double level, std::uint64_t beyond, const LatencySplit* split) const {
  if (count_ == 0) return std::nullopt;
  std::uint64_t left = rank_of(level, count_ + beyond);
  for (const Bin& bin : bins_) {
    if (left <= bin.count) {
      const bool is_split = split != nullptr && bin.bin == split->bin();
      expects(!is_split || split->at_or_below <= bin.count,
              "no more values of a bin are up to a limit than it has");
      const Duration middle =
          is_split ? middle_of_part(*split, left) : LatencyBins::middle(bin.bin);
      return std::clamp(middle, minimum_, maximum_);
    }
    left -= bin.count;
  }
  return std::nullopt;
}

void LatencyCounts::merge(const LatencyCounts& other) {
  if (other.bins_.empty()) return;
  cover(other.first_);
  cover(other.first_ + static_cast<std::uint32_t>(other.bins_.size()) - 1);
  for (std::size_t i = 0; i < other.bins_.size(); ++i) {
    bins_[other.first_ - first_ + i] += other.bins_[i];
  }
}

std::uint64_t LatencyCounts::count() const {
  return std::accumulate(bins_.begin(), bins_.end(), std::uint64_t{0});
}

std::optional<Duration> LatencyCounts::quantile(double level, std::uint64_t beyond) const {
  const std::uint64_t all = count();
  if (all + beyond == 0) return std::nullopt;
  std::uint64_t left = rank_of(level, all + beyond);
  if (left > all) return Duration::longest();
  std::uint32_t bin = 0;
  while (left > bins_[bin]) left -= bins_[bin++];
  return LatencyBins::middle(first_ + bin);
}

/// Extends the dense range by whole powers of two.
void LatencyCounts::cover(std::uint32_t bin) {
  expects(bin < LatencyBins::count, "what is counted is the bin of a latency");
  constexpr std::uint32_t width = 1U << LatencyBins::bits;
  const std::uint32_t wanted = bin / width * width;
  if (bins_.empty()) first_ = wanted;
  if (wanted < first_) {
    bins_.insert(bins_.begin(), first_ - wanted, 0);
    first_ = wanted;
  }
  const std::size_t size = wanted + width - first_;
  if (bins_.size() < size) bins_.resize(size);
  covered_ = static_cast<std::uint32_t>(bins_.size());
}

void LatencyRecorder::merge(const LatencyRecorder& other) {
  counts_.merge(other.counts_);
  sum_ += other.sum_;
  minimum_ = std::min(minimum_, other.minimum_);
  maximum_ = std::max(maximum_, other.maximum_);
}

LatencyHistogram LatencyRecorder::histogram() const {
  LatencyHistogram result;
  if (empty()) return result;
  for (std::uint32_t i = 0; i < counts_.bins_.size(); ++i) {
    if (counts_.bins_[i] > 0) result.bins_.push_back({counts_.first_ + i, counts_.bins_[i]});
    result.count_ += counts_.bins_[i];
  }
  result.sum_ = sum_;
  result.minimum_ = minimum_;
  result.maximum_ = maximum_;
  return result;
}

std::optional<Duration> LatencyRecorder::quantile(double level) const {
  const std::optional<Duration> middle = counts_.quantile(level);
  if (!middle) return std::nullopt;
  return std::clamp(*middle, minimum_, maximum_);
}

void LatencyRecorder::clear() {
  if (empty()) return;
  counts_.clear();
  sum_ = 0;
  minimum_ = Duration::longest();
  maximum_ = Duration();
}

}  // namespace rehearse
