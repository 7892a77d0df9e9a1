#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/checks/call_graph.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// Workloads whose requests are counted together: all of them, where how they stand to one another
/// is known; else each is on its own.
struct RequestGroup {
  std::string workload;  // empty: all of them
  std::optional<double> per_second;
};

/// All calls of a workload or a service to a service.
struct ServiceEdge {
  bool from_workload = false;
  std::size_t from = 0;  // into `workloads` or `services`
  std::size_t to = 0;    // into `services`
  bool awaited = false;  // by some call, or by the users
  bool spawned = false;
  std::vector<double> calls;  // [group]: a request of the group; of a workload: of its own
};

/// Services and workloads, with the calls between them added up: as planned, without retries and
/// failures. Edges that are neither awaited nor spawned are taken after failures only.
struct ServiceGraph {
  std::vector<RequestGroup> groups;
  std::vector<std::string> workloads;
  std::vector<std::string> services;
  std::vector<ServiceEdge> edges;  // workloads first, then by caller and callee
};

/// Where workloads stand apart, only the first sixteen of them are groups. Expects a model without
/// mistakes.
ServiceGraph service_graph_of(const ModelSpec& model, const CallGraph& graph);

/// Along this edge, where the rate of arrivals is known.
std::optional<double> calls_per_second(const ServiceGraph& graph, const ModelSpec& model,
                                       const ServiceEdge& edge);

}  // namespace rehearse
