#include "tests/tidy/declarations.hpp"

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

/// The namespace or type that a declaration opens. No name: it opens neither, or an unnamed one.
struct Opened {
  bool is_namespace = false;
  std::string name;
};

Opened opened_by(const std::string& declaration) {
  static const std::regex space(R"(\bnamespace\s+([A-Za-z0-9_:]+))");
  static const std::regex type(R"(\b(?:class|struct|union|enum)\s+([A-Z][A-Za-z0-9_]*)\s*)"
                               R"((?:final\s*)?(?:$|:[^:]))");
  std::smatch match;
  if (std::regex_search(declaration, match, space)) return {true, match[1]};
  if (declaration.find("namespace") != std::string::npos) return {true, ""};
  if (std::regex_search(declaration, match, type)) return {false, match[1]};
  return {};
}

/// Reads a file's code letter by letter and keeps the open braces on a stack.
class Reader {
 public:
  Declarations read(const SourceFile& file) {
    for (line_ = 1; line_ <= file.code.size(); ++line_) {
      const std::string& line = file.code[line_ - 1];
      if (continued_directive_ || line.starts_with("#")) {
        continued_directive_ = line.ends_with("\\");
        continue;
      }
      for (const char letter : line) take(letter);
      take(' ');
    }
    return std::move(found_);
  }

 private:
  struct Open {
    Scope scope;
    std::size_t first_line;
    Opened what;
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
    const Scope scope = in_function ? Scope::other : scope_of(declaration_);
    const Opened what = in_function ? Opened{} : opened_by(declaration_);
    if (!in_function && !what.is_namespace && !what.name.empty()) note_type(what.name);
    open_.push_back({scope, first_line_, what});
    forget();
  }

  void close() {
    forget();
    if (open_.empty()) return;
    if (open_.back().scope == Scope::function) {
      found_.functions.push_back({open_.back().first_line, line_});
    }
    open_.pop_back();
  }

  /// What stands in a type or in an unnamed namespace cannot be taken for another file's.
  void note_type(const std::string& name) {
    std::string path;
    for (const Open& outer : open_) {
      if (!outer.what.is_namespace || outer.what.name.empty()) return;
      path += outer.what.name + "::";
    }
    found_.types.push_back({path + name, first_line_});
  }

  void forget() { declaration_.clear(); }

  std::vector<Open> open_;
  Declarations found_;
  std::string declaration_;
  std::size_t first_line_ = 0;
  std::size_t line_ = 0;
  bool continued_directive_ = false;
};

}  // namespace

Declarations declarations_of(const SourceFile& file) {
  return Reader().read(file);
}

}  // namespace rehearse::tidy
