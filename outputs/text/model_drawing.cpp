#include "outputs/text/model_drawing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "language/spec_path.hpp"
#include "models/checks/call_graph.hpp"
#include "models/checks/service_graph.hpp"
#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t deepest_indentation = 30;
constexpr std::size_t column_of_facts = 44;

/// Of a number that cannot be negative.
template <class Number>
std::uint64_t whole(Number number) {
  return static_cast<std::uint64_t>(number);
}

/// Lines of one part, of which no more are made than will be printed.
class Lines {
 public:
  explicit Lines(std::size_t most) : most_(most) {}

  /// `make()` is the line.
  template <class Make>
  void add(Make&& make) {
    if (count_++ < most_) text_ += make() + "\n";
  }
  bool empty() const { return count_ == 0; }
  std::string text() const {
    if (count_ <= most_) return text_;
    return text_ +
           fmt::format("  and {} more; --all lists them\n", counted(count_ - most_, "line"));
  }

 private:
  std::size_t most_;
  std::size_t count_ = 0;
  std::string text_;
};

std::string arrivals_text(const ArrivalsSpec& arrivals) {
  struct Describe {
    std::string operator()(const PoissonSpec& poisson) const {
      return fmt::format("Poisson, {:.4g} a second", poisson.rate.per_second);
    }
    std::string operator()(const BatchSpec& batch) const {
      return fmt::format("batches, {:.4g} a second", batch.rate.per_second);
    }
    std::string operator()(const StagesSpec& stages) const {
      return counted(stages.stages.size(), "stage");
    }
    std::string operator()(const ReplaySpec& replay) const {
      return counted(replay.arrivals.size(), "recorded arrival");
    }
    std::string operator()(const ClosedLoopSpec& loop) const {
      return counted(whole(loop.users), "user") + " in a closed loop";
    }
  };
  return std::visit(Describe{}, arrivals);
}

/// `name` at its depth, and in a column of their own the facts.
std::string line_of(std::size_t depth, const std::string& name, const std::string& facts) {
  std::string line(2 + 2 * std::min(depth, deepest_indentation), ' ');
  if (depth > deepest_indentation) line += fmt::format("[{} deep] ", depth);
  line += name;
  if (facts.empty()) return line;
  const std::size_t gap = line.size() + 2 < column_of_facts ? column_of_facts - line.size() : 2;
  return line + std::string(gap, ' ') + facts;
}

std::string times_of(const MeanCall& call) {
  if (call.manner == Manner::fallback) return "after failures only";
  if (call.times <= 0) return "never";
  if (!call.at_most_once) return times_text(call.times) + (call.times == 1 ? " time" : " times");
  return call.times > 1 - 1e-9 ? "once" : "in " + percent_text(call.times);
}

std::string manner_of(const MeanCall& call) {
  switch (call.manner) {
    case Manner::awaited:
      return ", awaited";
    case Manner::parallel:
      return ", in parallel";
    case Manner::spawned:
      return ", fire and forget";
    case Manner::fallback:
      break;
  }
  return "";
}

/// The shortest timeout that calls from one endpoint to another have of their own.
std::optional<Duration> own_timeout(const ModelSpec& model, const EndpointName& caller,
                                    const EndpointName& callee) {
  std::optional<Duration> shortest;
  const EndpointSpec& endpoint = model.services.at(caller.service).endpoints.at(caller.operation);
  for (const BehaviourSpec& behaviour : endpoint.behaviours) {
    for_each_step(behaviour.steps, [&](const StepSpec& step) {
      const auto* call = std::get_if<CallSpec>(&step.action);
      if (call == nullptr || !call->timeout || call->endpoint != callee) return;
      if (!shortest || *call->timeout < *shortest) shortest = call->timeout;
    });
  }
  return shortest;
}

/// How a caller calls a service: timeout (that of the call, or else of the client) and retries,
/// where there are any.
std::string client_text(const std::map<std::string, ClientSpec>& clients,
                        const std::string& service, std::optional<Duration> timeout = {}) {
  const auto client = clients.find(service);
  if (!timeout && client != clients.end()) timeout = client->second.timeout;
  std::string text;
  if (timeout) text += ", timeout " + duration_text(*timeout);
  if (client == clients.end()) return text;
  if (const auto& retry = client->second.retry) {
    text += fmt::format(", up to {}", counted(whole(retry->max_attempts), "attempt"));
    if (retry->per_try_timeout) {
      text += fmt::format(" of {}", duration_text(*retry->per_try_timeout));
    }
  }
  return text;
}

