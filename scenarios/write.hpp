#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "language/document.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// The model as TOML that a person reads and edits: what is not a default, keys in the order of the
/// reference page; behind the structure the long laws, by name, and at the end the evidence. No
/// line is wider than 120 columns unless a name is. `parse_model` undoes it, provided that the
/// files of recorded arrivals exist.
std::string write_model(const ModelSpec& model);

/// How a document is written.
struct TextStyle {
  bool with_defaults = false;  // also what would hold anyway, and one key a line
  std::size_t widest = 0;      // what is wider goes over many lines; 0: no limit
  enum class Place { line, header };
  /// The comment beside the value at a path, or beside the header of a table; empty for none.
  std::function<std::string(const std::string& path, Place place)> comment;
};

/// A document tree as TOML text.
std::string toml_text(const Node& root, const TextStyle& style);

}  // namespace rehearse
