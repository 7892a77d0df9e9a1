#pragma once

#include <cstddef>
#include <string>

#include "models/specs/model_spec.hpp"

namespace rehearse {

/// A model at first sight, for people: where requests come in and who calls whom, as a tree; the
/// services, with what is assumed of them, or given. Of longer parts the first lines, at most so
/// many, and how many are missing.
std::string model_drawing(const ModelSpec& model, std::size_t most_lines);

}  // namespace rehearse
