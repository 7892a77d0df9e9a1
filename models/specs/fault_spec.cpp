#include "models/specs/fault_spec.hpp"

#include <fmt/format.h>

#include <array>

namespace rehearse {
namespace {

struct FaultKey {
  std::string_view key;
  std::array<FaultKind, 2> kinds;
  bool has_default = false;
};
constexpr std::array<FaultKey, 4> fault_keys{
    {{"delay", {FaultKind::latency, FaultKind::latency}},
     {"percentage", {FaultKind::latency, FaultKind::abort}},
     {"factor", {FaultKind::slow_down, FaultKind::load_spike}},
     {"detected_after", {FaultKind::instance_kill, FaultKind::zone_down}, true}}};

void check_keys(Reader& reader, const Node& node, FaultKind kind) {
  for (const FaultKey& key : fault_keys) {
    const bool belongs = key.kinds[0] == kind || key.kinds[1] == kind;
    const bool given = node.find(key.key) != nullptr;
    if (belongs && !given && !key.has_default) {
      reader.mistake(node,
                     fmt::format("'{}' is missing: a fault of kind \"{}\" needs it", key.key,
                                 word_of(kind, fault_kind_words)),
                     "what a fault does is never a default");
    }
    if (given && !belongs) {
      const bool two = key.kinds[0] != key.kinds[1];
      reader.mistake(
          *node.find(key.key),
          fmt::format("a fault of kind \"{}\" has no '{}'", word_of(kind, fault_kind_words),
                      key.key),
          fmt::format("'{}' belongs to {}{}", key.key, word_of(key.kinds[0], fault_kind_words),
                      two ? fmt::format(" and {}", word_of(key.kinds[1], fault_kind_words)) : ""));
    }
  }
}

void check_target(Reader& reader, const Node& node, const FaultKeys& keys) {
  const Node* target = node.find("target");
  if (target == nullptr || target->type != Node::Type::table) return;
  const std::string_view kind = word_of(keys.kind, fault_kind_words);
  const bool spike = keys.kind == FaultKind::load_spike;
  for (const Entry& entry : target->entries) {
    // Said or not, a load spike meets all of its workload.
    if (spike && entry.key == "mode" && keys.target.mode == TargetSpec::Mode::all) continue;
    const bool about_workload = entry.key == "workload";
    const bool about_endpoint = entry.key == "endpoint";
    const bool requests = keys.kind == FaultKind::latency || keys.kind == FaultKind::abort;
    if ((about_workload != spike) || (about_endpoint && !requests)) {
      reader.mistake(entry.key_position, fmt::format("the target of a fault of kind \"{}\" has no "
                                                     "'{}'",
                                                     kind, entry.key));
    }
  }
  if (spike && keys.target.workload.empty()) {
    reader.mistake(*target, "the target of a load_spike is a workload");
  }
  if (keys.kind == FaultKind::zone_down && target->find("zone") == nullptr) {
    reader.mistake(*target, "the target of a zone_down is a zone");
  }
}

}  // namespace

std::string_view meaning_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::latency:
      return "requests wait at the door of the instance for 'delay' more, before admission: no "
             "worker is held, and the wait is part of the endpoint's latency";
    case FaultKind::abort:
      return "requests are answered with an error at the door of the instance, before admission: "
             "no "
             "worker is held";
    case FaultKind::instance_kill:
      return "the instances die with all work in them, and come back empty; connections are reset, "
             "so callers know after one network latency that their attempt is lost";
    case FaultKind::slow_down:
      return "work takes 'factor' times as long";
    case FaultKind::load_spike:
      return "arrivals are added to those planned, so that 'factor' times as many come";
    case FaultKind::zone_down:
      return "the instances die with all work in them, come back empty, and nobody answers: "
             "callers "
             "wait for their timeouts, and without one for ever";
  }
  return "";
}

std::string fault_meanings() {
  std::string text = "What happens.";
  for (const auto& word : fault_kind_words.words) {
    text += fmt::format(" {}: {}.", word.word, meaning_of(word.value));
  }
  return text;
}

void inspect(Reader& reader, const Node& node, const FaultKeys& keys) {
  if (node.find("kind") == nullptr ||
      node.find("kind")->text != word_of(keys.kind, fault_kind_words))
    return;
  check_keys(reader, node, keys.kind);
  check_target(reader, node, keys);
}

void inspect(Reader& reader, const Node& node, const TargetKeys& keys) {
  const bool anybody =
      keys.service || keys.endpoint || keys.version || keys.zone || keys.host || keys.workload;
  if (!anybody) {
    reader.mistake(
        node, "the target names nobody",
        "give a service, endpoint, zone, host, version or workload; the target of a fault "
        "is never a default");
  }
  if (keys.service && keys.endpoint && *keys.service != keys.endpoint->service) {
    reader.mistake(*node.find("endpoint"),
                   fmt::format("this is not an endpoint of '{}'", *keys.service));
  }
  if (keys.version && *keys.version != "stable" && *keys.version != "canary") {
    reader.mistake(*node.find("version"), "'version' must be \"stable\" or \"canary\"");
  }
  const bool wants_value =
      keys.mode == TargetSpec::Mode::fixed || keys.mode == TargetSpec::Mode::fixed_percent;
  const Node* value = node.find("value");
  if (wants_value && value == nullptr) {
    reader.mistake(node, "this mode needs 'value': how many, or how many percent");
  }
  if (!wants_value && value != nullptr) {
    reader.mistake(*value, "'value' has a meaning only with the modes fixed and fixed-percent");
  }
  if (!keys.value) return;
  if (keys.mode == TargetSpec::Mode::fixed_percent && *keys.value > 100) {
    reader.mistake(*value, "'value' is above 100 percent");
  }
  if (keys.mode == TargetSpec::Mode::fixed &&
      Node::of_number(*keys.value).type != Node::Type::integer) {
    reader.mistake(*value, "'value' must be a whole number of instances");
  }
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

}  // namespace rehearse
