#include "models/faults/target.hpp"

#include <fmt/format.h>

namespace rehearse {
namespace {

bool may_have(const TargetRule& rule, std::string_view key) {
  if (rule.workload) return key == "workload";
  if (key == "workload") return false;
  if (key == "endpoint") return rule.endpoint;
  if (key == "caller") return rule.caller;
  return true;
}

}  // namespace

void inspect(Reader& reader, const Node& node, const TargetKeys& keys) {
  const bool anybody = keys.service || keys.endpoint || keys.version || keys.zone || keys.host ||
                       keys.workload || keys.caller;
  if (!anybody) {
    reader.mistake(
        node, "the target names nobody",
        "give a service, endpoint, zone, host, version, caller or workload; the target of a "
        "fault is never a default");
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

void check_target(Reader& reader, const Node& target, const TargetRule& rule,
                  std::string_view kind) {
  for (const Entry& entry : target.entries) {
    // Said or not, all of a workload is met.
    const bool all = entry.key == "mode" && entry.node.text == "all";
    if (may_have(rule, entry.key) || (rule.workload && all)) continue;
    reader.mistake(
        entry.key_position,
        fmt::format("the target of a fault of kind \"{}\" has no '{}'", kind, entry.key));
  }
  if (rule.workload && target.find("workload") == nullptr) {
    reader.mistake(target, fmt::format("the target of a {} is a workload", kind));
  }
  if (rule.zone && target.find("zone") == nullptr) {
    reader.mistake(target, fmt::format("the target of a {} is a zone", kind));
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
  keys.caller = given(target.caller);
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
  target.caller = caller.value_or("");
  target.mode = mode;
  target.value = value.value_or(0);
  return target;
}

}  // namespace rehearse
