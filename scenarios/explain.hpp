#pragma once

#include <string>

#include "scenarios/scenario.hpp"

namespace rehearse {

/// The fully resolved scenario and model as one TOML text, in which every default is spelt out.
/// Each line ends in a comment with the origin of its value; counts that follow from percentages
/// are there too.
std::string explain(const Scenario& scenario);

}  // namespace rehearse
