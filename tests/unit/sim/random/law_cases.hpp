#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/random/law.hpp"

namespace rehearse::testing {

/// E X^0 ... E X^4, in milliseconds.
using Moments = std::array<long double, 5>;

/// A law with all that theory knows of it, in milliseconds and from the C library's long double
/// functions: nothing of what is tested.
struct LawCase {
  std::string name;
  LawSpec spec;
  Moments moments{};
  /// P(X <= x).
  std::function<long double(long double)> distribution;
  /// The inverse where it has a formula, otherwise empty.
  std::function<long double(long double)> inverse;
  /// Of a million samples; the same with every compiler.
  std::uint64_t digest = 0;
};

/// One of every form, and two where a form has two methods.
std::vector<LawCase> law_cases();

/// The same law with all durations times `factor`.
LawSpec stretched(const LawSpec& spec, double factor);

}  // namespace rehearse::testing
