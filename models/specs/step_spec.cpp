#include "models/specs/step_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rehearse {
namespace {

StepSequence call_of(const EndpointName& endpoint) {
  CallSpec call;
  call.endpoint = endpoint;
  return {StepSpec{call}};
}

/// Whether a branch is nothing but a plain call, which is written as its endpoint.
const CallSpec* plain_call(const StepSequence& branch) {
  if (branch.size() != 1) return nullptr;
  const auto* call = std::get_if<CallSpec>(&branch.front().action);
  return call != nullptr && branch == call_of(call->endpoint) ? call : nullptr;
}

StepSpec read_step(Reader& reader, const Node& node) {
  StepKeys keys;
  read(reader, node, keys, Table{Layout::whole});
  return keys.spec();
}

/// A key that means something only beside one of some actions.
struct Companion {
  std::string_view key;
  std::array<std::string_view, 2> actions;
};
constexpr std::array<Companion, 7> companions{{{"probability", {"call", "spawn"}},
                                               {"on_error", {"call", ""}},
                                               {"fallback", {"call", ""}},
                                               {"tolerated", {"call", ""}},
                                               {"timeout", {"call", ""}},
                                               {"wait_for", {"parallel", ""}},
                                               {"steps", {"repeat", ""}}}};

/// Without the defaults of keys that mean something only beside another action.
Node written_step(const StepSpec& step) {
  Node table = written(StepKeys::of(step), Table{Layout::whole});
  for (const Companion& companion : companions) {
    const auto is_given = [&](std::string_view action) {
      const Node* node = table.find(action);
      return node != nullptr && node->type != Node::Type::none;
    };
    const auto& actions = companion.actions;
    Node* node = table.find(companion.key);
    if (node != nullptr && std::none_of(actions.begin(), actions.end(), is_given)) *node = Node();
  }
  return table;
}

bool has_action(const StepKeys& keys) {
  return keys.work || keys.call || keys.parallel || keys.repeat || keys.spawn;
}

}  // namespace

StepKeys StepKeys::of(const StepSpec& step) {
  StepKeys keys;
  struct Filler {
    StepKeys& keys;
    void operator()(const WorkSpec& action) { keys.work = action.duration; }
    void operator()(const CallSpec& action) {
      keys.call = action.endpoint;
      keys.probability = action.probability;
      keys.on_error = action.on_error;
      keys.timeout = action.timeout;
      keys.tolerated = action.tolerated;
      const bool falls_back = action.on_error == OnError::fallback || !action.fallback.empty();
      if (falls_back) keys.fallback = action.fallback;
    }
    void operator()(const ParallelSpec& action) {
      keys.parallel = action.branches;
      keys.wait_for = action.wait_for;
    }
    void operator()(const RepeatSpec& action) {
      keys.repeat = action.count;
      keys.steps = action.steps;
    }
    void operator()(const SpawnSpec& action) {
      keys.spawn = action.endpoint;
      keys.probability = action.probability;
    }
  };
  std::visit(Filler{keys}, step.action);
  return keys;
}

StepSpec StepKeys::spec() const {
  if (call) {
    return {CallSpec{*call, probability, on_error, fallback.value_or(StepSequence()), timeout,
                     tolerated}};
  }
  if (parallel) return {ParallelSpec{*parallel, wait_for}};
  if (repeat) return {RepeatSpec{*repeat, steps.value_or(StepSequence())}};
  if (spawn) return {SpawnSpec{*spawn, probability}};
  return {WorkSpec{work.value_or(LawSpec{})}};
}

