#pragma once

#include <cstddef>
#include <string_view>

/// What the compiler knows of an enum whose values count up from zero, so that a table of its
/// values does not compile when one is missing.
namespace rehearse {

/// Whether a value has a name. g++ and clang write a value without one as a cast, "(Kind)6"; other
/// parentheses are of functions and of unnamed namespaces.
template <auto value>
consteval bool is_enumerator() {
  const std::string_view text = __PRETTY_FUNCTION__;
  const char after = text[text.rfind(')') + 1];
  return after < '0' || after > '9';
}

template <class Enum, std::size_t from = 0>
consteval std::size_t enumerator_count() {
  if constexpr (is_enumerator<static_cast<Enum>(from)>()) {
    return enumerator_count<Enum, from + 1>();
  } else {
    return from;
  }
}

/// Whether each row stands at the number of its value, and none is missing.
template <class Rows, class Row, class Enum>
constexpr bool lists_every(const Rows& rows, Enum Row::*value) {
  if (rows.size() != enumerator_count<Enum>()) return false;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (static_cast<std::size_t>(rows[i].*value) != i) return false;
  }
  return true;
}

}  // namespace rehearse
