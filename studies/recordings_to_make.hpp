#pragma once

#include <string>

#include "models/checks/open_values.hpp"
#include "models/specs/model_spec.hpp"
#include "studies/beyond_recording.hpp"

/// Which recording would tell a value, as sentences: how long, of which service, under which load.
namespace rehearse {

/// Of an open value, under the load that the scenario brings.
std::string recording_for(const OpenValue& value, const BeyondRecording& beyond);

/// Of what evidence says was observed: so much of the same that its interval halves.
std::string recording_for(const std::string& evidence_path, const ModelSpec& model);

/// From where to where an open value may be, and what that rests on.
std::string range_text(const OpenValue& value, const ModelSpec& model);

}  // namespace rehearse
