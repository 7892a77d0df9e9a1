#pragma once

#include <optional>
#include <string>

#include "cli/verb.hpp"
#include "studies/model_audit.hpp"

/// The audit of a model file, which `audit` makes where it finds one in place of traces.
namespace rehearse {

/// Whether the file is a model or a scenario by what it holds, whatever its name: its first lines
/// have a key that only they have. False for what cannot be opened, devices and pipes: these are
/// for whoever reads traces to refuse.
bool is_rehearse_file(const std::string& path);

/// What is known of the first file, a model, and, where a second one is named, what its scenario
/// makes of that. Nothing when interrupted before the first replication was finished. Throws
/// InvalidInput for other files, for a scenario of another model, and for options of traces.
std::optional<ModelAudit> audit_model(const Invocation& invocation);

}  // namespace rehearse
