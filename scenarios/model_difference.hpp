#pragma once

#include <vector>

#include "models/specs/model_spec.hpp"
#include "scenarios/value_difference.hpp"

namespace rehearse {

/// Everything that differs, the parts in their order and in each the largest first; empty exactly
/// when both models say the same. Behaviours are matched by the calls they make, whatever their
/// order, and their weights compared as shares. Recorded arrivals count, the name of the model's
/// own file does not.
std::vector<ModelChange> differences(const ModelSpec& before, const ModelSpec& after);

}  // namespace rehearse
