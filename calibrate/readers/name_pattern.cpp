#include "calibrate/readers/name_pattern.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "sim/error.hpp"

namespace rehearse {
namespace {

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  return options;
}

/// RE2 quotes the part it stumbled over, of any length, behind what is wrong with it.
std::string reason_of(const RE2& expression) {
  constexpr std::size_t longest_shown = 40;
  const std::string& at = expression.error_arg();
  const std::string what = expression.error().substr(0, expression.error().find(':'));
  return at.empty() || at.size() > longest_shown ? what : what + ": " + at;
}

/// Longer ones are nobody's, and would be compiled by recursion.
const std::string& of_sensible_length(const std::string& expression) {
  constexpr std::size_t longest = 1000;
  if (expression.size() <= longest) return expression;
  throw InvalidInput(fmt::format("it is longer than {} letters", longest));
}

}  // namespace

struct NamePattern::Compiled {
  explicit Compiled(const std::string& text) : expression(text, quiet()) {}
  RE2 expression;
};

NamePattern::NamePattern(const std::string& expression)
    : compiled_(std::make_unique<Compiled>(of_sensible_length(expression))) {
  if (!compiled_->expression.ok()) throw InvalidInput(reason_of(compiled_->expression));
}

NamePattern::~NamePattern() = default;
NamePattern::NamePattern(NamePattern&&) noexcept = default;

std::string NamePattern::find_in(const std::string& name) const {
  const RE2& expression = compiled_->expression;
  re2::StringPiece matches[2];
  const bool grouped = expression.NumberOfCapturingGroups() > 0;
  if (!expression.Match(name, 0, name.size(), RE2::UNANCHORED, matches, grouped ? 2 : 1)) {
    return name;
  }
  return std::string(matches[grouped ? 1 : 0]);
}

}  // namespace rehearse
