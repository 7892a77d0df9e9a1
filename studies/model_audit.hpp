#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/specs/model_spec.hpp"
#include "studies/beyond_recording.hpp"
#include "studies/identifiability.hpp"
#include "studies/worth_of_knowing.hpp"

/// What is known of a model, and what is not: as plain data, for people and programs.
namespace rehearse {

/// contradicted: given, and the recording speaks against it. open: assumed, or not said at all, and
/// has a range.
enum class Knowledge { seen, assumed, given, open, contradicted };

struct KnownValue {
  Knowledge knowledge = Knowledge::seen;
  std::string path;
  std::string value;  // as the model has it, or of an open one its range; empty: at no path
  std::string why;    // the note of its evidence, or what speaks against it
  std::uint64_t observations = 0;
};

/// What a scenario makes of it. Absent parts were not run.
struct ScenarioAudit {
  std::string scenario;
  std::uint64_t replications = 0;
  std::string verdict;
  BeyondRecording beyond;
  std::optional<WorthOfKnowing> worth;  // where there are objectives, and the study was finished
};

struct ModelAudit {
  std::string model;
  ProvenanceSpec provenance;
  std::uint64_t draws = 0;         // beside the model; 0: there are none
  std::vector<KnownValue> values;  // by kind, then by path
  std::vector<Identified> identified;
  std::optional<ScenarioAudit> scenario;
};

}  // namespace rehearse
