#pragma once

#include <string>

#include "studies/model_audit.hpp"

namespace rehearse {

/// The whole audit for programs. Durations are in seconds, probabilities and shares from 0 to 1.
std::string json_of(const ModelAudit& audit);

}  // namespace rehearse
