#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rehearse {

/// The whole of `text` as a whole number of decimal digits that fits.
std::optional<std::int64_t> integer_in(std::string_view text);
/// The whole of `text` as a number.
std::optional<double> number_in(std::string_view text);
/// The texts "true" and "false".
std::optional<bool> boolean_in(std::string_view text);

/// Some exporters write whole numbers with an exponent. Nothing when it does not fit.
std::optional<std::int64_t> integer_of(double number);

}  // namespace rehearse
