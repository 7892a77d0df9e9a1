#include "models/specs/workload_spec.hpp"

#include <fmt/format.h>

namespace rehearse {

std::set<EndpointName> endpoints_asked(const WorkloadSpec& workload) {
  std::set<EndpointName> asked;
  for (const auto& [endpoint, weight] : workload.mix) {
    if (weight > 0) asked.insert(endpoint);
  }
  const auto* const recording = std::get_if<ReplaySpec>(&workload.arrivals);
  if (recording == nullptr) return asked;
  for (const ReplaySpec::Arrival& arrival : recording->arrivals) {
    const std::size_t slash = arrival.endpoint.find('/');
    if (slash == std::string::npos) continue;
    asked.insert({arrival.endpoint.substr(0, slash), arrival.endpoint.substr(slash + 1)});
  }
  return asked;
}

void read(Reader& reader, const Node& node, std::map<EndpointName, double>& value,
          const MixTable&) {
  if (!reader.expect_table(node)) return;
  for (const Entry& entry : node.entries) {
    const Reader::Within within(reader, entry.key);
    const auto endpoint = parse_endpoint(entry.key);
    if (!endpoint) {
      reader.mistake(entry.key_position, fmt::format("'{}' is not an endpoint", entry.key),
                     "endpoints are written \"service/operation\": \"frontend/GET /\"");
      continue;
    }
    double weight = 1;
    read(reader, entry.node, weight, weight_above_zero);
    value[*endpoint] = weight;
  }
}

Node written(const std::map<EndpointName, double>& value, const MixTable&) {
  Node table = Node::of_table(value.size() > 2 ? Layout::block : Layout::brief);
  for (const auto& [endpoint, weight] : value) {
    table.add(endpoint.text(), Node::of_number(weight));
  }
  return table;
}

SchemaNode schema(const std::map<EndpointName, double>&, const MixTable&) {
  SchemaNode node;
  node.type = SchemaNode::Type::table;
  node.additional.push_back(schema(1.0, weight_above_zero));
  node.additional_name = "SERVICE/OPERATION";
  return node;
}

void inspect(Reader& reader, const Node& node, const ReplaySpec& value) {
  if (value.repeat && value.period == Duration()) {
    reader.mistake(node, "'repeat' needs 'period': how long the recording is");
  }
}

ArrivalsKeys ArrivalsKeys::of(const ArrivalsSpec& arrivals) {
  ArrivalsKeys keys;
  struct Filler {
    ArrivalsKeys& keys;
    void operator()(const PoissonSpec& form) { keys.poisson = form; }
    void operator()(const BatchSpec& form) { keys.batch = form; }
    void operator()(const StagesSpec& form) { keys.stages = form.stages; }
    void operator()(const ReplaySpec& form) { keys.replay = form; }
    void operator()(const ClosedLoopSpec& form) { keys.closed_loop = form; }
  };
  std::visit(Filler{keys}, arrivals);
  return keys;
}

ArrivalsSpec ArrivalsKeys::spec() const {
  if (batch) return *batch;
  if (stages) return StagesSpec{*stages};
  if (replay) return *replay;
  if (closed_loop) return *closed_loop;
  return poisson.value_or(PoissonSpec{});
}

}  // namespace rehearse
