#include "tests/tidy/source_file.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "tests/tidy/layout.hpp"

namespace rehearse::tidy {
namespace {

namespace fs = std::filesystem;

/// Blanks comments and the insides of literals, one line after another.
class Blanker {
 public:
  std::string blanked(const std::string& line) {
    std::string code;
    for (std::size_t i = 0; i < line.size();) i = step(line, i, code);
    return code;
  }

 private:
  enum class Inside { code, comment, raw_string };

  /// Looks at what stands at `i` and returns where to go on.
  std::size_t step(const std::string& line, std::size_t i, std::string& code) {
    if (inside_ == Inside::comment) return leave_at(line, i, "*/", code);
    if (inside_ == Inside::raw_string) return leave_at(line, i, raw_end_, code);
    if (line.compare(i, 2, "//") == 0) return line.size();
    if (line.compare(i, 2, "/*") == 0) {
      inside_ = Inside::comment;
      return i + 2;
    }
    if (line.compare(i, 2, "R\"") == 0) return enter_raw_string(line, i, code);
    const bool digit_separator = i > 0 && std::isalnum(static_cast<unsigned char>(line[i - 1]));
    if (line[i] == '"' || (line[i] == '\'' && !digit_separator)) {
      return skip_literal(line, i, code);
    }
    code += line[i];
    return i + 1;
  }

  std::size_t leave_at(const std::string& line, std::size_t i, const std::string& end,
                       std::string& code) {
    const std::size_t found = line.find(end, i);
    if (found == std::string::npos) return line.size();
    if (inside_ == Inside::raw_string) code += '"';
    inside_ = Inside::code;
    return found + end.size();
  }

  std::size_t enter_raw_string(const std::string& line, std::size_t i, std::string& code) {
    const std::size_t open = line.find('(', i);
    if (open == std::string::npos) return line.size();
    raw_end_ = ")" + line.substr(i + 2, open - i - 2) + "\"";
    inside_ = Inside::raw_string;
    code += '"';
    return open + 1;
  }

  static std::size_t skip_literal(const std::string& line, std::size_t i, std::string& code) {
    const char quote = line[i];
    std::size_t end = i + 1;
    while (end < line.size() && line[end] != quote) end += line[end] == '\\' ? 2 : 1;
    code += quote;
    code += quote;
    return end + 1;
  }

  Inside inside_ = Inside::code;
  std::string raw_end_;
};

}  // namespace

SourceFile source_file(const std::string& path, const std::string& text) {
  SourceFile file{path, lines_of(text), {}};
  Blanker blanker;
  for (const std::string& line : file.text) file.code.push_back(blanker.blanked(line));
  return file;
}

std::vector<SourceFile> read_sources(const fs::path& root) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders_with_code()) {
    if (!fs::exists(root / folder)) continue;
    for (fs::recursive_directory_iterator at(root / folder), end; at != end; ++at) {
      if (at->path().filename() == "node_modules") at.disable_recursion_pending();
      const std::string kind = at->path().extension().string();
      if (kind != ".hpp" && kind != ".cpp") continue;
      files.push_back(
          source_file(fs::relative(at->path(), root).generic_string(), read_text(at->path())));
    }
  }
  std::sort(files.begin(), files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return files;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> includes_of(const SourceFile& file) {
  const std::string directive = "#include ";
  std::vector<Include> includes;
  for (std::size_t i = 0; i < file.text.size(); ++i) {
    const std::string& line = file.text[i];
    if (!line.starts_with(directive) || !file.code[i].starts_with(directive)) continue;
    const std::size_t open = directive.size();
    const std::size_t close = line.find_first_of("\">", open + 1);
    if (close == std::string::npos) continue;
    includes.push_back({i + 1, line.substr(open + 1, close - open - 1), line[open] == '"'});
  }
  return includes;
}

}  // namespace rehearse::tidy
