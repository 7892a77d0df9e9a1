#pragma once

#include "models/specs/model_spec.hpp"

namespace rehearse {

/// Writes the learned numbers of one model into another of the same recording, wherever both have
/// them: behaviours of an endpoint are found by their steps, and laws are read at the levels that
/// are there. The numbers of a behaviour that is found nowhere stay, and so does the shape of the
/// model; the weight of one that is not there stays in proportion to the others.
void adopt_numbers(const ModelSpec& from, ModelSpec& into);

}  // namespace rehearse
