#include "tests/benchmarks/generated_model.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "sim/expects.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse::bench {
namespace {

constexpr double spans_per_request = 20;
constexpr double utilisation = 0.45;
constexpr double longest_work = 6e-3;  // seconds, mean
constexpr double sigma = 0.5;
// exp(sigma * sigma / 2), written out: the C library's last bits depend on the machine.
constexpr double mean_over_median = 1.1331484530668263;
constexpr int deepest_caller = 7;
constexpr std::size_t entry_endpoints = 3;
constexpr std::array<const char*, entry_endpoints> operations = {"browse", "search", "buy"};

struct Edge {
  std::size_t callee = 0;
  double likelihood = 1;  // below one: optional, and the less likely the lower
  std::size_t endpoint = 0;
};

struct Node {
  int depth = 1;
  std::vector<Edge> edges;
  std::array<double, entry_endpoints> visits{};  // per user's request
  double mean_work = 0;                          // seconds
};

/// Who calls whom: entries first, stores last, and each service only higher numbers.
class Graph {
 public:
  Graph(int services, std::uint64_t seed)
      : luck_(seed, 0x67726170685f3031ULL, 0),
        nodes_(static_cast<std::size_t>(services)),
        entries_(std::max<std::size_t>(1, nodes_.size() / 20)),
        first_store_(nodes_.size() - std::max<std::size_t>(2, nodes_.size() / 20)) {
    grow_trees();
    add_stores();
    weigh_entries();
    limit_spans();
    choose_work();
  }

  const std::vector<Node>& nodes() const { return nodes_; }
  std::size_t entries() const { return entries_; }
  bool is_store(std::size_t node) const { return node >= first_store_; }
  std::size_t endpoints_of(std::size_t node) const { return node < entries_ ? entry_endpoints : 1; }
  double weight(std::size_t entry, std::size_t endpoint) const {
    return weights_[entry * entry_endpoints + endpoint];
  }
  double probability(const Edge& edge) const {
    return std::max(0.02, 1 - strictness_ * (1 - edge.likelihood));
  }
  bool coin(double probability) { return luck_.chance(probability); }

 private:
  /// A new service is called by an older one, likelier by one that calls many already: this gives
  /// fan-outs a heavy tail and leaves two of three services without callees.
  void grow_trees() {
    std::vector<std::size_t> tickets(entries_);
    std::iota(tickets.begin(), tickets.end(), std::size_t{0});
    for (std::size_t node = entries_; node < first_store_; ++node) {
      const std::size_t caller = tickets[luck_.below(tickets.size())];
      connect(caller, node);
      tickets.push_back(caller);
      if (luck_.chance(0.1)) {
        const std::size_t another = tickets[luck_.below(tickets.size())];
        if (another != caller) connect(another, node);
      }
      if (nodes_[node].depth < deepest_caller) tickets.push_back(node);
    }
  }

  void connect(std::size_t caller, std::size_t callee) {
    const double likelihood = luck_.chance(0.4) ? 1 : 0.9 * luck_.uniform();
    const std::size_t endpoints = endpoints_of(caller);
    const std::size_t home = luck_.below(endpoints);
    for (std::size_t endpoint = 0; endpoint < endpoints; ++endpoint) {
      if (endpoint != home && !luck_.chance(0.5)) continue;
      nodes_[caller].edges.push_back({callee, likelihood, endpoint});
    }
    nodes_[callee].depth = std::max(nodes_[callee].depth, nodes_[caller].depth + 1);
  }

  /// Whoever calls others, and a third of the rest, keeps its data in one to three stores. Their
  /// places are cubes of uniform numbers, so that few stores take much of all.
  void add_stores() {
    const auto stores = static_cast<double>(nodes_.size() - first_store_);
    for (std::size_t node = 0; node < first_store_; ++node) {
      if (nodes_[node].edges.empty() && !luck_.chance(1.0 / 3)) continue;
      for (std::size_t left = 1 + luck_.below(3); left > 0; --left) {
        const double place = luck_.uniform();
        connect(node, first_store_ + static_cast<std::size_t>(stores * place * place * place));
      }
    }
  }

  /// The busiest entry gets many times what a usual one gets.
  void weigh_entries() {
    weights_.resize(entries_ * entry_endpoints);
    for (double& weight : weights_) weight = 1 / std::sqrt(luck_.uniform());
    const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
    for (double& weight : weights_) weight /= sum;
  }

  /// Makes optional calls as rare as brings the mean number of spans down to what is wanted.
  void limit_spans() {
    double low = 0;
    double high = 20;
    for (int i = 0; i < 60; ++i) {
      strictness_ = (low + high) / 2;
      (count_visits() > spans_per_request ? low : high) = strictness_;
    }
    count_visits();
  }

