#pragma once

#include <memory>

#include "models/specs/parameter_draws.hpp"
#include "scenarios/scenario.hpp"

namespace rehearse {

/// The draws beside the model of a scenario. Null where the scenario asks for the fitted model, or
/// says nothing and there are none. Throws InvalidInput where it asks for draws and there are none,
/// where they are damaged, and where they are not of this model.
std::shared_ptr<const DrawnModel> drawn_model(const Scenario& scenario);

/// The draws beside a model; null where there are none. Throws InvalidInput where they are damaged
/// or not of this model; then `else_do` says what else could be done than calibrate it again.
std::shared_ptr<const DrawnModel> drawn_model(const ModelSpec& model, const std::string& model_path,
                                              const std::string& else_do);

}  // namespace rehearse
