#include "models/checks/feedback_mistakes.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>

#include "language/spec_path.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double most_calls_per_request = 1e6;
constexpr double most_steps_per_visit = 1e6;

struct Edge {
  std::size_t to = 0;
  double calls = 0;  // expected, per visit
};

/// Expected calls between endpoints.
struct CallGraph {
  std::vector<EndpointName> names;
  std::map<EndpointName, std::size_t> index;
  std::vector<std::vector<Edge>> edges;
  std::vector<double> steps;  // expected, per visit
};

double mean_of(const CountLawSpec& count) {
  if (count.kind != CountLawSpec::Kind::empirical) return count.mean;
  double sum = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < count.weights.size(); ++i) {
    sum += count.weights[i];
    weighted += count.weights[i] * static_cast<double>(i);
  }
  return sum > 0 ? weighted / sum : 0;
}

/// Adds up the calls and steps of one endpoint.
struct StepCounter {
  const CallGraph& graph;
  std::map<std::size_t, double> calls;
  double steps = 0;

  void add_call(const EndpointName& endpoint, double times) {
    const auto place = graph.index.find(endpoint);
    if (place != graph.index.end()) calls[place->second] += times;
  }
  void count(const StepSequence& sequence, double times) {
    for (const StepSpec& step : sequence) count(step, times);
  }
  void count(const StepSpec& step, double times) {
    steps += times;
    if (const auto* call = std::get_if<CallSpec>(&step.action)) {
      // The fallback is taken after failures only, and those are not expected.
      add_call(call->endpoint, times * call->probability);
    } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
      add_call(spawn->endpoint, times * spawn->probability);
    } else if (const auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      count(repeat->steps, times * mean_of(repeat->count));
    } else if (const auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      for (const StepSequence& branch : parallel->branches) count(branch, times);
    }
  }
};

CallGraph call_graph_of(const ModelSpec& model) {
  CallGraph graph;
  for (const auto& [name, service] : model.services) {
    for (const auto& [operation, endpoint] : service.endpoints) {
      graph.index.emplace(EndpointName{name, operation}, graph.names.size());
      graph.names.push_back(EndpointName{name, operation});
    }
  }
  for (const EndpointName& name : graph.names) {
    const EndpointSpec& endpoint = model.services.at(name.service).endpoints.at(name.operation);
    double weights = 0;
    for (const BehaviourSpec& behaviour : endpoint.behaviours) weights += behaviour.weight;
    StepCounter counter{graph, {}, 0};
    for (const BehaviourSpec& behaviour : endpoint.behaviours) {
      if (weights > 0) counter.count(behaviour.steps, behaviour.weight / weights);
    }
    std::vector<Edge> edges;
    for (const auto& [to, calls] : counter.calls) {
      if (calls > 0) edges.push_back(Edge{to, calls});
    }
    graph.edges.push_back(std::move(edges));
    graph.steps.push_back(counter.steps);
  }
  return graph;
}

/// Strongly connected parts, callees before callers: Tarjan's algorithm with a stack of its own,
/// since chains of a hundred thousand services exist.
class Parts {
 public:
  explicit Parts(const CallGraph& graph)
      : graph_(graph),
        order_(graph.names.size(), 0),
        lowest_(graph.names.size(), 0),
        on_stack_(graph.names.size(), false) {
    for (std::size_t start = 0; start < graph.names.size(); ++start) {
      if (order_[start] == 0) visit(start);
    }
    expects(stack_.empty(), "every endpoint has found its part");
  }

  std::vector<std::vector<std::size_t>> parts;

 private:
  struct Frame {
    std::size_t node;
    std::size_t next_edge;
  };

  void enter(std::size_t node) {
    order_[node] = lowest_[node] = ++counter_;
    stack_.push_back(node);
    on_stack_[node] = true;
    frames_.push_back(Frame{node, 0});
  }

