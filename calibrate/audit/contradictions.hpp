#pragma once

#include <string>
#include <vector>

#include "calibrate/learn/recorded_bounds.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// A value that a person gave, and that the recording cannot have come from.
struct Contradiction {
  std::string path;
  std::string seen;  // "9 at work at once"
};

/// What a recording shows against the given values of a model, where it can: workers of a queue
/// that serves first who came first, and that keep their job while it calls; instances; timeouts of
/// calls and of attempts. `learned`: the model that was learned from it, without what was given.
std::vector<Contradiction> contradictions(const ModelSpec& model, const ModelSpec& learned,
                                          const RecordedBounds& bounds);

}  // namespace rehearse
