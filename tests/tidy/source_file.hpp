#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace rehearse::tidy {

/// A C++ file as the rules see it. `code` has the lines of `text` with comments and the insides of
/// literals blanked out, so that a rule never trips over a word in a sentence.
struct SourceFile {
  std::string path;  // from the root of the tree, with forward slashes
  std::vector<std::string> text;
  std::vector<std::string> code;

  bool is_header() const { return path.ends_with(".hpp"); }
  /// The folder at the top of the tree: "sim", "tests" and so on.
  std::string room() const { return path.substr(0, path.find('/')); }
};

/// A file that never was on a disk: what spoiled twins are made of.
SourceFile source_file(const std::string& path, const std::string& text);

/// Every .hpp and .cpp of the rooms and the tests, in order of path.
std::vector<SourceFile> read_sources(const std::filesystem::path& root);

/// The whole of a file. Expects that it is there.
std::string read_text(const std::filesystem::path& path);

std::vector<std::string> lines_of(const std::string& text);

/// A file named in an #include, and whether in quotes.
struct Include {
  std::size_t line = 0;  // counts from 1
  std::string name;
  bool quoted = false;
};

std::vector<Include> includes_of(const SourceFile& file);

}  // namespace rehearse::tidy
