#include "studies/arm_recorder.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/footprint.hpp"
#include "sim/expects.hpp"

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
  return layout.windows * 4 *
         (window_columns.size() * requests +
          service_window_columns.size() * layout.services.size());
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
                                 3 * sizeof(std::uint8_t) + 2 * sizeof(double);
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

/// A value of each column for each sample.
template <class Rows, class Columns, class Sample>
void append(Rows& rows, const Columns& columns, const std::vector<Sample>& samples) {
  for (const auto& column : columns) {
    for (const Sample& sample : samples) (rows.*column.kept).push_back(column.number.of(sample));
  }
}

}  // namespace

ArmRecorder::ArmRecorder(ArmRecord& record, const std::vector<ObjectiveSpec>& objectives)
    : record_(record),
      objectives_(objectives),
      kept_limit_(most_tables(record.layout)),
      windows_limit_(most_windows(record.layout)) {
  expects(objectives_.size() == record.layout.objective_intervals.size(),
          "every objective has its interval in the layout");
  if (!record.batches.empty()) batch_size_ = record.batches.front().replications;
  count_bins();
}

/// Vectors that grow have up to twice the room that they need.
double ArmRecorder::expected_bytes(const OutcomeLayout& layout, double replications) {
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

void ArmRecorder::add(const Outcome& outcome) {
  expects(outcome.intervals.size() == record_.layout.intervals.size(),
          "outcomes are shaped by the layout");
  expects(record_.rows.index.empty() || record_.rows.index.back() < outcome.replication,
          "outcomes are recorded in the order of their index");
  if (record_.replications() < kept_limit_) add_interval_rows(outcome);
  if (record_.replications() < windows_limit_) add_windows(outcome);
  add_load(outcome);
  add_to_batches(outcome);
  add_objectives(outcome);
  add_rows(outcome);
}

/// A replication that collapsed did not reach all windows.
void ArmRecorder::add_load(const Outcome& outcome) {
  LoadSums& load = record_.load;
  const std::size_t series = record_.layout.services.size() * load_groups;
  for (std::size_t i = 0; i < std::min(outcome.load.size(), load.work.size()); ++i) {
    load.work[i] += static_cast<double>(outcome.load[i].work);
    load.inside[i] += static_cast<double>(outcome.load[i].inside);
    if (i % series == 0) ++load.replications[i / series];
  }
  bool somewhere = false;
  const std::size_t services =
      std::min(outcome.beyond_recorded.size(), record_.beyond_recorded.size());
  for (std::size_t i = 0; i < services; ++i) {
    record_.beyond_recorded[i] += outcome.beyond_recorded[i];
    somewhere = somewhere || outcome.beyond_recorded[i] != 0;
  }
  record_.rows.beyond_recorded.push_back(somewhere ? 1 : 0);
}

void ArmRecorder::add_rows(const Outcome& outcome) {
  ReplicationRows& rows = record_.rows;
  rows.index.push_back(outcome.replication);
  rows.digest.push_back(outcome.digest());
  rows.trajectory.push_back(outcome.trajectory);
  rows.spans.push_back(outcome.spans);
  rows.analyses_without_data.push_back(clamped(outcome.analyses_without_data));
  rows.capped.push_back(outcome.capped ? 1 : 0);
  rows.rollout.push_back(static_cast<std::uint8_t>(outcome.rollout));
  rows.stopped_at.push_back(seconds_or_nothing(outcome.stopped_at));
  rows.rollout_aborted_at.push_back(seconds_or_nothing(outcome.rollout_aborted_at));
  for (const AlarmOutcome& alarm : outcome.alarms) {
    rows.alarm_fired_at.push_back(seconds_or_nothing(alarm.fired_at));
    rows.alarm_rang_before.push_back(alarm.rang_before ? 1 : 0);
  }
}

void ArmRecorder::add_objectives(const Outcome& outcome) {
  for (std::size_t i = 0; i < objectives_.size(); ++i) {
    const std::size_t interval = record_.layout.objective_intervals[i];
    const bool quantile = objectives_[i].expect.metric == Metric::latency &&
                          objectives_[i].expect.aggregate == Aggregate::quantile;
    const LatencySplit* const split = quantile ? &outcome.splits.at(i) : nullptr;
    const auto value = measured(objectives_[i].expect, outcome, record_.layout, interval, split);
    const Judgement judgement = judge(objectives_[i], outcome, record_.layout, interval, split);
    record_.rows.objective_value.push_back(value.value_or(nothing));
    record_.rows.objective_judgement.push_back(static_cast<std::uint8_t>(judgement));
  }
}

void ArmRecorder::add_interval_rows(const Outcome& outcome) {
  for (std::size_t i = 0; i < outcome.intervals.size(); ++i) {
    const IntervalOutcome& interval = outcome.intervals[i];
    IntervalRows& rows = record_.intervals[i];
    for (const auto& endpoint : interval.endpoints) {
      add_request_row(rows.endpoints, endpoint.counts, endpoint.latency);
    }
    for (const auto& workload : interval.workloads) {
      add_request_row(rows.workloads, workload.counts, workload.latency);
    }
    for (const auto& service : interval.services) add_service_row(rows.services, service);
  }
  ++record_.kept;
}

void ArmRecorder::add_windows(const Outcome& outcome) {
  append(record_.windows.endpoints, window_columns, outcome.endpoint_windows);
  append(record_.windows.workloads, window_columns, outcome.workload_windows);
  append(record_.windows.services, service_window_columns, outcome.service_windows);
  ++record_.windows.replications;
}

void ArmRecorder::add_to_batches(const Outcome& outcome) {
  std::vector<Batch>& batches = record_.batches;
  if (batches.empty() || batches.back().replications == batch_size_) batches.emplace_back();
  add_outcome(batches.back(), outcome);
  if (batches.back().replications < batch_size_) return;
  bins_ += bins_in(batches.back());
  while (batches.size() > most_batches ||
         (bins_ > most_bins && batches.size() >= 2 * fewest_batches)) {
    coarsen();
  }
}

/// Adds up pairs of neighbours. The last batch may stay behind half full.
void ArmRecorder::coarsen() {
  std::vector<Batch> coarser;
  for (std::size_t i = 0; i < record_.batches.size(); i += 2) {
    coarser.push_back(std::move(record_.batches[i]));
    if (i + 1 == record_.batches.size()) break;
    Batch& sum = coarser.back();
    const Batch& other = record_.batches[i + 1];
    for (std::size_t k = 0; k < sum.intervals.size(); ++k) sum.intervals[k] += other.intervals[k];
    sum.replications += other.replications;
  }
  record_.batches = std::move(coarser);
  batch_size_ *= 2;
  count_bins();
}

void ArmRecorder::count_bins() {
  bins_ = 0;
  for (const Batch& batch : record_.batches) {
    if (batch.replications == batch_size_) bins_ += bins_in(batch);
  }
}

}  // namespace rehearse
