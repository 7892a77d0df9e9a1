#include "sim/counted_text.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstddef>

#include "sim/expects.hpp"

namespace rehearse {

std::string count_text(std::uint64_t count) {
  std::string digits = std::to_string(count);
  for (auto position = static_cast<std::ptrdiff_t>(digits.size()) - 3; position > 0;
       position -= 3) {
    digits.insert(static_cast<std::size_t>(position), ",");
  }
  return digits;
}

std::string counted(std::uint64_t count, std::string_view one, std::string_view several) {
  expects(!one.empty(), "what is counted has a name");
  std::string text = count_text(count) + " ";
  text += agreeing(count, one, several);
  if (count != 1 && several.empty()) text.append(one).append("s");
  return text;
}

std::string_view agreeing(std::uint64_t count, std::string_view one, std::string_view several) {
  return count == 1 ? one : several;
}

std::string times_text(double times) {
  if (!(times >= 999.5 && times < 1e15)) return fmt::format("{:.3g}", times);
  const std::string digits = fmt::format("{:.2e}", times);
  double rounded = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), rounded);
  return count_text(static_cast<std::uint64_t>(std::round(rounded)));
}

}  // namespace rehearse
