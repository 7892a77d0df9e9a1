#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/model_difference.hpp"

namespace rehearse {

/// Changes in lines for people, in parts with a heading, at most about so many: of each part some,
/// and then those that matter most. Says how many are missing, and `where_all_are`.
std::string difference_text(const std::vector<ModelChange>& changes, std::size_t most_lines,
                            std::string_view where_all_are);

}  // namespace rehearse