void inspect(Reader& reader, const Node& node, const StepKeys& keys) {
  for (const Companion& companion : companions) {
    bool allowed = !has_action(keys);
    for (const std::string_view action : companion.actions) {
      allowed = allowed || node.find(action) != nullptr;
    }
    for (const Entry& entry : node.entries) {
      if (entry.key != companion.key || allowed) continue;
      const std::string_view second = companion.actions[1];
      reader.mistake(
          entry.key_position,
          fmt::format("'{}' has a meaning only beside '{}'{}", entry.key, companion.actions[0],
                      second.empty() ? "" : fmt::format(" or '{}'", second)));
    }
  }
  if (keys.repeat && node.find("steps") == nullptr) {
    reader.mistake(node, "'repeat' needs 'steps': what is repeated");
  }
  if (keys.call && keys.on_error == OnError::ignore && keys.tolerated > 0) {
    reader.mistake(*node.find("tolerated"), "'tolerated' is never asked: no failure does harm",
                   "leave out on_error = \"ignore\"");
  }
  const bool wants_fallback = keys.call && keys.on_error == OnError::fallback;
  if (wants_fallback && node.find("fallback") == nullptr) {
    reader.mistake(node, "on_error = \"fallback\" needs 'fallback': the steps taken instead");
  }
  if (keys.call && !wants_fallback && node.find("fallback") != nullptr) {
    reader.mistake(*node.find("fallback"), "'fallback' is never taken",
                   "add on_error = \"fallback\"");
  }
}

void read(Reader& reader, const Node& node, StepSequence& value, const Steps&) {
  value.clear();
  if (!reader.expect_array(node, 0, Steps::most)) return;
  if (reader.steps_depth >= Steps::most_nested) {
    reader.mistake(node, fmt::format("steps are nested more than {} deep", Steps::most_nested));
    return;
  }
  ++reader.steps_depth;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Within within(reader, i);
    value.push_back(read_step(reader, node.items[i]));
  }
  --reader.steps_depth;
}

Node written(const StepSequence& value, const Steps&) {
  Node array = Node::of_array();
  array.many_lines = true;
  for (const StepSpec& step : value) {
    array.items.push_back(written_step(step));
  }
  return array;
}

SchemaNode schema(const StepSequence&, const Steps&) {
  SchemaNode step;
  step.type = SchemaNode::Type::reference;
  step.reference = "step";
  SchemaNode node;
  node.type = SchemaNode::Type::array;
  node.items.push_back(std::move(step));
  return node;
}

void read(Reader& reader, const Node& node, std::vector<StepSequence>& value, const Branches&) {
  value.clear();
  if (!reader.expect_array(node, 1, Steps::most)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Within within(reader, i);
    const Node& item = node.items[i];
    StepSequence branch;
    if (item.type == Node::Type::text) {
      EndpointName endpoint;
      read(reader, item, endpoint, EndpointText{});
      branch = call_of(endpoint);
    } else if (item.type == Node::Type::array) {
      read(reader, item, branch, Steps{});
    } else if (item.type == Node::Type::table) {
      // Counts as deep as the array it stands for.
      if (reader.steps_depth >= Steps::most_nested) {
        reader.mistake(item, fmt::format("steps are nested more than {} deep", Steps::most_nested));
      } else {
        ++reader.steps_depth;
        branch.push_back(read_step(reader, item));
        --reader.steps_depth;
      }
    } else {
      reader.wrong(item, "an endpoint, a step, or an array of steps");
    }
    value.push_back(std::move(branch));
  }
}

Node written(const std::vector<StepSequence>& value, const Branches&) {
  Node array = Node::of_array();
  for (const StepSequence& branch : value) {
    if (const CallSpec* call = plain_call(branch)) {
      array.items.push_back(written(call->endpoint, EndpointText{}));
    } else if (branch.size() == 1) {
      array.items.push_back(written_step(branch.front()));
    } else {
      Node steps = written(branch, Steps{});
      steps.many_lines = false;
      array.items.push_back(std::move(steps));
    }
  }
  return array;
}

SchemaNode schema(const std::vector<StepSequence>&, const Branches&) {
  const SchemaNode steps = schema(StepSequence(), Steps{});
  SchemaNode branch;
  branch.type = SchemaNode::Type::any_of;
  branch.alternatives = {schema(EndpointName(), EndpointText{}), steps.items.front(), steps};
  SchemaNode node;
  node.type = SchemaNode::Type::array;
  node.items.push_back(std::move(branch));
  return node;
}

std::vector<SchemaProperty> step_definitions() {
  SchemaNode step = schema(StepKeys{}, Table{Layout::whole});
  step.description = "One step of a behaviour: exactly one action.";
  return {{"step", std::move(step)}};
}

}  // namespace rehearse