const char* seen_text(CallTreeLine::Seen seen) {
  switch (seen) {
    case CallTreeLine::Seen::never:
      break;
    case CallTreeLine::Seen::above:
      return " (above)";
    case CallTreeLine::Seen::cycle:
      return " (above: a cycle)";
  }
  return "";
}

/// The tree below one endpoint that a workload asks for.
void add_tree(const ModelSpec& model, const CallGraph& graph, const std::string& root_facts,
              const std::vector<CallTreeLine>& tree, Lines& lines) {
  for (const CallTreeLine& line : tree) {
    lines.add([&] {
      const EndpointName& name = graph.endpoints[line.endpoint];
      std::string facts = root_facts;
      if (line.caller) {
        const EndpointName& caller = graph.endpoints[*line.caller];
        facts = times_of(line.call) + manner_of(line.call) +
                client_text(model.services.at(caller.service).calls, name.service,
                            own_timeout(model, caller, name));
      }
      // What calls nothing is drawn as a whole each time.
      const bool is_leaf = graph.calls[line.endpoint].empty();
      return line_of(line.depth + 1, visible_name(name.text()),
                     facts + (is_leaf ? "" : seen_text(line.seen)));
    });
  }
}

std::string calls_text(const ModelSpec& model, const CallGraph& graph, std::size_t most_lines) {
  Lines lines(most_lines);
  using Seen = CallTreeLine::Seen;
  std::vector<Seen> seen(graph.endpoints.size(), Seen::never);
  for (const auto& named : model.workloads) {
    const WorkloadSpec& workload = named.second;
    lines.add(
        [&] { return line_of(0, visible_name(named.first), arrivals_text(workload.arrivals)); });
    for (const auto& [endpoint, share] : shares_asked(workload)) {
      const std::optional<std::size_t> root = graph.find(endpoint);
      if (!root) continue;
      const std::string facts = percent_text(std::min(1.0, share)) + " of requests" +
                                client_text(workload.calls, endpoint.service);
      add_tree(model, graph, facts, call_tree(graph, *root, seen), lines);
    }
  }
  std::string text = lines.empty() ? "  none\n" : lines.text();
  Lines unreached(most_lines);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] != Seen::never) continue;
    unreached.add([&] { return "  " + visible_name(graph.endpoints[i].text()); });
  }
  if (!unreached.empty()) text += "\nReached by no request\n" + unreached.text();
  return text;
}

/// What is assumed, or given, with what is said of it: of each service, by the rest of the path;
/// and of all else.
struct Beliefs {
  std::map<std::string, std::vector<std::string>> of_service;
  std::vector<std::string> elsewhere;
  std::size_t count = 0;
};

std::string said_of(const EvidenceSpec& evidence) {
  std::string text = evidence.note.empty() ? "" : ": " + visible_sentence(evidence.note);
  if (evidence.contradicted) {
    text += fmt::format("{} contradicted when it was calibrated, {}", text.empty() ? ":" : ";",
                        visible_sentence(*evidence.contradicted));
  }
  return text;
}

Beliefs beliefs_of(const ModelSpec& model, Basis basis) {
  Beliefs beliefs;
  for (const auto& [path, evidence] : model.evidence) {
    if (evidence.basis != basis) continue;
    ++beliefs.count;
    const std::string said = said_of(evidence);
    auto parts = parse_path(path);
    const auto* room = parts ? std::get_if<std::string>(&parts->front()) : nullptr;
    const bool of_service = room != nullptr && *room == "services" && parts->size() > 2;
    const auto* name = of_service ? std::get_if<std::string>(&(*parts)[1]) : nullptr;
    if (name == nullptr || model.services.count(*name) == 0) {
      beliefs.elsewhere.push_back(visible_name(path) + said);
      continue;
    }
    const std::vector<PathPart> rest(parts->begin() + 2, parts->end());
    beliefs.of_service[*name].push_back(visible_name(path_text(rest)) + said);
  }
  return beliefs;
}

