#include "models/run/recorder.hpp"

#include "sim/expects.hpp"

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
  unfinished = 0;
}

void Recorder::Station::clear() {
  fresh.clear();
  totals = {};
  watched = false;
  window.clear();
  watches.clear();
  thresholds.clear();
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

void Recorder::restart(const Plan& plan) {
  expects(plan.boundaries.size() >= 2, "a run has an interval to record");
  const std::size_t elementary = plan.boundaries.size() - 1;
  const std::size_t columns = plan.layout.endpoints.size();
  const std::size_t workloads = plan.layout.workloads.size();
  service_totals_.assign(plan.layout.services.size(), {});
  renew(endpoint_cells_, elementary * columns);
  renew(workload_cells_, elementary * workloads);
  renew(endpoints_, columns);
  renew(workloads_, workloads);
  renew(watched_, plan.watches.size());
  watched_splits_.clear();
  thresholds_ = plan.thresholds.size();
  splits_.clear();
  interval_ = none;
  const auto add = [this](const MetricScope& scope, std::vector<Index> Station::*list, Index what) {
    for (const Index column : scope.endpoint_columns) {
      (endpoints_[column].*list).push_back(what);
      endpoints_[column].watched = true;
    }
    for (const WorkloadId workload : scope.workloads) {
      (workloads_[workload].*list).push_back(what);
      workloads_[workload].watched = true;
    }
  };
  for (Index watch = 0; watch < plan.watches.size(); ++watch) {
    const WatchPlan& said = plan.watches[watch];
    watched_splits_.push_back({.limit = latency_limit(said.condition)});
    if (said.condition.metric == Metric::latency) add(said.scope, &Station::watches, watch);
  }
  for (Index threshold = 0; threshold < plan.thresholds.size(); ++threshold) {
    add(plan.thresholds[threshold].scope, &Station::thresholds, threshold);
  }
  for (std::size_t interval = 0; interval < elementary; ++interval) {
    for (const ThresholdPlan& threshold : plan.thresholds) {
      splits_.push_back({.limit = threshold.limit});
    }
  }
}

void Recorder::watch(const Station& station, Duration latency, std::uint32_t bin) {
  for (const Index index : station.watches) {
    watched_[index].add(latency, bin);
    watched_splits_[index].add(latency, bin);
  }
}

void Recorder::compare(const Station& station, std::uint32_t interval, Duration latency,
                       std::uint32_t bin) {
  if (interval == none) return;
  for (const Index index : station.thresholds) {
    splits_[interval * thresholds_ + index].add(latency, bin);
  }
}

void Recorder::attempt_unfinished(Index column, std::uint32_t interval) {
  expects(column < endpoints_.size(), "what is unfinished was counted in a column");
  if (Cell* const cell = endpoint_cell_of(interval, column)) ++cell->unfinished;
}

void Recorder::request_unfinished(WorkloadId workload, std::uint32_t interval) {
  expects(workload < workloads_.size(), "an unfinished request is one of a workload");
  if (Cell* const cell = workload_cell_of(interval, workload)) ++cell->unfinished;
}

void Recorder::settle(std::uint32_t interval) {
  expects(
      interval == none || (interval + std::size_t{1}) * endpoints_.size() <= endpoint_cells_.size(),
      "what arrives from now on has a cell to be counted in");
  expects(interval_ == none || interval >= interval_, "intervals do not come again");
  for (Index i = 0; i < endpoints_.size(); ++i) {
    endpoints_[i].settle(endpoint_cell_of(interval_, i));
  }
  for (WorkloadId i(0); i < workloads_.size(); ++i) {
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

void Recorder::request_failed(WorkloadId workload, std::uint32_t interval, Status status,
                              Duration latency) {
  expects(status != Status::ok, "a request that failed was not answered well");
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  if (Cell* const cell = workload_cell_of(interval, workload)) {
    ++cell->by_status[static_cast<std::size_t>(status)];
    cell->times_to_failure.add(latency, bin);
  }
  Station& station = workloads_[workload];
  ++station.totals.finished;
  ++station.totals.errors;
  watch(station, latency, bin);
}

void Recorder::attempt_failed(Index column, std::uint32_t interval, Status status,
                              Duration latency) {
  expects(status != Status::ok, "an attempt that failed was not answered well");
  if (Cell* const cell = endpoint_cell_of(interval, column)) {
    ++cell->by_status[static_cast<std::size_t>(status)];
  }
  if (status == Status::cancelled) return;
  ++endpoints_[column].totals.finished;
  ++endpoints_[column].totals.errors;
  // Refusals, aborts and lost work have no response time at an endpoint.
  if (status != Status::failed) return;
  watch(endpoints_[column], latency, LatencyBins::bin_of(latency));
}

}  // namespace rehearse
