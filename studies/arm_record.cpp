#include "studies/arm_record.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "sim/hash.hpp"

namespace rehearse {
namespace {

void add(std::vector<RequestTotals>& sum, const std::vector<RequestTotals>& others) {
  sum.resize(others.size());
  for (std::size_t i = 0; i < others.size(); ++i) {
    sum[i].counts += others[i].counts;
    sum[i].latency.merge(others[i].latency);
  }
}

std::uint64_t folded(const std::vector<std::uint64_t>& digests) {
  return std::accumulate(
      digests.begin(), digests.end(), std::uint64_t{0},
      [](std::uint64_t digest, std::uint64_t next) { return extended(digest, next); });
}

}  // namespace

IntervalTotals& IntervalTotals::operator+=(const IntervalTotals& other) {
  add(endpoints, other.endpoints);
  add(workloads, other.workloads);
  services.resize(other.services.size());
  for (std::size_t i = 0; i < services.size(); ++i) services[i] += other.services[i];
  return *this;
}

ArmRecord::ArmRecord(OutcomeLayout layout_of_outcomes)
    : layout(std::move(layout_of_outcomes)),
      intervals(layout.intervals.size()),
      load{std::vector<double>(layout.load_windows * layout.services.size() * load_groups),
           std::vector<double>(layout.load_windows * layout.services.size() * load_groups),
           std::vector<std::uint64_t>(layout.load_windows)},
      beyond_recorded(layout.services.size()) {}

std::uint64_t ArmRecord::replications_beyond_recorded() const {
  return std::accumulate(rows.beyond_recorded.begin(), rows.beyond_recorded.end(),
                         std::uint64_t{0});
}

std::uint64_t ArmRecord::digest() const {
  return folded(rows.digest);
}

std::uint64_t ArmRecord::trajectory_digest() const {
  return folded(rows.trajectory);
}

std::uint64_t ArmRecord::spans() const {
  return std::accumulate(rows.spans.begin(), rows.spans.end(), std::uint64_t{0});
}

std::vector<LoadSample> ArmRecord::mean_load() const {
  const std::size_t series = layout.services.size() * load_groups;
  std::vector<LoadSample> means(load.work.size());
  for (std::size_t i = 0; i < means.size(); ++i) {
    const auto ran = static_cast<double>(load.replications[i / series]);
    if (ran == 0) continue;
    means[i] = {static_cast<float>(load.work[i] / ran), static_cast<float>(load.inside[i] / ran)};
  }
  return means;
}

std::vector<IntervalTotals> ArmRecord::totals() const {
  std::vector<IntervalTotals> sum(layout.intervals.size());
  for (const Batch& batch : batches) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += batch.intervals[i];
  }
  return sum;
}

}  // namespace rehearse
