#pragma once

#include <string>

#include "language/reader.hpp"
#include "models/specs/workload_spec.hpp"

namespace rehearse {

/// Reads the recorded arrivals that `spec.file` names: lines of "offset_seconds" or
/// "offset_seconds,service/operation", rising; a header line may come first. Mistakes are reported
/// in that file, or at `node` when it cannot be read.
void read_arrivals(Reader& reader, const Node& node, ReplaySpec& spec);

/// The same as text, for whoever writes a model with recorded arrivals.
std::string arrivals_text(const ReplaySpec& spec);

}  // namespace rehearse
