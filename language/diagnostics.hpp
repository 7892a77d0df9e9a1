#pragma once

#include <functional>
#include <string>
#include <vector>

#include "language/document.hpp"

namespace rehearse {

/// All mistakes found in a set of files, shown where they are:
///
///     shop.model.toml:12:13: error: 'instances' must be from 1 to 1000000, not 0
///      12 | instances = 0
///         |             ^
///     hint: ...
class Diagnostics {
 public:
  /// Registers a file under the name that is shown; returns its index for positions.
  int add_source(std::string name, std::string text);

  const std::string& source_name(int file) const { return sources_[file].name; }
  const std::string& source_text(int file) const { return sources_[file].text; }

  void add(Position position, std::string sentence, std::string hint = "");
  /// `hint` is asked when the mistake is shown, and only then: it may cost.
  void add(Position position, std::string sentence, std::function<std::string()> hint);

  bool empty() const { return mistakes_.empty(); }

  /// In the order of files and lines; of very many, only the first hundred.
  std::string text() const;

  /// Throws InvalidInput with the whole text when there are mistakes.
  void throw_if_any() const;

 private:
  struct Source {
    std::string name;
    std::string text;
    std::vector<std::size_t> line_starts;
  };
  struct Entry {
    Position position;
    std::string sentence;
    std::function<std::string()> hint;
  };
  /// How far a line was read for the excerpt before: those of one line come from left to right, and
  /// a line of megabytes is read once for all of them.
  struct Cursor {
    Position position{-1, 0, 1};
    std::size_t offset = 0;
  };
  std::string excerpt(Position position, Cursor& cursor) const;

  std::vector<Source> sources_;
  std::vector<Entry> mistakes_;  // the first ten thousand
  std::size_t count_ = 0;
};

/// Text that a terminal can show: control characters and broken UTF-8 become question marks.
std::string printable(std::string_view text);

}  // namespace rehearse
