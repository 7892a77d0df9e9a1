#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sim/rate.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// A duration as people write it: "250ms", "1.5s", "1m30s"; units ns, us, ms, s, m, h, largest
/// first. Rounded to the nearest nanosecond. Nothing when a unit is missing, when the text is
/// something else, or when the span is longer than a century. A leading minus is read, so that it
/// can be refused.
std::optional<Duration> parse_duration(std::string_view text);

/// A rate with its unit: "84/s", "5/m" or "5/min", "100/h". Rounded once, so that "6.6/m" is what
/// 66 in ten minutes are.
std::optional<Rate> parse_rate(std::string_view text);
std::string rate_text(Rate rate);

/// A plain decimal number, the whole text of it. No infinities, no NaN.
std::optional<double> parse_number(std::string_view text);

/// The fraction that a decimal number of percent is: "99.9" is 0.999, the very number that 0.999
/// is.
std::optional<double> parse_percentage(std::string_view text);

/// The shortest decimal that reads back as the same number.
std::string number_text(double value);

}  // namespace rehearse
