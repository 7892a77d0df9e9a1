#include "scenarios/located_mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace rehearse {

bool ReadDocument::doubts(const Mistake::Premise& premise) const {
  const bool whole = premise.extent == Mistake::Premise::Extent::whole;
  return whole ? reader.doubts(premise.path) : reader.lost(premise.path);
}

void add_mistakes(const std::vector<Mistake>& mistakes, ReadDocument& model, ReadDocument* scenario,
                  Diagnostics& diagnostics) {
  const auto reading_of = [&](Mistake::Document document) -> ReadDocument& {
    return document == Mistake::Document::model || scenario == nullptr ? model : *scenario;
  };
  for (const Mistake& mistake : mistakes) {
    const auto doubted = [&](const Mistake::Premise& premise) {
      return reading_of(premise.document).doubts(premise);
    };
    ReadDocument& reading = reading_of(mistake.document);
    if (reading.reader.doubts(mistake.path) ||
        std::any_of(mistake.premises.begin(), mistake.premises.end(), doubted)) {
      continue;
    }
    diagnostics.add(reading.nodes.nearest(mistake.path).position, mistake.sentence,
                    [mistake] { return mistake.advice(); });
  }
}

bool is_kind(const Node& root, std::string_view marker, std::string_view other,
             std::string_view advice, Diagnostics& diagnostics) {
  if (root.find(marker) != nullptr || root.find(other) == nullptr) return true;
  diagnostics.add(root.find(other)->position,
                  fmt::format("this file has '{}'; one with '{}' is needed here", other, marker),
                  std::string(advice));
  return false;
}

}  // namespace rehearse
