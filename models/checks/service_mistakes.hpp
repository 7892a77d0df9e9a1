#pragma once

#include <vector>

#include "models/checks/mistakes.hpp"

namespace rehearse {

/// What is wrong with services and workloads: names that are not there, numbers that cannot be.
/// Adds what it finds.
void find_service_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes);

}  // namespace rehearse
