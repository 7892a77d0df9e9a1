#include "studies/arm_record.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/footprint.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t most_batches = 1024;
constexpr std::uint64_t fewest_batches = 32;  // below, a bootstrap over batches says little
constexpr std::uint64_t most_bins = 4'000'000;
constexpr std::uint64_t table_bytes = 256ULL << 20;
constexpr std::uint64_t window_bytes = 64ULL << 20;
constexpr std::uint64_t most_window_replications = 1000;
constexpr std::uint64_t fewest_window_replications = 20;
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

double seconds_or_nothing(const std::optional<Time>& instant) {
  return instant ? instant->since_start().in_seconds() : nothing;
}

std::uint32_t clamped(std::uint64_t count) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(count, std::numeric_limits<std::uint32_t>::max()));
}

void add_request_row(RequestRows& rows, const RequestCounts& counts,
                     const LatencyHistogram& latency) {
  for (std::size_t i = 0; i < count_columns.size(); ++i) {
    rows.counts[i].push_back(clamped(counts.*count_columns[i].count));
  }
  for (std::size_t i = 0; i < latency_columns.size(); ++i) {
    rows.latency[i].push_back(latency_columns[i].of(counts, latency));
  }
}

void add_service_row(ServiceRows& rows, const ServiceOutcome& service) {
  for (std::size_t i = 0; i < service_columns.size(); ++i) {
    rows.values[i].push_back(service_columns[i].of(service));
  }
}

template <class OutcomeOfRequests>
void add_requests(std::vector<RequestTotals>& totals,
                  const std::vector<OutcomeOfRequests>& outcomes) {
  totals.resize(outcomes.size());
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    totals[i].counts += outcomes[i].counts;
    totals[i].latency.merge(outcomes[i].latency);
  }
}

void add_outcome(Batch& batch, const Outcome& outcome) {
  ++batch.replications;
  batch.intervals.resize(outcome.intervals.size());
  for (std::size_t i = 0; i < outcome.intervals.size(); ++i) {
    const IntervalOutcome& interval = outcome.intervals[i];
    IntervalTotals& totals = batch.intervals[i];
    add_requests(totals.endpoints, interval.endpoints);
    add_requests(totals.workloads, interval.workloads);
    totals.services.resize(interval.services.size());
    for (std::size_t k = 0; k < interval.services.size(); ++k) {
      totals.services[k] += interval.services[k];
    }
  }
}

void add_intervals(std::vector<IntervalTotals>& sum, const std::vector<IntervalTotals>& other) {
  sum.resize(std::max(sum.size(), other.size()));
  for (std::size_t i = 0; i < other.size(); ++i) {
    add_requests(sum[i].endpoints, other[i].endpoints);
    add_requests(sum[i].workloads, other[i].workloads);
    sum[i].services.resize(other[i].services.size());
    for (std::size_t k = 0; k < other[i].services.size(); ++k) {
      sum[i].services[k] += other[i].services[k];
    }
  }
}

std::uint64_t bins_in(const Batch& batch) {
  std::uint64_t bins = 0;
  for (const IntervalTotals& interval : batch.intervals) {
    for (const RequestTotals& endpoint : interval.endpoints) bins += endpoint.latency.bins().size();
    for (const RequestTotals& workload : interval.workloads) bins += workload.latency.bins().size();
  }
  return bins;
}

std::uint64_t bytes_of_tables(const OutcomeLayout& layout) {
  constexpr std::uint64_t request = 4 * (count_columns.size() + latency_columns.size());
  const std::uint64_t requests = layout.endpoints.size() + layout.workloads.size();
  const std::uint64_t services = 4 * service_columns.size() * layout.services.size();
  return layout.intervals.size() * (request * requests + services);
}

std::uint64_t bytes_of_windows(const OutcomeLayout& layout) {
  const std::uint64_t requests = layout.endpoints.size() + layout.workloads.size();
  return layout.windows *
         (sizeof(WindowSample) * requests + sizeof(ServiceWindowSample) * layout.services.size());
}

/// Of how many replications the tables of numbers are kept, and the window series.
std::uint64_t most_tables(const OutcomeLayout& layout) {
  return table_bytes / std::max<std::uint64_t>(1, bytes_of_tables(layout));
}

std::uint64_t most_windows(const OutcomeLayout& layout) {
  return std::clamp(window_bytes / std::max<std::uint64_t>(1, bytes_of_windows(layout)),
                    fewest_window_replications, most_window_replications);
}

