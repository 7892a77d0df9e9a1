#pragma once

#include <utility>
#include <vector>

#include "models/service_spec.hpp"
#include "scenarios/reader.hpp"
#include "scenarios/schema.hpp"

namespace rehearse {

/// An array of steps, each a table with exactly one action.
struct Steps {
  /// Steps inside of steps are as deep as this at most.
  static constexpr int most_nested = 64;
  static constexpr std::size_t most = 10'000;
};
void read(Reader& reader, const Node& node, StepSequence& value, const Steps& kind);
Node written(const StepSequence& value, const Steps& kind);
SchemaNode schema(const StepSequence& value, const Steps& kind);

/// The definitions that `schema` of steps refers to: "step".
std::vector<SchemaProperty> step_definitions();

}  // namespace rehearse
