#include "models/footprint.hpp"

#include "models/plan/plan.hpp"
#include "models/run/hosts.hpp"
#include "models/run/recorder.hpp"
#include "models/system.hpp"

namespace rehearse {
namespace {

constexpr double bytes_of_counts =
    usual_powers_of_two * (1 << LatencyBins::bits) * sizeof(std::uint64_t);
constexpr double bytes_of_histogram = usual_bins * sizeof(LatencyHistogram::Bin);

double times(std::size_t count, double bytes) {
  return static_cast<double>(count) * bytes;
}

/// What the callers at one end of an edge know of the instances at the other end. Vectors that grow
/// have up to twice the room that they need.
double bytes_of_edge(const EdgePlan& edge, std::size_t callers) {
  const bool counts = edge.policies.balancer().counts_outstanding();
  const double known = counts ? times(edge.instances, sizeof(std::uint32_t)) : 0;
  const auto kept = static_cast<double>(edge.policies.bytes_of_kept_memory());
  return 2 * times(callers, sizeof(Client) + known + kept);
}

double bytes_of_clients(const Plan& plan) {
  double bytes = 0;
  const auto add = [&](EdgeId first_edge, Index edges, std::size_t callers) {
    for (EdgeId e = first_edge; e < first_edge + edges; ++e) {
      bytes += bytes_of_edge(plan.edges[e], callers);
    }
  };
  std::vector<std::size_t> instances(plan.services.size());
  for (const InstancePlan& instance : plan.instances) ++instances[instance.service];
  for (std::size_t s = 0; s < plan.services.size(); ++s) {
    add(plan.services[s].first_edge, plan.services[s].edges, instances[s]);
  }
  for (const WorkloadPlan& workload : plan.workloads) add(workload.first_edge, workload.edges, 1);
  return bytes;
}

double bytes_of_windows(const OutcomeLayout& layout) {
  return times(layout.windows,
               times(layout.endpoints.size() + layout.workloads.size(), sizeof(WindowSample)) +
                   times(layout.services.size(), sizeof(ServiceWindowSample))) +
         times(layout.load_windows,
               times(layout.services.size() * load_groups, sizeof(LoadSample)));
}

}  // namespace

Footprint footprint_of(const System& system) {
  const Plan& plan = system.plan();
  const OutcomeLayout& layout = plan.layout;
  const std::size_t hosts = plan.instances.size() + plan.workloads.size();
  const std::size_t counted = layout.endpoints.size() + layout.workloads.size();
  const double windows = bytes_of_windows(layout);

  Footprint footprint;
  footprint.system = times(plan.instances.size(), sizeof(InstancePlan));
  for (const FaultPlan& fault : plan.faults) {
    footprint.system += times(fault.candidates.size(), sizeof(InstanceId));
    footprint.system += static_cast<double>(fault.disturbs.size());
    if (fault.door || fault.link) footprint.run += static_cast<double>(plan.instances.size());
  }
  footprint.run +=
      times(hosts, sizeof(HostState) + sizeof(Instance)) +
      times(Hosts::queues_kept(plan), sizeof(Queue::State)) +
      times(Hosts::cores_kept(plan), sizeof(SharedCores)) + bytes_of_clients(plan) +
      times(counted, 2 * bytes_of_counts) +
      times((plan.boundaries.size() - 1) * counted, sizeof(Recorder::Cell) + bytes_of_counts) +
      windows;
  footprint.outcome = windows + times(layout.intervals.size(),
                                      times(counted, sizeof(WorkloadOutcome) + bytes_of_histogram) +
                                          times(layout.services.size(), sizeof(ServiceOutcome)));
  return footprint;
}

}  // namespace rehearse
