#pragma once

#include <vector>

#include "models/checks/mistakes.hpp"

namespace rehearse {

/// A cyclic call graph is fine as long as the expected number of visits converges. What decides is
/// the spectral radius of the matrix of expected calls between endpoints, taken for each strongly
/// connected part: below one, feedback dies out. Retries are not counted: they need failures.
void find_feedback_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes);

}  // namespace rehearse
