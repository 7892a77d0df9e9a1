#include "models/checks/feedback_mistakes.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "language/spec_path.hpp"
#include "models/checks/call_graph.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr double most_calls_per_request = 1e6;
constexpr double most_steps_per_visit = 1e6;

/// What stays inside of a part; `to` counts in it.
CausedByVisit caused_inside(const CausedByVisit& caused, const std::vector<std::size_t>& part) {
  CausedByVisit inner(part.size());
  for (std::size_t i = 0; i < part.size(); ++i) {
    for (const CausedVisits& call : caused[part[i]]) {
      const auto place = std::lower_bound(part.begin(), part.end(), call.to);
      if (place == part.end() || *place != call.to) continue;
      inner[i].push_back({static_cast<std::size_t>(place - part.begin()), call.times, 0});
    }
  }
  return inner;
}

/// The spectral radius, as far as it matters whether it is below one: power iteration on A + I,
/// which has no periods, between the bounds of Collatz and Wielandt.
double spectral_radius(const CausedByVisit& inner) {
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
      for (const CausedVisits& call : inner[i]) y[i] += call.times * x[call.to];
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
                       const CausedByVisit& inner) {
  std::vector<std::size_t> path;
  std::size_t node = 0;
  while (std::find(path.begin(), path.end(), node) == path.end()) {
    path.push_back(node);
    expects(!inner[node].empty(), "each endpoint of a cycle calls another one of it");
    const auto more = [](const CausedVisits& a, const CausedVisits& b) {
      return a.times < b.times;
    };
    node = std::max_element(inner[node].begin(), inner[node].end(), more)->to;
  }
  std::string text;
  for (auto i = std::find(path.begin(), path.end(), node); i != path.end(); ++i) {
    text += graph.endpoints[part[*i]].text() + " -> ";
  }
  return text + graph.endpoints[part[node]].text();
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
void add_totals(const CausedByVisit& caused, const std::vector<std::size_t>& part, bool cyclic,
                std::vector<double>& totals) {
  const int rounds = cyclic ? 10'000 : 1;
  for (int round = 0; round < rounds; ++round) {
    double change = 0;
    for (const std::size_t node : part) {
      double total = 1;
      for (const CausedVisits& call : caused[node]) total += call.times * totals[call.to];
      change = std::max(change, total - totals[node]);
      totals[node] = total;
    }
    if (change < 1e-6 || totals[part.front()] > 1e12) break;
  }
}

}  // namespace

void find_feedback_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes) {
  const CallGraph graph = call_graph_of(model);
  const CausedByVisit caused = caused_by(graph);
  expects(caused.size() == graph.endpoints.size() && graph.steps.size() == caused.size(),
          "each endpoint has its calls and its steps counted");
  std::vector<double> totals(graph.endpoints.size(), 0);
  const auto add = [&](const std::string& path, std::string sentence, std::string hint) {
    mistakes.push_back(
        Mistake{Mistake::Document::model, path, std::move(sentence), std::move(hint), {}, {}});
  };
  for (std::size_t i = 0; i < graph.endpoints.size(); ++i) {
    if (graph.steps[i] <= most_steps_per_visit) continue;
    add(path_of(graph.endpoints[i]), "one request takes more than a million steps here, on average",
        "look for repeats inside of repeats");
  }
  for (const std::vector<std::size_t>& part : connected_parts(caused)) {
    const bool cyclic = is_cyclic(caused, part);
    if (cyclic) {
      const CausedByVisit inner = caused_inside(caused, part);
      const double radius = spectral_radius(inner);
      if (!(radius < 1 - 1e-9)) {
        add(path_of(graph.endpoints[part.front()]),
            "the calls never end: " + cycle_text(graph, part, inner) + "; each round of them is " +
                rounded(radius) + " times the one before, on average",
            "less than 1 is needed: lower a probability or a repetition");
        continue;
      }
    }
    add_totals(caused, part, cyclic, totals);
  }
  for (const auto& [name, workload] : model.workloads) {
    for (const auto& [endpoint, weight] : workload.mix) {
      const std::optional<std::size_t> place = graph.find(endpoint);
      if (!place || totals[*place] <= most_calls_per_request) continue;
      add(extended_path(extended_path("workloads", name) + ".mix", endpoint.text()),
          "one such request causes more than a million calls, on average", "");
    }
  }
}

}  // namespace rehearse
