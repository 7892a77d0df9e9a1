#include "models/recorder.hpp"

namespace rehearse {
namespace {

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

void Recorder::Station::clear() {
  totals = {};
  window.clear();
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
  latencies_are_watched_ = false;
  for (Index watch = 0; watch < plan.watches.size(); ++watch) {
    if (plan.watches[watch].condition.metric != Metric::latency) continue;
    latencies_are_watched_ = true;
    const MetricScope& scope = plan.watches[watch].scope;
    for (const Index column : scope.endpoint_columns) watches_of_column_[column].push_back(watch);
    for (const Index workload : scope.workloads) watches_of_workload_[workload].push_back(watch);
  }
}

void Recorder::attempt_failed(Index column, std::uint32_t interval, Status status,
                              Duration latency) {
  if (interval != none) {
    ++endpoint_cell_of(interval, column).by_status[static_cast<std::size_t>(status)];
  }
  if (status == Status::cancelled) return;
  ++endpoints_[column].totals.finished;
  ++endpoints_[column].totals.errors;
  // Refusals, aborts and lost work have no response time at an endpoint.
  if (status == Status::failed) endpoint_answered(column, latency, LatencyBins::bin_of(latency));
}

}  // namespace rehearse
