#include "calibrate/readers/values_in_text.hpp"

#include <charconv>
#include <system_error>

namespace rehearse {
namespace {

template <class T>
std::optional<T> parsed(std::string_view text) {
  T number{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> integer_in(std::string_view text) {
  return parsed<std::int64_t>(text);
}

std::optional<double> number_in(std::string_view text) {
  return parsed<double>(text);
}

std::optional<bool> boolean_in(std::string_view text) {
  if (text == "true" || text == "True") return true;
  if (text == "false" || text == "False") return false;
  return std::nullopt;
}

std::optional<std::int64_t> integer_of(double number) {
  if (!(number > -9.2e18 && number < 9.2e18)) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace rehearse
