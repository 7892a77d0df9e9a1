#pragma once

#include <string>

namespace rehearse {

/// The page docs/outcome_format.md.
std::string outcome_format_page();

}  // namespace rehearse
