#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Sampling that depends on how requests ended: traces with errors, or slow ones, stand for fewer
/// others than their neighbours of the same endpoint do, so that they are in the recording more
/// often. Only the spans' own word for how many they stand for can tell; where none says it, or all
/// say the same, that is said.
SignAnswer find_sampling_by_outcome(const Recording& recording);

}  // namespace rehearse
