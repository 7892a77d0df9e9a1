#pragma once

#include <vector>

#include "calibrate/learn/behaviours.hpp"
#include "calibrate/learn/structure.hpp"
#include "models/specs/service_spec.hpp"

namespace rehearse {

/// The times of a behaviour, in nanoseconds; zeros are not written. `own[k]` is constant work
/// before group k, `leads` are constant work within the chains of groups, and `carried`, the law of
/// all that is not constant, stands in the place of own[carrier].
struct StepTimes {
  std::vector<double> own;
  std::vector<std::vector<std::vector<double>>> leads;
  std::size_t carrier = 0;
  LawSpec carried;
};

/// The structure as steps. Three or more equal calls in a row, with nothing between them, become
/// one `repeat`.
StepSequence steps_of(const Structure& structure, const StepTimes& times, const StepNames& names);

}  // namespace rehearse