/// What ReplicationRows keeps of one replication.
double bytes_of_rows(const OutcomeLayout& layout) {
  constexpr std::size_t always = 4 * sizeof(std::uint64_t) + sizeof(std::uint32_t) +
                                 2 * sizeof(std::uint8_t) + 2 * sizeof(double);
  constexpr std::size_t of_each = sizeof(double) + sizeof(std::uint8_t);
  return static_cast<double>(always +
                             of_each * (layout.alarms.size() + layout.objective_intervals.size()));
}

/// The sums of what came to instances.
double bytes_of_load(const OutcomeLayout& layout) {
  return static_cast<double>(layout.load_windows * layout.services.size() * load_groups * 2 *
                             sizeof(double));
}

double bytes_of_batch(const OutcomeLayout& layout) {
  const std::size_t requests = layout.endpoints.size() + layout.workloads.size();
  return static_cast<double>(
      layout.intervals.size() *
      (requests * sizeof(RequestTotals) + layout.services.size() * sizeof(ServiceTotals)));
}

double bytes_of_bins(const OutcomeLayout& layout) {
  const std::size_t requests = layout.endpoints.size() + layout.workloads.size();
  return usual_bins *
         static_cast<double>(layout.intervals.size() * requests * sizeof(LatencyHistogram::Bin));
}