  /// The mean number of spans of a request, summed in the order of calls.
  double count_visits() {
    for (Node& node : nodes_) node.visits = {};
    double sum = 0;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      for (std::size_t e = 0; i < entries_ && e < entry_endpoints; ++e) {
        node.visits[e] += weight(i, e);
      }
      for (const Edge& edge : node.edges) {
        nodes_[edge.callee].visits[0] += node.visits[edge.endpoint] * probability(edge);
      }
      sum += std::accumulate(node.visits.begin(), node.visits.end(), 0.0);
    }
    return sum;
  }

  void choose_work() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const double place = luck_.uniform();
      nodes_[i].mean_work = is_store(i) ? 5e-4 + 5e-4 * place : 1e-3 + 5e-3 * place * place;
    }
  }

  RandomStream luck_;
  std::vector<Node> nodes_;
  std::size_t entries_;
  std::size_t first_store_;
  std::vector<double> weights_;  // [entry, endpoint]
  double strictness_ = 0;
};

std::string name_of(const Graph& graph, std::size_t node) {
  const char* const kind = node < graph.entries() ? "entry"
                           : graph.is_store(node) ? "store"
                                                  : "svc";
  return std::string(kind).append("-").append(std::to_string(node));
}

StepSpec call_to(Graph& graph, const Edge& edge) {
  CallSpec call;
  call.endpoint = {name_of(graph, edge.callee), "serve"};
  call.probability = graph.probability(edge);
  call.on_error = edge.likelihood < 1 ? OnError::ignore : OnError::fail;
  return {call};
}

/// Work, then groups of calls: one to five at once, or a single one.
StepSequence steps_of(Graph& graph, std::size_t node, std::size_t endpoint, double mean_work) {
  LognormalSpec law{Duration::rounded_seconds(mean_work / mean_over_median), sigma};
  StepSequence steps{{WorkSpec{{{}, law}}}};
  ParallelSpec group;
  const auto close = [&] {
    if (group.branches.size() == 1) {
      steps.push_back(group.branches.front().front());
    } else if (!group.branches.empty()) {
      steps.push_back({group});
    }
    group = {};
  };
  for (const Edge& edge : graph.nodes()[node].edges) {
    if (edge.endpoint != endpoint) continue;
    group.branches.push_back({call_to(graph, edge)});
    if (graph.coin(0.5) || group.branches.size() == 5) close();
  }
  close();
  return steps;
}

ClientSpec patient(Duration timeout) {
  ClientSpec client;
  client.timeout = timeout;
  client.load_balancer.policy = BalancingPolicy::least_request;
  return client;
}

ServiceSpec service_of(Graph& graph, std::size_t index, int instances, double rate) {
  const Node& node = graph.nodes()[index];
  const double visits = std::accumulate(node.visits.begin(), node.visits.end(), 0.0);
  const double calls = visits * rate / instances;  // per second and instance
  const double work = std::max(node.mean_work, std::min(utilisation / calls, longest_work));
  ServiceSpec service;
  service.instances = instances;
  service.workers = std::max(1, static_cast<int>(calls * work / utilisation + 0.5));
  service.worker_held_while_calling = false;
  for (std::size_t endpoint = 0; endpoint < graph.endpoints_of(index); ++endpoint) {
    const char* const operation = index < graph.entries() ? operations[endpoint] : "serve";
    service.endpoints[operation].behaviours = {{1.0, steps_of(graph, index, endpoint, work)}};
  }
  for (const Edge& edge : node.edges) {
    service.calls[name_of(graph, edge.callee)] = patient(Duration::seconds(1));
  }
  return service;
}

}  // namespace

ModelSpec generated_model(int services, int instances, std::uint64_t seed) {
  expects(services >= 10, "a generated model has ten services or more");
  Graph graph(services, seed);
  ModelSpec model;
  model.network.latency = {Duration::microseconds(250),
                           ExponentialSpec{Duration::microseconds(100)}};
  for (std::size_t i = 0; i < graph.nodes().size(); ++i) {
    model.services[name_of(graph, i)] = service_of(graph, i, instances, generated_rate(services));
  }
  WorkloadSpec& users = model.workloads["users"];
  users.arrivals = PoissonSpec{{generated_rate(services)}};
  for (std::size_t entry = 0; entry < graph.entries(); ++entry) {
    for (std::size_t endpoint = 0; endpoint < entry_endpoints; ++endpoint) {
      users.mix[{name_of(graph, entry), operations[endpoint]}] = graph.weight(entry, endpoint);
    }
    users.calls[name_of(graph, entry)] = patient(Duration::seconds(5));
  }
  return model;
}

double generated_rate(int services) {
  return 200.0 * services;
}

}  // namespace rehearse::bench
