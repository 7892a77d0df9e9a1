#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace rehearse {

/// "1,234,567".
std::string count_text(std::uint64_t count);

/// "1 instance", "1,234 instances". Of a noun whose plural does not end in "s" alone, `several`
/// says it.
std::string counted(std::uint64_t count, std::string_view one, std::string_view several = "");

/// The verb or pronoun that agrees with a count: `agreeing(2, "goes", "go")` is "go".
std::string_view agreeing(std::uint64_t count, std::string_view one, std::string_view several);

/// How many times as much, three significant digits and no exponent: "2.43", "1,010".
std::string times_text(double times);

}  // namespace rehearse
