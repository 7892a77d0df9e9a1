#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "language/diagnostics.hpp"
#include "language/document.hpp"

namespace rehearse {

/// What all readers of values share: where mistakes go, and where in the document we are.
class Reader {
 public:
  /// `folder`: files that the document names are relative to it.
  Reader(Diagnostics& diagnostics, std::string folder)
      : diagnostics_(diagnostics), folder_(std::move(folder)) {}

  Diagnostics& diagnostics() { return diagnostics_; }
  const std::string& folder() const { return folder_; }

  void mistake(Position position, const std::string& sentence, const std::string& hint = "");
  void mistake(const Node& node, const std::string& sentence, const std::string& hint = "") {
    mistake(node.position, sentence, hint);
  }
  /// A key of the table where we are that is missing or unknown.
  void mistake_of_keys(Position position, const std::string& sentence, const std::string& hint);
  /// A mistake inside of a text, `offset` characters after its first.
  void mistake_in_text(const Node& node, std::size_t offset, const std::string& sentence,
                       const std::string& hint = "");
  /// "'queue' must be a table, not 12".
  void wrong(const Node& node, const std::string& must_be, const std::string& hint = "");

  bool expect_table(const Node& node);
  bool expect_array(const Node& node);
  /// Also refuses more items than `most`.
  bool expect_array(const Node& node, std::size_t least, std::size_t most);

  const std::string& path() const { return path_; }
  const std::string& name() const { return name_; }

  /// Whether a mistake that is found later, at `path`, may only follow from one that was reported
  /// here: from a value above or below it, or from a misspelt key beside it.
  bool doubts(const std::string& path) const;

  /// Whether what stands at `path` itself was not understood: it, a table around it, or a key of
  /// one of those, which may be this one misspelt.
  bool lost(const std::string& path) const;

  /// Deeper by one key or index for as long as it lives.
  class Within {
   public:
    Within(Reader& reader, std::string_view key);
    Within(Reader& reader, std::size_t index);
    ~Within();
    Within(const Within&) = delete;
    Within& operator=(const Within&) = delete;

   private:
    Reader& reader_;
    std::string path_before_;
    std::string name_before_;
  };

  int steps_depth = 0;

 private:
  Diagnostics& diagnostics_;
  std::string folder_;
  std::string path_;
  std::string name_;
  std::vector<std::string> doubtful_values_;
  std::vector<std::string> doubtful_tables_;
};

}  // namespace rehearse
