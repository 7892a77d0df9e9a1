#pragma once

#include <string_view>
#include <vector>

#include "language/diagnostics.hpp"
#include "language/document.hpp"
#include "language/reader.hpp"
#include "models/checks/mistakes.hpp"

/// What is wrong with specs, shown where the documents say it.
namespace rehearse {

/// A document that was read.
struct ReadDocument {
  NodeFinder nodes;
  const Reader& reader;

  bool doubts(const Mistake::Premise& premise) const;
};

/// A key stands where its first character does; an override where it is set. What may only follow
/// from a mistake that was reported before is not one. `scenario`: null where there is none.
void add_mistakes(const std::vector<Mistake>& mistakes, ReadDocument& model, ReadDocument* scenario,
                  Diagnostics& diagnostics);

/// Says at once when the wrong kind of file was given, instead of listing all its keys as unknown.
bool is_kind(const Node& root, std::string_view marker, std::string_view other,
             std::string_view advice, Diagnostics& diagnostics);

}  // namespace rehearse
