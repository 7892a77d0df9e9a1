#pragma once

#include <memory>
#include <string>

namespace rehearse {

/// A regular expression that finds the name of a service in the name of an instance; matching takes
/// time linear in the name, whatever the expression.
class NamePattern {
 public:
  /// Throws InvalidInput, saying why, when `expression` is none, or longer than 1,000 letters.
  /// Expressions that cannot be matched in linear time (looking around, back references) are none.
  explicit NamePattern(const std::string& expression);
  ~NamePattern();
  NamePattern(NamePattern&&) noexcept;

  /// The first group of the first match, or all of it when there is no group; all of `name` when it
  /// does not match.
  std::string find_in(const std::string& name) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace rehearse