  void visit(std::size_t start) {
    enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const std::size_t node = frame.node;
      if (frame.next_edge < graph_.edges[node].size()) {
        const std::size_t to = graph_.edges[node][frame.next_edge++].to;
        if (order_[to] == 0) {
          enter(to);
        } else if (on_stack_[to]) {
          lowest_[node] = std::min(lowest_[node], order_[to]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        const std::size_t parent = frames_.back().node;
        lowest_[parent] = std::min(lowest_[parent], lowest_[node]);
      }
      if (lowest_[node] == order_[node]) close(node);
    }
  }

  void close(std::size_t root) {
    std::vector<std::size_t> part;
    std::size_t node = 0;
    do {
      expects(!stack_.empty(), "a part ends with its root");
      node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      part.push_back(node);
    } while (node != root);
    std::sort(part.begin(), part.end());
    parts.push_back(std::move(part));
  }

  const CallGraph& graph_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> lowest_;
  std::vector<bool> on_stack_;
  std::vector<std::size_t> stack_;
  std::vector<Frame> frames_;
  std::size_t counter_ = 0;
};

/// The edges that stay inside of a part.
std::vector<std::vector<Edge>> inner_edges(const CallGraph& graph,
                                           const std::vector<std::size_t>& part) {
  std::vector<std::vector<Edge>> inner(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    for (const Edge& edge : graph.edges[part[i]]) {
      const auto place = std::lower_bound(part.begin(), part.end(), edge.to);
      if (place == part.end() || *place != edge.to) continue;
      inner[i].push_back(Edge{static_cast<std::size_t>(place - part.begin()), edge.calls});
    }
  }
  return inner;
}

/// The spectral radius, as far as it matters whether it is below one: power iteration on A + I,
/// which has no periods, between the bounds of Collatz and Wielandt.
double spectral_radius(const std::vector<std::vector<Edge>>& inner) {
  std::vector<double> x(inner.size(), 1);
  std::vector<double> y(inner.size());
  expects(!inner.empty(), "a part has an endpoint");
  double upper = 0;
  for (int round = 0; round < 20'000; ++round) {
    double lower = INFINITY;
    double largest = 0;
    upper = 0;
    for (std::size_t i = 0; i < inner.size(); ++i) {
      y[i] = x[i];
      for (const Edge& edge : inner[i]) y[i] += edge.calls * x[edge.to];
      lower = std::min(lower, y[i] / x[i] - 1);
      upper = std::max(upper, y[i] / x[i] - 1);
      largest = std::max(largest, y[i]);
    }
    if (upper - lower < 1e-9 || upper < 0.999 || (lower > 1.001 && round > 1'000)) break;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::max(y[i] / largest, 1e-280);
  }
  return upper;
}

/// A cycle in a part, along the most calls: "a/A -> b/B -> a/A".
std::string cycle_text(const CallGraph& graph, const std::vector<std::size_t>& part,
                       const std::vector<std::vector<Edge>>& inner) {
  std::vector<std::size_t> path;
  std::size_t node = 0;
  while (std::find(path.begin(), path.end(), node) == path.end()) {
    path.push_back(node);
    expects(!inner[node].empty(), "each endpoint of a cycle calls another one of it");
    const auto more = [](const Edge& a, const Edge& b) { return a.calls < b.calls; };
    node = std::max_element(inner[node].begin(), inner[node].end(), more)->to;
  }
  std::string text;
  for (auto i = std::find(path.begin(), path.end(), node); i != path.end(); ++i) {
    text += graph.names[part[*i]].text() + " -> ";
  }
  return text + graph.names[part[node]].text();
}

std::string rounded(double value) {
  const std::string text = std::to_string(value);
  return text.substr(0, text.find('.') + 4);
}

std::string path_of(const EndpointName& name) {
  const std::string service = extended_path("services", name.service);
  return extended_path(service + ".endpoints", name.operation);
}

/// Expected calls that one visit causes, itself included: callees first, so that only what is
/// inside of the part is unknown.
void add_totals(const CallGraph& graph, const std::vector<std::size_t>& part, bool cyclic,
                std::vector<double>& totals) {
  const int rounds = cyclic ? 10'000 : 1;
  for (int round = 0; round < rounds; ++round) {
    double change = 0;
    for (const std::size_t node : part) {
      double total = 1;
      for (const Edge& edge : graph.edges[node]) total += edge.calls * totals[edge.to];
      change = std::max(change, total - totals[node]);
      totals[node] = total;
    }
    if (change < 1e-6 || totals[part.front()] > 1e12) break;
  }
}

}  // namespace

void find_feedback_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes) {
  const CallGraph graph = call_graph_of(model);
  expects(graph.edges.size() == graph.names.size() && graph.steps.size() == graph.names.size(),
          "each endpoint has its edges and its steps counted");
  std::vector<double> totals(graph.names.size(), 0);
  const auto add = [&](const std::string& path, std::string sentence, std::string hint) {
    mistakes.push_back(
        Mistake{Mistake::Document::model, path, std::move(sentence), std::move(hint), {}, {}});
  };
  for (std::size_t i = 0; i < graph.names.size(); ++i) {
    if (graph.steps[i] <= most_steps_per_visit) continue;
    add(path_of(graph.names[i]), "one request takes more than a million steps here, on average",
        "look for repeats inside of repeats");
  }
  for (const std::vector<std::size_t>& part : Parts(graph).parts) {
    const auto inner = inner_edges(graph, part);
    const bool cyclic = part.size() > 1 || !inner.front().empty();
    if (cyclic) {
      const double radius = spectral_radius(inner);
      if (!(radius < 1 - 1e-9)) {
        add(path_of(graph.names[part.front()]),
            "the calls never end: " + cycle_text(graph, part, inner) + "; each round of them is " +
                rounded(radius) + " times the one before, on average",
            "less than 1 is needed: lower a probability or a repetition");
        continue;
      }
    }
    add_totals(graph, part, cyclic, totals);
  }
  for (const auto& [name, workload] : model.workloads) {
    for (const auto& [endpoint, weight] : workload.mix) {
      const auto place = graph.index.find(endpoint);
      if (place == graph.index.end() || totals[place->second] <= most_calls_per_request) continue;
      add(extended_path(extended_path("workloads", name) + ".mix", endpoint.text()),
          "one such request causes more than a million calls, on average", "");
    }
  }
}

}  // namespace rehearse
