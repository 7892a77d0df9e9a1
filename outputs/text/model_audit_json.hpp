#pragma once

#include <string>

#include "studies/model_audit.hpp"

namespace rehearse {

/// The whole audit for programs. Durations are in seconds; what ends in `percent` is from 0 to 100,
/// all other shares and probabilities from 0 to 1; null where something is not known, or without
/// end.
std::string json_of(const ModelAudit& audit);

}  // namespace rehearse
