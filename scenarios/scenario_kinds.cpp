#include "scenarios/scenario_kinds.hpp"

#include <fmt/format.h>

#include "scenarios/metric_parser.hpp"
#include "scenarios/quantity_text.hpp"
#include "scenarios/rollout_table.hpp"

namespace rehearse {

void read(Reader& reader, const Node& node, MetricCondition& value, const ConditionText&) {
  if (node.type != Node::Type::text) {
    reader.wrong(node, "a condition in quotes",
                 "write \"p99(latency{endpoint='frontend/GET /'}) < 400ms\"");
    return;
  }
  const auto parsed = parse_condition(node.text);
  if (const auto* mistake = std::get_if<MetricMistake>(&parsed)) {
    reader.mistake_in_text(node, mistake->offset, mistake->sentence, mistake->hint);
    return;
  }
  value = std::get<MetricCondition>(parsed);
}

Node written(const MetricCondition& value, const ConditionText&) {
  return value.text.empty() ? Node() : Node::of_text(value.text);
}

SchemaNode schema(const MetricCondition&, const ConditionText&) {
  SchemaNode node;
  node.type = SchemaNode::Type::text;
  node.unit = "condition";
  node.pattern = "[<>]";
  return node;
}

void read(Reader& reader, const Node& node, IntervalSpec& value, const OverValue&) {
  if (node.type == Node::Type::array) {
    if (!reader.expect_array(node, 2, 2)) return;
    const Duration unread = Duration::longest();
    value = {.kind = IntervalSpec::Kind::custom, .from = unread, .to = unread};
    read(reader, node.items[0], value.from, Extent{});
    read(reader, node.items[1], value.to, Extent{});
    if (value.from == unread || value.to == unread) {
      value = {};  // reported; what became of it is not judged again
      return;
    }
    if (value.to <= value.from) reader.mistake(node, "the interval is empty: [from, to]");
    return;
  }
  const auto word = read_word(reader, node, {"run", "fault", "after"});
  if (!word) return;
  constexpr std::array kinds{IntervalSpec::Kind::run, IntervalSpec::Kind::fault,
                             IntervalSpec::Kind::after};
  value.kind = kinds[*word];
}

Node written(const IntervalSpec& value, const OverValue&) {
  switch (value.kind) {
    case IntervalSpec::Kind::run:
      return Node::of_text("run");
    case IntervalSpec::Kind::fault:
      return Node::of_text("fault");
    case IntervalSpec::Kind::after:
      return Node::of_text("after");
    case IntervalSpec::Kind::custom:
      break;
  }
  Node array = Node::of_array();
  array.items = {written(value.from, Extent{}), written(value.to, Extent{})};
  return array;
}

SchemaNode schema(const IntervalSpec&, const OverValue&) {
  SchemaNode pair;
  pair.type = SchemaNode::Type::array;
  pair.items.push_back(schema(Duration(), Extent{}));
  SchemaNode node;
  node.type = SchemaNode::Type::any_of;
  node.alternatives = {schema_of_words({"run", "fault", "after"}), std::move(pair)};
  return node;
}

void read(Reader& reader, const Node& node, double& value, const AtLeast&) {
  const std::string must_be = "a least probability in quotes";
  const std::string hint = "write \">= 0.95\": the accepted risk is then 5 %";
  if (node.type != Node::Type::text || node.text.substr(0, 2) != ">=") {
    reader.wrong(node, must_be, hint);
    return;
  }
  std::string_view rest = std::string_view(node.text).substr(2);
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  const auto number = parse_number(rest);
  if (!number) {
    reader.wrong(node, must_be, hint);
    return;
  }
  // Certainty can be refuted but never shown, whatever the number of runs.
  if (!(*number > 0) || !(*number < 1)) {
    reader.wrong(
        node, "a probability above 0 and below 1",
        *number == 1 ? "no number of runs shows certainty; \">= 0.999\" can be shown" : "");
    return;
  }
  value = *number;
}

Node written(double value, const AtLeast&) {
  return Node::of_text(">= " + number_text(value));
}

SchemaNode schema(double, const AtLeast&) {
  SchemaNode node;
  node.type = SchemaNode::Type::text;
  node.unit = "least probability";
  node.pattern = "^>= *0?\\.[0-9]+$";
  return node;
}

TargetKeys TargetKeys::of(const TargetSpec& target) {
  const auto given = [](const std::string& text) {
    return text.empty() ? std::optional<std::string>() : text;
  };
  TargetKeys keys;
  if (target.operation.empty()) {
    keys.service = given(target.service);
  } else {
    keys.endpoint = EndpointName{target.service, target.operation};
  }
  keys.version = given(target.version);
  keys.zone = given(target.zone);
  keys.host = given(target.host);
  keys.workload = given(target.workload);
  keys.mode = target.mode;
  const bool has_value =
      target.mode == TargetSpec::Mode::fixed || target.mode == TargetSpec::Mode::fixed_percent;
  if (has_value) keys.value = target.value;
  return keys;
}

TargetSpec TargetKeys::spec() const {
  TargetSpec target;
  target.service = endpoint ? endpoint->service : service.value_or("");
  target.operation = endpoint ? endpoint->operation : "";
  target.version = version.value_or("");
  target.zone = zone.value_or("");
  target.host = host.value_or("");
  target.workload = workload.value_or("");
  target.mode = mode;
  target.value = value.value_or(0);
  return target;
}

FaultKeys FaultKeys::of(const FaultSpec& fault) {
  FaultKeys keys{fault.name,   fault.kind,   fault.target, fault.at,    fault.duration,
                 std::nullopt, std::nullopt, std::nullopt, std::nullopt};
  if (fault.kind == FaultKind::latency) keys.delay = fault.delay;
  if (fault.kind == FaultKind::latency || fault.kind == FaultKind::abort) {
    keys.percentage = fault.percentage;
  }
  if (fault.kind == FaultKind::slow_down || fault.kind == FaultKind::load_spike) {
    keys.factor = fault.factor;
  }
  if (fault.kind == FaultKind::instance_kill || fault.kind == FaultKind::zone_down) {
    keys.detected_after = fault.detected_after;
  }
  return keys;
}

FaultSpec FaultKeys::spec() const {
  FaultSpec fault;
  fault.name = name;
  fault.kind = kind;
  fault.target = target;
  fault.at = at;
  fault.duration = duration;
  fault.delay = delay.value_or(LawSpec{});
  fault.percentage = percentage.value_or(100);
  fault.factor = factor.value_or(1);
  fault.detected_after = detected_after.value_or(FaultSpec{}.detected_after);
  return fault;
}

RolloutStepKeys RolloutStepKeys::of(const RolloutStep& step) {
  RolloutStepKeys keys;
  if (const auto* weight = std::get_if<SetWeight>(&step)) keys.set_weight = weight->percent;
  if (const auto* pause = std::get_if<Pause>(&step)) keys.pause = pause->duration;
  return keys;
}

RolloutStep RolloutStepKeys::spec() const {
  if (pause) return Pause{*pause};
  return SetWeight{set_weight.value_or(0)};
}

RolloutKeys RolloutKeys::of(const RolloutSpec& rollout) {
  return {
      rollout.service,          rollout.at,    {rollout.work_ratio, rollout.error_percent_added},
      rollout.canary_instances, rollout.steps, rollout.analysis};
}

RolloutSpec RolloutKeys::spec() const {
  return {service,          at,    change.work_ratio, change.error_percent_added,
          canary_instances, steps, analysis};
}

void read(Reader& reader, const Node& node, AnalysisSpec& value, const AnalysisTable&) {
  AnalysisKeys keys;
  read(reader, node, keys, Table{});
  value = keys.rest;
  const Node* condition = node.find("failure_condition");
  if (condition == nullptr || keys.failure_condition.empty()) return;
  const std::string before = keys.metric ? *keys.metric + " " : "";
  const auto parsed = parse_condition(before + keys.failure_condition);
  if (const auto* mistake = std::get_if<MetricMistake>(&parsed)) {
    const bool in_metric = mistake->offset < before.size();
    reader.mistake_in_text(in_metric ? *node.find("metric") : *condition,
                           in_metric ? mistake->offset : mistake->offset - before.size(),
                           mistake->sentence, mistake->hint);
    return;
  }
  value.failure_condition = std::get<MetricCondition>(parsed);
}

Node written(const AnalysisSpec& value, const AnalysisTable&) {
  return written(AnalysisKeys{std::nullopt, value.failure_condition.text, value}, Table{});
}

SchemaNode schema(const AnalysisSpec&, const AnalysisTable&) {
  return schema(AnalysisKeys{}, Table{});
}

}  // namespace rehearse
