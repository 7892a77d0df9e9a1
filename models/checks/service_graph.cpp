#include "models/checks/service_graph.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_groups = 16;

using Places = std::map<std::string, std::size_t>;

Places places_of(const std::vector<std::string>& names) {
  Places places;
  for (std::size_t i = 0; i < names.size(); ++i) places.emplace(names[i], i);
  return places;
}

std::vector<RequestGroup> groups_of(const ModelSpec& model) {
  std::vector<RequestGroup> groups;
  double total = 0;
  bool known = true;
  for (const auto& [name, workload] : model.workloads) {
    const std::optional<double> rate = arrival_rate(workload.arrivals);
    if (groups.size() < most_groups) groups.push_back(RequestGroup{name, rate});
    known = known && rate.has_value();
    total += rate.value_or(0);
  }
  if (groups.empty()) return groups;
  if (known && total > 0) return {RequestGroup{"", total}};
  if (model.workloads.size() == 1) groups.front().workload.clear();
  return groups;
}

/// The visits from outside that a request of the group is, on average.
std::vector<double> fresh_of(const RequestGroup& group, const ModelSpec& model,
                             const CallGraph& graph) {
  std::vector<double> fresh(graph.endpoints.size(), 0);
  for (const auto& [name, workload] : model.workloads) {
    if (!group.workload.empty() && group.workload != name) continue;
    const double rate = arrival_rate(workload.arrivals).value_or(0);
    const bool weighed = group.workload.empty() && group.per_second.value_or(0) > 0;
    const double share = weighed ? rate / *group.per_second : 1;
    for (const auto& [endpoint, asked] : shares_asked(workload)) {
      if (const auto place = graph.find(endpoint)) fresh[*place] += share * asked;
    }
  }
  return fresh;
}

/// The edges of services, and for each call of the graph which of them it belongs to.
struct Collected {
  std::vector<ServiceEdge> edges;
  std::vector<std::vector<std::size_t>> edge_of;  // [endpoint][call]
};

Collected collect_edges(const CallGraph& graph, const Places& services) {
  std::map<std::pair<std::size_t, std::size_t>, ServiceEdge> found;
  for (std::size_t from = 0; from < graph.calls.size(); ++from) {
    const std::size_t caller = services.at(graph.endpoints[from].service);
    for (const MeanCall& call : graph.calls[from]) {
      const std::size_t callee = services.at(graph.endpoints[call.to].service);
      ServiceEdge& edge = found[{caller, callee}];
      edge.from = caller;
      edge.to = callee;
      edge.spawned = edge.spawned || call.manner == Manner::spawned;
      edge.awaited =
          edge.awaited || call.manner == Manner::awaited || call.manner == Manner::parallel;
    }
  }
  Collected collected;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> index;
  for (auto& [ends, edge] : found) {
    index.emplace(ends, collected.edges.size());
    collected.edges.push_back(std::move(edge));
  }
  for (std::size_t from = 0; from < graph.calls.size(); ++from) {
    const std::size_t caller = services.at(graph.endpoints[from].service);
    std::vector<std::size_t>& places = collected.edge_of.emplace_back();
    for (const MeanCall& call : graph.calls[from]) {
      places.push_back(index.at({caller, services.at(graph.endpoints[call.to].service)}));
    }
  }
  return collected;
}

CausedByVisit counted_by_edge(const CallGraph& graph, const Collected& collected) {
  CausedByVisit caused(graph.calls.size());
  for (std::size_t from = 0; from < graph.calls.size(); ++from) {
    for (std::size_t i = 0; i < graph.calls[from].size(); ++i) {
      const MeanCall& call = graph.calls[from][i];
      if (call.manner == Manner::fallback || call.times <= 0) continue;
      caused[from].push_back(CausedVisits{call.to, call.times, collected.edge_of[from][i]});
    }
  }
  return caused;
}

/// Each workload's own requests, by the services they ask.
std::vector<ServiceEdge> edges_of_workloads(const ModelSpec& model, const CallGraph& graph,
                                            const Places& services) {
  std::vector<ServiceEdge> edges;
  std::size_t from = 0;
  for (const auto& [name, workload] : model.workloads) {
    std::map<std::size_t, double> asked;
    for (const auto& [endpoint, share] : shares_asked(workload)) {
      if (graph.find(endpoint)) asked[services.at(endpoint.service)] += share;
    }
    for (const auto& [to, share] : asked) {
      edges.push_back(ServiceEdge{true, from, to, true, false, {share}});
    }
    ++from;
  }
  return edges;
}

}  // namespace

ServiceGraph service_graph_of(const ModelSpec& model, const CallGraph& graph) {
  ServiceGraph result;
  result.groups = groups_of(model);
  for (const auto& [name, workload] : model.workloads) result.workloads.push_back(name);
  for (const auto& [name, service] : model.services) result.services.push_back(name);
  const Places services = places_of(result.services);
  result.edges = edges_of_workloads(model, graph, services);
  Collected collected = collect_edges(graph, services);
  const CausedByVisit caused = counted_by_edge(graph, collected);
  for (const RequestGroup& group : result.groups) {
    const CallFlow flow =
        follow_calls(caused, fresh_of(group, model, graph), collected.edges.size());
    for (std::size_t i = 0; i < collected.edges.size(); ++i) {
      collected.edges[i].calls.push_back(flow.calls[i]);
    }
  }
  for (ServiceEdge& edge : collected.edges) result.edges.push_back(std::move(edge));
  return result;
}

std::optional<double> calls_per_second(const ServiceGraph& graph, const ModelSpec& model,
                                       const ServiceEdge& edge) {
  if (edge.from_workload) {
    const auto workload = model.workloads.find(graph.workloads.at(edge.from));
    expects(workload != model.workloads.end(), "the graph is one of this model");
    const std::optional<double> rate = arrival_rate(workload->second.arrivals);
    return rate ? std::optional(*rate * edge.calls.at(0)) : std::nullopt;
  }
  expects(edge.calls.size() == graph.groups.size(), "an edge has its calls in each group");
  double sum = 0;
  for (std::size_t i = 0; i < edge.calls.size(); ++i) {
    if (edge.calls[i] <= 0) continue;
    if (!graph.groups[i].per_second) return std::nullopt;
    sum += edge.calls[i] * *graph.groups[i].per_second;
  }
  // What those beyond the last group send is not known.
  const bool all = graph.groups.size() == 1 || graph.groups.size() == graph.workloads.size();
  return all && !graph.groups.empty() ? std::optional(sum) : std::nullopt;
}

}  // namespace rehearse
