#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "language/document.hpp"
#include "language/reader.hpp"

/// Laws that stand under names in the table [laws] of a model, and the places that name them.
namespace rehearse {

/// Whether a key of a model, wherever it stands, holds a probability law of durations.
bool is_key_of_law(std::string_view key);

/// Whether the keys of a table, itself no such name, are names of a person's choice: an endpoint
/// may be called "work".
bool holds_names(std::string_view key);

/// The table [laws] of a model that is being read. It is taken out of the document, and every name
/// of a law is replaced by that law: what comes after sees no names. Names never begin as durations
/// do, and a law holds no names, so there is no chain and no cycle.
class NamedLaws {
 public:
  /// Copies of laws that are named more than once hold so many values at most, together: a small
  /// file cannot ask for all memory.
  static constexpr std::size_t most_copied_values = 1'000'000;

  /// Takes [laws] out of `model` and reports what is wrong in it.
  NamedLaws(Reader& reader, Node& model);

  /// Replaces the names in `model`; may be called again after more was put into it. Reports names
  /// that no law has.
  void resolve(Node& model);

  /// The laws that nothing named, as sentences.
  std::vector<std::string> doubts() const;

 private:
  struct Law {
    Node node;
    std::size_t values = 0;
    bool sound = true;
    std::size_t uses = 0;
  };
  void resolve_inside(Node& node, bool keys_are_names);
  void replace(Node& name);

  Reader& reader_;
  bool exists_ = false;
  std::map<std::string, Law> laws_;
  std::size_t copied_values_ = 0;
  bool too_many_ = false;
};

/// Moves each law of a written model that needs more than `widest` columns into its table [laws],
/// under a name that says whose it is.
void name_long_laws(Node& model, std::size_t widest);

}  // namespace rehearse
