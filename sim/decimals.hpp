#pragma once

#include <cstdint>

#include "sim/time.hpp"

/// Numbers that people write as decimals, and ratios that are compared with them. 99.9 % is 0.999,
/// and 999 of 1,000 is 0.999: the same double, since each is the one nearest to the same number. A
/// rounded multiplication or division more, as in 99.9 / 100, lands beside it for every fourth
/// percentage with one decimal, and an objective that is met to the point is then missed.
namespace rehearse {

/// The fraction that a percentage is: of the shortest decimal that reads as `percent`, with its
/// point two places on. Finite numbers only; not for where it is asked a million times.
double fraction_of_percent(double percent);

/// The shortest decimal that reads as this float, as a double: 0.8f is 0.8, and not above it.
double widened(float value);

/// The double nearest to `part` / `whole` wherever that is a decimal of at most fifteen digits,
/// however large both are: reduced to lowest terms, both then are doubles, and one division rounds
/// once. Expects `whole` above zero.
double quotient(unsigned __int128 part, unsigned __int128 whole);

/// So many in a span of time, by the second; likewise. Expects a span above zero.
double per_second(std::uint64_t count, Duration span);

}  // namespace rehearse
