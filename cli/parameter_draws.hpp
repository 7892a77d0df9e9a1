#pragma once

#include <memory>

#include "models/specs/parameter_draws.hpp"
#include "scenarios/scenario.hpp"

namespace rehearse {

/// The draws beside the model of a scenario. Null where the scenario asks for the fitted model, or
/// says nothing and there are none. Throws InvalidInput where it asks for draws and there are none,
/// where they are damaged, and where they are not of this model.
std::shared_ptr<const DrawnModel> drawn_model(const Scenario& scenario);

}  // namespace rehearse
