#pragma once

#include <string>

#include "models/specs/model_spec.hpp"

namespace rehearse {

/// What `write_model` makes of a learned model, read again as `run` and `inspect` will: what they
/// would refuse is refused here, where the traces are at hand. `name` is that of the file to be.
/// Throws InvalidInput that says why.
std::string readable_model_text(const ModelSpec& model, const std::string& name);

/// Refuses to write a learned model over one that says something else: somebody may have corrected
/// it by hand. Where it was learned from does not matter. What is no regular file, or empty, may be
/// written to. Throws InvalidInput that names the values that differ, some of them if many.
void refuse_other_model(const ModelSpec& learned, const std::string& path);

}  // namespace rehearse