/// Calls that each service gets, a request of all workloads; empty where workloads stand apart.
std::vector<double> calls_a_request(const ServiceGraph& graph, const ModelSpec& model) {
  if (graph.groups.size() != 1) return {};
  std::vector<double> calls(graph.services.size(), 0);
  for (const ServiceEdge& edge : graph.edges) {
    double share = 1;
    if (edge.from_workload && graph.workloads.size() > 1) {
      const auto& arrivals = model.workloads.at(graph.workloads[edge.from]).arrivals;
      share = arrival_rate(arrivals).value_or(0) / graph.groups.front().per_second.value_or(1);
    }
    calls[edge.to] += share * edge.calls.front();
  }
  return calls;
}

std::string service_facts(const ServiceSpec& service) {
  return fmt::format(
      "{} of {}{}, {}", counted(whole(service.instances), "instance"),
      service.workers ? counted(whole(*service.workers), "worker") : "unlimited workers",
      service.cpu
          ? fmt::format(
                " on {} {}{}", service.cpu->cores, service.cpu->cores == 1 ? "core" : "cores",
                service.cpu->sharpness ? fmt::format(" of sharpness {}", *service.cpu->sharpness)
                                       : "")
          : "",
      counted(service.endpoints.size(), "endpoint"));
}

void add_beliefs(const char* word, const Beliefs& beliefs, const std::string& service,
                 Lines& lines) {
  const auto found = beliefs.of_service.find(service);
  if (found == beliefs.of_service.end()) return;
  for (const std::string& value : found->second) {
    lines.add([&] { return word + value; });
  }
}

std::string services_text(const ModelSpec& model, const CallGraph& graph, const Beliefs& assumed,
                          const Beliefs& given, std::size_t most_lines) {
  const std::vector<double> calls = calls_a_request(service_graph_of(model, graph), model);
  Lines lines(most_lines);
  std::size_t index = 0;
  for (const auto& named : model.services) {
    lines.add([&] {
      const std::string times = calls.empty() ? "" : times_text(calls[index]);
      const std::string often =
          calls.empty() ? ""
                        : fmt::format(", {} {} a request", times, times == "1" ? "call" : "calls");
      return fmt::format("  {:<24} {}{}", visible_name(named.first), service_facts(named.second),
                         often);
    });
    ++index;
    add_beliefs("    assumed ", assumed, named.first, lines);
    add_beliefs("    given ", given, named.first, lines);
  }
  return lines.empty() ? "  none\n" : lines.text();
}

std::string elsewhere_text(const char* heading, const Beliefs& beliefs, std::size_t most_lines) {
  if (beliefs.elsewhere.empty()) return "";
  Lines lines(most_lines);
  for (const std::string& value : beliefs.elsewhere) {
    lines.add([&] { return "  " + value; });
  }
  return fmt::format("\n{}\n", heading) + lines.text();
}

}  // namespace

std::string model_drawing(const ModelSpec& model, std::size_t most_lines) {
  std::string text;
  if (model.provenance.spans > 0) {
    text += fmt::format("  learned from {} of {}, {} % sampled, {}\n",
                        counted(model.provenance.spans, "span"),
                        counted(model.provenance.traces, "trace"),
                        model.provenance.sampling_percent, visible_name(model.provenance.window));
  }
  const Beliefs assumed = beliefs_of(model, Basis::assumed);
  const Beliefs given = beliefs_of(model, Basis::given);
  text += fmt::format("  evidence for {}, of which {} {} assumed{}\n",
                      counted(model.evidence.size(), "value"), assumed.count,
                      agreeing(assumed.count, "is", "are"),
                      given.count > 0 ? fmt::format(", {} given", given.count) : "");
  const CallGraph graph = call_graph_of(model);
  text += "\nRequests, and the calls they cause\n" + calls_text(model, graph, most_lines);
  text += "\nServices\n" + services_text(model, graph, assumed, given, most_lines);
  text += elsewhere_text("Also assumed", assumed, most_lines);
  return text + elsewhere_text("Also given", given, most_lines);
}

}  // namespace rehearse
