#include "tests/tidy/functions.hpp"

#include <cctype>
#include <regex>

namespace rehearse::tidy {
namespace {

enum class Scope { outer, function, other };

/// `declaration`: what stands between the last `;`, `{` or `}` and an opening brace.
Scope scope_of(const std::string& declaration) {
  static const std::regex outer(
      R"(^\s*((public:|private:|protected:|inline|template\s*<[^>]*>)\s*)*)"
      R"((namespace|class|struct|union|enum)\b)");
  static const std::regex initialiser(R"(^[^(]*[^=!<>(]=[^=])");
  static const std::regex language(R"(^\s*extern\s*""\s*$)");
  if (std::regex_search(declaration, language)) return Scope::outer;
  const bool has_parameters = declaration.find('(') != std::string::npos;
  const bool is_type = std::regex_search(declaration, outer);
  if (is_type && (!has_parameters || declaration.find(" : ") != std::string::npos)) {
    return Scope::outer;
  }
  if (!has_parameters) return Scope::other;
  const bool is_operator = declaration.find("operator") != std::string::npos;
  if (!is_operator && std::regex_search(declaration, initialiser)) return Scope::other;
  return Scope::function;
}

/// Reads a file's code letter by letter and keeps the open braces on a stack.
class Reader {
 public:
  std::vector<Function> read(const SourceFile& file) {
    for (line_ = 1; line_ <= file.code.size(); ++line_) {
      const std::string& line = file.code[line_ - 1];
      if (continued_directive_ || line.starts_with("#")) {
        continued_directive_ = line.ends_with("\\");
        continue;
      }
      for (const char letter : line) take(letter);
      take(' ');
    }
    return std::move(functions_);
  }

 private:
  struct Open {
    Scope scope;
    std::size_t first_line;
  };

  void take(char letter) {
    if (letter == '{') return open();
    if (letter == '}') return close();
    if (letter == ';') return forget();
    if (declaration_.empty()) {
      if (std::isspace(static_cast<unsigned char>(letter)) != 0) return;
      first_line_ = line_;
    }
    declaration_ += letter;
  }

  void open() {
    const bool in_function = !open_.empty() && open_.back().scope != Scope::outer;
    open_.push_back({in_function ? Scope::other : scope_of(declaration_), first_line_});
    forget();
  }

  void close() {
    forget();
    if (open_.empty()) return;
    if (open_.back().scope == Scope::function)
      functions_.push_back({open_.back().first_line, line_});
    open_.pop_back();
  }

  void forget() { declaration_.clear(); }

  std::vector<Open> open_;
  std::vector<Function> functions_;
  std::string declaration_;
  std::size_t first_line_ = 0;
  std::size_t line_ = 0;
  bool continued_directive_ = false;
};

}  // namespace

std::vector<Function> functions_of(const SourceFile& file) {
  return Reader().read(file);
}

}  // namespace rehearse::tidy
