#pragma once

#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// What is allowed and probably not meant, a sentence each: a percentage below one, an objective
/// about a number that no run can have, a fault where no request comes, a zone that falls silent
/// for callers who wait for ever. Expects specs without mistakes.
std::vector<std::string> find_doubts(const ModelSpec& model, const ExperimentSpec& experiment);

}  // namespace rehearse
