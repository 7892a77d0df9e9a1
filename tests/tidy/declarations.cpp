#include "tests/tidy/declarations.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <set>

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

/// Words that stand before an expression, and so before no declared name.
bool leads_an_expression(const std::string& word) {
  static const std::set<std::string> words = {"return", "else", "case", "throw", "co_return",
                                              "new",    "not",  "and",  "or",    "do"};
  return words.contains(word);
}

bool is_word(const std::string& token) {
  return std::isalnum(static_cast<unsigned char>(token.front())) != 0 || token.front() == '_';
}

struct Token {
  std::string text;
  std::size_t line;
};

std::vector<Token> tokens_of(const SourceFile& file) {
  static const std::regex token(R"([A-Za-z0-9_]+|::|->|&&|\|\||<<|>>|[^\sA-Za-z0-9_])");
  std::vector<Token> tokens;
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    const std::string& line = file.code[i];
    if (line.starts_with("#")) continue;
    for (std::sregex_iterator match(line.begin(), line.end(), token), end; match != end; ++match) {
      tokens.push_back({match->str(), i + 1});
    }
  }
  return tokens;
}

/// Whether what stands before `at` ends a type: then a name there is being declared.
bool after_a_type(const std::vector<Token>& tokens, std::size_t at) {
  // Out of a qualified name: Type Class::name(
  while (at >= 2 && tokens[at - 1].text == "::" && is_word(tokens[at - 2].text)) at -= 2;
  if (at == 0) return false;
  std::string before = tokens[at - 1].text;
  if (before == "&" || before == "*") {
    // What stands around an operator is a product; around the sign of a reference, a type.
    if (at < 2) return false;
    before = tokens[at - 2].text;
    if (is_word(before) && std::islower(static_cast<unsigned char>(before.front())) != 0) {
      return before == "auto" || before == "char" || before == "void";
    }
  }
  return before == ">" || (is_word(before) && !leads_an_expression(before) &&
                           std::isdigit(static_cast<unsigned char>(before.front())) == 0);
}

}  // namespace

std::vector<Mention> mentions_of(const SourceFile& file) {
  const std::vector<Token> tokens = tokens_of(file);
  const std::vector<Function> bodies = declarations_of(file).functions;
  const auto in_a_body = [&](std::size_t line) {
    return std::any_of(bodies.begin(), bodies.end(), [line](const Function& body) {
      return line > body.first_line && line < body.last_line;
    });
  };
  std::vector<Mention> mentions;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const std::string& name = tokens[i].text;
    if (std::islower(static_cast<unsigned char>(name.front())) == 0) continue;
    const bool called = i + 1 < tokens.size() && tokens[i + 1].text == "(";
    mentions.push_back(
        {name, tokens[i].line, called && !in_a_body(tokens[i].line) && after_a_type(tokens, i)});
  }
  return mentions;
}

Declarations declarations_of(const SourceFile& file) {
  return Reader().read(file);
}

}  // namespace rehearse::tidy
