#pragma once

#include <string>

#include "studies/model_audit.hpp"

namespace rehearse {

/// The word of a kind, in texts and JSON: "seen", "assumed", "given", "open", "contradicted".
const char* word(Knowledge knowledge);

/// "p99 of services.a..." or the path alone.
std::string name_of(const Identified& known);

/// For people. Of each part the first lines, at most so many, and how many are missing.
std::string text(const ModelAudit& audit, std::size_t most_lines);

}  // namespace rehearse
