#pragma once

#include <string>

#include "models/specs/model_spec.hpp"

namespace rehearse {

/// Whether nobody knows how much an instance of this service can do: it has no workers in the
/// model, and the evidence says that this was assumed, because the recording did not tell; or a
/// calibrated model has lost that evidence, which makes nobody know more. Cores do not tell: four
/// workers on eight of them are four. Such a service does not queue here before its cores are
/// short, so what passes under more load than was recorded passes by assumption. Expects a service
/// of the model.
bool limit_is_assumed(const ModelSpec& model, const std::string& service);

/// Beyond so many times the recorded load a service is not taken for known.
inline constexpr double most_load_ratio = 1.2;

}  // namespace rehearse