template <class Value>
void append(std::vector<Value>& all, const std::vector<Value>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace

ArmRecord::ArmRecord(const OutcomeLayout& layout, std::vector<ObjectiveSpec> objectives)
    : layout_(layout),
      objectives_(std::move(objectives)),
      interval_rows_(layout.intervals.size()),
      interval_rows_limit_(most_tables(layout)),
      windows_limit_(most_windows(layout)),
      load_work_(layout.load_windows * layout.services.size() * load_groups),
      load_inside_(layout.load_windows * layout.services.size() * load_groups),
      load_ran_(layout.load_windows),
      beyond_by_service_(layout.services.size()) {
  expects(objectives_.size() == layout.objective_intervals.size(),
          "every objective has its interval in the layout");
}

/// Vectors that grow have up to twice the room that they need.
double ArmRecord::expected_bytes(const OutcomeLayout& layout, double replications) {
  constexpr double room = 2;
  const auto of_first = [&](std::uint64_t most, std::uint64_t bytes) {
    return room * std::min(replications, static_cast<double>(most)) * static_cast<double>(bytes);
  };
  const double batches = std::min(replications, static_cast<double>(most_batches));
  const double bins = bytes_of_bins(layout);
  const double most = static_cast<double>(most_bins * sizeof(LatencyHistogram::Bin));
  const double always = bins * std::min(batches, 2.0 * fewest_batches);
  return room * replications * bytes_of_rows(layout) + bytes_of_load(layout) +
         of_first(most_tables(layout), bytes_of_tables(layout)) +
         of_first(most_windows(layout), bytes_of_windows(layout)) +
         batches * bytes_of_batch(layout) + std::max(always, std::min(batches * bins, most));
}

void ArmRecord::add(const Outcome& outcome) {
  expects(outcome.intervals.size() == layout_.intervals.size(),
          "outcomes are shaped by the layout");
  expects(rows_.index.empty() || rows_.index.back() < outcome.replication,
          "outcomes are recorded in the order of their index");
  add_rows(outcome);
  add_objectives(outcome);
  if (replications_ < interval_rows_limit_) add_interval_rows(outcome);
  if (replications_ < windows_limit_) add_windows(outcome);
  add_load(outcome);
  add_to_batches(outcome);
  spans_ += outcome.spans;
  ++replications_;
}

std::vector<IntervalTotals> ArmRecord::totals() const {
  std::vector<IntervalTotals> sum(layout_.intervals.size());
  for (const Batch& batch : batches_) add_intervals(sum, batch.intervals);
  return sum;
}

/// A replication that collapsed did not reach all windows.
void ArmRecord::add_load(const Outcome& outcome) {
  const std::size_t series = layout_.services.size() * load_groups;
  for (std::size_t i = 0; i < std::min(outcome.load.size(), load_work_.size()); ++i) {
    load_work_[i] += static_cast<double>(outcome.load[i].work);
    load_inside_[i] += static_cast<double>(outcome.load[i].inside);
    if (i % series == 0) ++load_ran_[i / series];
  }
  bool somewhere = false;
  for (std::size_t i = 0; i < std::min(outcome.beyond_recorded.size(), beyond_by_service_.size());
       ++i) {
    beyond_by_service_[i] += outcome.beyond_recorded[i];
    somewhere = somewhere || outcome.beyond_recorded[i] != 0;
  }
  if (somewhere) ++beyond_recorded_;
}

std::vector<LoadSample> ArmRecord::mean_load() const {
  const std::size_t series = layout_.services.size() * load_groups;
  std::vector<LoadSample> means(load_work_.size());
  for (std::size_t i = 0; i < means.size(); ++i) {
    const auto ran = static_cast<double>(load_ran_[i / series]);
    if (ran == 0) continue;
    means[i] = {static_cast<float>(load_work_[i] / ran), static_cast<float>(load_inside_[i] / ran)};
  }
  return means;
}

void ArmRecord::add_rows(const Outcome& outcome) {
  const std::uint64_t digest = outcome.digest();
  digest_ = extended(digest_, digest);
  trajectory_digest_ = extended(trajectory_digest_, outcome.trajectory);
  rows_.index.push_back(outcome.replication);
  rows_.digest.push_back(digest);
  rows_.trajectory.push_back(outcome.trajectory);
  rows_.spans.push_back(outcome.spans);
  rows_.analyses_without_data.push_back(clamped(outcome.analyses_without_data));
  rows_.capped.push_back(outcome.capped ? 1 : 0);
  rows_.rollout.push_back(static_cast<std::uint8_t>(outcome.rollout));
  rows_.stopped_at.push_back(seconds_or_nothing(outcome.stopped_at));
  rows_.rollout_aborted_at.push_back(seconds_or_nothing(outcome.rollout_aborted_at));
  for (const AlarmOutcome& alarm : outcome.alarms) {
    rows_.alarm_fired_at.push_back(seconds_or_nothing(alarm.fired_at));
    rows_.alarm_rang_before.push_back(alarm.rang_before ? 1 : 0);
  }
}

void ArmRecord::add_objectives(const Outcome& outcome) {
  for (std::size_t i = 0; i < objectives_.size(); ++i) {
    const std::size_t interval = layout_.objective_intervals[i];
    const bool quantile = objectives_[i].expect.metric == Metric::latency &&
                          objectives_[i].expect.aggregate == Aggregate::quantile;
    const LatencySplit* const split = quantile ? &outcome.splits.at(i) : nullptr;
    const auto value = measured(objectives_[i].expect, outcome, layout_, interval, split);
    const Judgement judgement = judge(objectives_[i], outcome, layout_, interval, split);
    rows_.objective_value.push_back(value.value_or(nothing));
    rows_.objective_judgement.push_back(static_cast<std::uint8_t>(judgement));
  }
}

void ArmRecord::add_interval_rows(const Outcome& outcome) {
  for (std::size_t i = 0; i < outcome.intervals.size(); ++i) {
    const IntervalOutcome& interval = outcome.intervals[i];
    IntervalRows& rows = interval_rows_[i];
    for (const auto& endpoint : interval.endpoints) {
      add_request_row(rows.endpoints, endpoint.counts, endpoint.latency);
    }
    for (const auto& workload : interval.workloads) {
      add_request_row(rows.workloads, workload.counts, workload.latency);
    }
    for (const auto& service : interval.services) add_service_row(rows.services, service);
  }
  ++interval_rows_kept_;
}

void ArmRecord::add_windows(const Outcome& outcome) {
  append(windows_.endpoints, outcome.endpoint_windows);
  append(windows_.workloads, outcome.workload_windows);
  append(windows_.services, outcome.service_windows);
  ++windows_.replications;
}

void ArmRecord::add_to_batches(const Outcome& outcome) {
  if (batches_.empty() || batches_.back().replications == batch_size_) batches_.emplace_back();
  add_outcome(batches_.back(), outcome);
  if (batches_.back().replications < batch_size_) return;
  bins_ += bins_in(batches_.back());
  while (batches_.size() > most_batches ||
         (bins_ > most_bins && batches_.size() >= 2 * fewest_batches)) {
    coarsen();
  }
}

/// Adds up pairs of neighbours. The last batch may stay behind half full.
void ArmRecord::coarsen() {
  std::vector<Batch> coarser;
  for (std::size_t i = 0; i < batches_.size(); i += 2) {
    coarser.push_back(std::move(batches_[i]));
    if (i + 1 == batches_.size()) break;
    add_intervals(coarser.back().intervals, batches_[i + 1].intervals);
    coarser.back().replications += batches_[i + 1].replications;
  }
  batches_ = std::move(coarser);
  batch_size_ *= 2;
  bins_ = 0;
  for (const Batch& batch : batches_) {
    if (batch.replications == batch_size_) bins_ += bins_in(batch);
  }
}

}  // namespace rehearse
