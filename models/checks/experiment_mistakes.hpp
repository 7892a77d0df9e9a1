#pragma once

#include <vector>

#include "models/checks/mistakes.hpp"

namespace rehearse {

/// What is wrong with an experiment on a model. Adds what it finds.
void find_experiment_mistakes(const ModelSpec& model, const ExperimentSpec& experiment,
                              std::vector<Mistake>& mistakes);

}  // namespace rehearse
