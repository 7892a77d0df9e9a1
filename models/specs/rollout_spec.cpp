#include "models/specs/rollout_spec.hpp"

#include <string>

namespace rehearse {

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
