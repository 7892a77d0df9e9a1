#include "models/recorder.hpp"

#include <algorithm>

namespace rehearse {
namespace {

void count_end(RequestCounts& counts, Status status) {
  switch (status) {
    case Status::ok:
      ++counts.ok;
      break;
    case Status::failed:
      ++counts.failed;
      break;
    case Status::refused:
      ++counts.refused;
      break;
    case Status::aborted:
      ++counts.aborted;
      break;
    case Status::unreachable:
    case Status::lost:
      ++counts.unreachable;
      break;
    case Status::timed_out:
      ++counts.timed_out;
      break;
    case Status::cancelled:
      ++counts.cancelled;
      break;
  }
}

/// Refusals, aborts and lost work have no response time at an endpoint.
bool was_answered(Status status) {
  return status == Status::ok || status == Status::failed;
}

void add(ServiceOutcome& sum, const ServiceOutcome& part) {
  sum.busy_millis += part.busy_millis;
  sum.capacity_millis += part.capacity_millis;
  sum.waiting += part.waiting;
  sum.in_system += part.in_system;
  sum.instance_time += part.instance_time;
  sum.longest_queue = std::max(sum.longest_queue, part.longest_queue);
  sum.most_in_system = std::max(sum.most_in_system, part.most_in_system);
  sum.calls += part.calls;
  sum.attempts += part.attempts;
}

float ratio(Integral part, Integral whole) {
  return whole == 0 ? 0.0F
                    : static_cast<float>(static_cast<double>(part) / static_cast<double>(whole));
}

template <class WindowCell>
WindowSample sampled(WindowCell& cell) {
  WindowSample sample{cell.arrived, cell.finished, cell.errors, {}, {}};
  sample.p50 = cell.latencies.quantile(0.5).value_or(Duration());
  sample.p99 = cell.latencies.quantile(0.99).value_or(Duration());
  cell.clear();
  return sample;
}

/// Resizes and empties, keeping the memory of the cells.
template <class Cell>
void renew(std::vector<Cell>& cells, std::size_t size) {
  cells.resize(size);
  for (Cell& cell : cells) cell.clear();
}

}  // namespace

void Recorder::Cell::clear() {
  counts = {};
  latencies.clear();
}

void Recorder::WorkloadCell::clear() {
  counts = {};
  latencies.clear();
  times_to_failure.clear();
}

void Recorder::WindowCell::clear() {
  arrived = finished = errors = 0;
  latencies.clear();
}

void Recorder::start(const System::Plan& plan) {
  const OutcomeLayout& layout = plan.layout;
  const std::size_t elementary = plan.boundaries.size() - 1;
  plan_ = &plan;
  interval_ = none;
  columns_ = layout.endpoints.size();
  renew(endpoint_cells_, elementary * columns_);
  renew(workload_cells_, elementary * layout.workloads.size());
  renew(endpoint_windows_, columns_);
  renew(workload_windows_, layout.workloads.size());
  service_cells_.assign(elementary * layout.services.size(), {});
  service_sums_.assign(layout.services.size(), {});
  endpoint_totals_.assign(columns_, {});
  workload_totals_.assign(layout.workloads.size(), {});
  service_totals_.assign(layout.services.size(), {});
  endpoint_series_.clear();
  workload_series_.clear();
  service_series_.clear();
  watched_.resize(plan.watches.size());
  watches_of_column_.assign(columns_, {});
  watches_of_workload_.assign(layout.workloads.size(), {});
  for (Index watch = 0; watch < plan.watches.size(); ++watch) {
    watched_[watch].clear();
    if (plan.watches[watch].condition.metric != Metric::latency) continue;
    const MetricScope& scope = plan.watches[watch].scope;
    for (const Index column : scope.endpoint_columns) watches_of_column_[column].push_back(watch);
    for (const Index workload : scope.workloads) watches_of_workload_[workload].push_back(watch);
  }
}

void Recorder::attempt_ended(Index column, std::uint32_t interval, Status status,
                             Duration latency) {
  if (interval != none) {
    Cell& cell = endpoint_cell(interval, column);
    count_end(cell.counts, status);
    if (status == Status::ok) cell.latencies.add(latency);
  }
  if (status == Status::cancelled) return;
  WindowCell& window = endpoint_windows_[column];
  Counters& totals = endpoint_totals_[column];
  const bool error = status != Status::ok;
  ++window.finished;
  ++totals.finished;
  window.errors += error;
  totals.errors += error;
  if (!was_answered(status)) return;
  window.latencies.add(latency);
  for (const Index watch : watches_of_column_[column]) watched_[watch].add(latency);
}

void Recorder::request_ended(Index workload, std::uint32_t interval, Status status,
                             Duration latency) {
  if (interval != none) {
    WorkloadCell& cell = workload_cell(interval, workload);
    count_end(cell.counts, status);
    (status == Status::ok ? cell.latencies : cell.times_to_failure).add(latency);
  }
  WindowCell& window = workload_windows_[workload];
  Counters& totals = workload_totals_[workload];
  const bool error = status != Status::ok;
  ++window.finished;
  ++totals.finished;
  window.errors += error;
  totals.errors += error;
  window.latencies.add(latency);
  for (const Index watch : watches_of_workload_[workload]) watched_[watch].add(latency);
}

void Recorder::collect(Index service, Instance& instance) {
  const ServiceOutcome part{.busy_millis = instance.busy_millis,
                            .capacity_millis = instance.capacity_millis,
                            .waiting = instance.waiting_time,
                            .in_system = instance.in_system_time,
                            .instance_time = instance.up_time,
                            .longest_queue = instance.longest_queue,
                            .most_in_system = instance.most_in_system};
  add(service_sums_[service].interval, part);
  add(service_sums_[service].window, part);
  instance.busy_millis = instance.capacity_millis = 0;
  instance.waiting_time = instance.in_system_time = instance.up_time = 0;
  instance.longest_queue = instance.waiting;
  instance.most_in_system = instance.in_system;
}

void Recorder::close_interval(std::uint32_t interval) {
  const std::size_t services = service_sums_.size();
  for (Index service = 0; service < services; ++service) {
    ServiceSums& sums = service_sums_[service];
    const Counters grown = service_totals_[service] - sums.at_boundary;
    sums.interval.calls = grown.calls;
    sums.interval.attempts = grown.attempts;
    if (interval != none) add(service_cells_[interval * services + service], sums.interval);
    sums.interval = {};
    sums.at_boundary = service_totals_[service];
  }
}

void Recorder::close_window() {
  for (WindowCell& cell : endpoint_windows_) endpoint_series_.push_back(sampled(cell));
  for (WindowCell& cell : workload_windows_) workload_series_.push_back(sampled(cell));
  for (ServiceSums& sums : service_sums_) {
    service_series_.push_back({ratio(sums.window.busy_millis, sums.window.capacity_millis),
                               ratio(sums.window.waiting, sums.window.instance_time),
                               ratio(sums.window.in_system, sums.window.instance_time)});
    sums.window = {};
  }
}

void Recorder::drop_windows() {
  endpoint_series_.clear();
  workload_series_.clear();
  service_series_.clear();
}

LatencyHistogram Recorder::take_watched_latencies(Index watch) {
  LatencyHistogram taken = watched_[watch].histogram();
  watched_[watch].clear();
  return taken;
}

void Recorder::write(Outcome& outcome) const {
  const std::size_t workloads = workload_windows_.size();
  const std::size_t services = service_sums_.size();
  const auto add_cell = [](auto& sum, const auto& cell) {
    sum.counts += cell.counts;
    sum.latency.merge(cell.latencies.histogram());
  };
  for (const std::vector<Index>& covered : plan_->elementary_of_interval) {
    IntervalOutcome& interval = outcome.intervals.emplace_back();
    interval.endpoints.resize(columns_);
    interval.workloads.resize(workloads);
    interval.services.resize(services);
    for (const Index e : covered) {
      for (std::size_t i = 0; i < columns_; ++i) {
        add_cell(interval.endpoints[i], endpoint_cells_[e * columns_ + i]);
      }
      for (std::size_t i = 0; i < workloads; ++i) {
        const WorkloadCell& cell = workload_cells_[e * workloads + i];
        add_cell(interval.workloads[i], cell);
        interval.workloads[i].time_to_failure.merge(cell.times_to_failure.histogram());
      }
      for (std::size_t i = 0; i < services; ++i) {
        add(interval.services[i], service_cells_[e * services + i]);
      }
    }
    const auto settle = [](RequestCounts& counts) {
      counts.unfinished = counts.arrived - counts.answered();
    };
    for (EndpointOutcome& endpoint : interval.endpoints) settle(endpoint.counts);
    for (WorkloadOutcome& workload : interval.workloads) settle(workload.counts);
  }
  outcome.endpoint_windows = endpoint_series_;
  outcome.workload_windows = workload_series_;
  outcome.service_windows = service_series_;
}

}  // namespace rehearse
