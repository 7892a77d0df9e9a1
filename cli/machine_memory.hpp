#pragma once

#include <string>

#include "studies/study_memory.hpp"

namespace rehearse {

/// What this process may use: of the machine, its container and its own limit, the least.
double memory_of_machine();

/// Throws InvalidInput, with the estimate and what to make smaller, when the study needs more than
/// there is. `scenario` is the file that asks for it.
void check_fits(const StudyMemory& needed, double available, const std::string& scenario);

}  // namespace rehearse
