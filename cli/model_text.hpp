#pragma once

#include <string>

#include "models/specs/model_spec.hpp"

namespace rehearse {

/// What `write_model` makes of a learned model, read again as `run` and `inspect` will: what they
/// would refuse is refused here, where the traces are at hand. `name` is that of the file to be.
/// Throws InvalidInput that says why.
std::string readable_model_text(const ModelSpec& model, const std::string& name);

}  // namespace rehearse
