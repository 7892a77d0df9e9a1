#include "models/recorder.hpp"

namespace rehearse {
namespace {

/// Refusals, aborts and lost work have no response time at an endpoint.
bool was_answered(Status status) {
  return status == Status::ok || status == Status::failed;
}

/// Resizes and empties, keeping the memory of what is there.
template <class Element>
void renew(std::vector<Element>& elements, std::size_t size) {
  elements.resize(size);
  for (Element& element : elements) element.clear();
}

}  // namespace

void Recorder::Cell::clear() {
  by_status = {};
  latencies.clear();
  times_to_failure.clear();
}

void Recorder::start(const System::Plan& plan) {
  const std::size_t elementary = plan.boundaries.size() - 1;
  const std::size_t columns = plan.layout.endpoints.size();
  const std::size_t workloads = plan.layout.workloads.size();
  endpoint_totals_.assign(columns, {});
  workload_totals_.assign(workloads, {});
  service_totals_.assign(plan.layout.services.size(), {});
  renew(endpoint_cells_, elementary * columns);
  renew(workload_cells_, elementary * workloads);
  renew(endpoint_windows_, columns);
  renew(workload_windows_, workloads);
  renew(watched_, plan.watches.size());
  watches_of_column_.assign(columns, {});
  watches_of_workload_.assign(workloads, {});
  latencies_are_watched_ = false;
  for (Index watch = 0; watch < plan.watches.size(); ++watch) {
    if (plan.watches[watch].condition.metric != Metric::latency) continue;
    latencies_are_watched_ = true;
    const MetricScope& scope = plan.watches[watch].scope;
    for (const Index column : scope.endpoint_columns) watches_of_column_[column].push_back(watch);
    for (const Index workload : scope.workloads) watches_of_workload_[workload].push_back(watch);
  }
}

void Recorder::attempt_ended(Index column, std::uint32_t interval, Status status,
                             Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  if (interval != none) {
    Cell& cell = endpoint_cells_[interval * endpoint_totals_.size() + column];
    ++cell.by_status[static_cast<std::size_t>(status)];
    if (status == Status::ok) cell.latencies.add(latency, bin);
  }
  if (status == Status::cancelled) return;
  Counters& totals = endpoint_totals_[column];
  ++totals.finished;
  totals.errors += status != Status::ok;
  if (!was_answered(status)) return;
  endpoint_windows_[column].add(bin);
  if (latencies_are_watched_) watch(watches_of_column_[column], latency);
}

void Recorder::request_ended(Index workload, std::uint32_t interval, Status status,
                             Duration latency) {
  const std::uint32_t bin = LatencyBins::bin_of(latency);
  if (interval != none) {
    Cell& cell = workload_cells_[interval * workload_totals_.size() + workload];
    ++cell.by_status[static_cast<std::size_t>(status)];
    (status == Status::ok ? cell.latencies : cell.times_to_failure).add(latency, bin);
  }
  Counters& totals = workload_totals_[workload];
  ++totals.finished;
  totals.errors += status != Status::ok;
  workload_windows_[workload].add(bin);
  if (latencies_are_watched_) watch(watches_of_workload_[workload], latency);
}

}  // namespace rehearse
