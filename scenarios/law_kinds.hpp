#pragma once

#include "scenarios/reader.hpp"
#include "scenarios/schema.hpp"
#include "sim/random/law_spec.hpp"

namespace rehearse {

/// A probability law of durations: "250ms" is a constant; otherwise a table with exactly one law,
/// and perhaps a `minimum` that is added to every sample.
struct LawTable {
  /// Mixtures of mixtures of ... are as deep as this at most.
  static constexpr int most_nested = 16;
  int depth = 0;
};
void read(Reader& reader, const Node& node, LawSpec& value, const LawTable& kind);
Node written(const LawSpec& value, const LawTable& kind);
SchemaNode schema(const LawSpec& value, const LawTable& kind);

/// A law of whole numbers: 3, { geometric = { mean = 2.5 } } or { empirical = [w0, w1, ...] }.
struct CountLawTable {
  int least = 0;
};
void read(Reader& reader, const Node& node, CountLawSpec& value, const CountLawTable& kind);
Node written(const CountLawSpec& value, const CountLawTable& kind);
SchemaNode schema(const CountLawSpec& value, const CountLawTable& kind);

/// The definitions that `schema` of laws refers to: "law" and "count".
std::vector<SchemaProperty> law_definitions();

}  // namespace rehearse
