#include "models/recorder.hpp"

namespace rehearse {
namespace {

/// Resizes and empties, keeping the memory of what is there.
template <class Vector>
void renew(Vector& elements, std::size_t size) {
  elements.resize(size);
  for (auto& element : elements) element.clear();
}

}  // namespace

void Recorder::Cell::clear() {
  by_status = {};
  latencies.clear();
  times_to_failure.clear();
}

void Recorder::Station::clear() {
  fresh.clear();
  totals = {};
  window.clear();
}

void Recorder::Station::settle(Cell* cell) {
  if (fresh.empty()) return;
  if (cell != nullptr) {
    cell->by_status[static_cast<std::size_t>(Status::ok)] += fresh.count();
    cell->latencies.merge(fresh);
  }
  window.merge(fresh.counts());
  fresh.clear();
}

void Recorder::start(const System::Plan& plan) {
  const std::size_t elementary = plan.boundaries.size() - 1;
  const std::size_t columns = plan.layout.endpoints.size();
  const std::size_t workloads = plan.layout.workloads.size();
  service_totals_.assign(plan.layout.services.size(), {});
  renew(endpoint_cells_, elementary * columns);
  renew(workload_cells_, elementary * workloads);
  renew(endpoints_, columns);
  renew(workloads_, workloads);
  renew(watched_, plan.watches.size());
  watches_of_column_.assign(columns, {});
  watches_of_workload_.assign(workloads, {});
  interval_ = none;
  latencies_are_watched_ = false;
  for (Index watch = 0; watch < plan.watches.size(); ++watch) {
    if (plan.watches[watch].condition.metric != Metric::latency) continue;
    latencies_are_watched_ = true;
    const MetricScope& scope = plan.watches[watch].scope;
    for (const Index column : scope.endpoint_columns) watches_of_column_[column].push_back(watch);
    for (const Index workload : scope.workloads) watches_of_workload_[workload].push_back(watch);
  }
}

void Recorder::settle(std::uint32_t interval) {
  for (Index i = 0; i < endpoints_.size(); ++i) {
    endpoints_[i].settle(endpoint_cell_of(interval_, i));
  }
  for (Index i = 0; i < workloads_.size(); ++i) {
    workloads_[i].settle(workload_cell_of(interval_, i));
  }
  interval_ = interval;
}

void Recorder::add_old(Cell* cell, Station& station, Duration latency, std::uint32_t bin) {
  if (cell != nullptr) {
    ++cell->by_status[static_cast<std::size_t>(Status::ok)];
    cell->latencies.add(latency, bin);
  }
  station.window.add(bin);
}

void Recorder::request_failed(Index workload, std::uint32_t interval, Status status,
                              Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  if (Cell* const cell = workload_cell_of(interval, workload)) {
    ++cell->by_status[static_cast<std::size_t>(status)];
    cell->times_to_failure.add(latency, bin);
  }
  Station& station = workloads_[workload];
  ++station.totals.finished;
  ++station.totals.errors;
  station.window.add(bin);
  watch(watches_of_workload_[workload], latency);
}

void Recorder::attempt_failed(Index column, std::uint32_t interval, Status status,
                              Duration latency) {
  if (Cell* const cell = endpoint_cell_of(interval, column)) {
    ++cell->by_status[static_cast<std::size_t>(status)];
  }
  if (status == Status::cancelled) return;
  ++endpoints_[column].totals.finished;
  ++endpoints_[column].totals.errors;
  // Refusals, aborts and lost work have no response time at an endpoint.
  if (status != Status::failed) return;
  endpoints_[column].window.add(LatencyBins::bin_of(latency));
  watch(watches_of_column_[column], latency);
}

}  // namespace rehearse
