#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "models/specs/preflight_spec.hpp"

namespace rehearse {

/// Where a value was said; by its path. What is absent was not said: a default.
struct Origin {
  std::string file;
  int line = 0;
  bool overridden = false;  // by [set] of the scenario
};
using Origins = std::map<std::string, Origin>;

/// What replications run: a draw each of the model's numbers, or the numbers as they were learned.
enum class Parameters { posterior, point };
/// Whether other readings of what nobody knows are looked for.
enum class ReadingsWanted { search, off };

/// A scenario with its model, overrides applied, free of mistakes.
struct Scenario {
  std::string name;
  std::string path;
  std::string model_path;
  std::string text;        // of the scenario file, for the outcome file
  std::string model_text;  // of the model file
  std::uint64_t seed = 1;
  std::uint64_t replications = 200;
  std::optional<int> threads_per_replication;  // chosen when absent
  std::optional<Parameters> parameters;        // posterior when absent, where there are draws
  ReadingsWanted readings = ReadingsWanted::search;
  ModelSpec model;
  ExperimentSpec experiment;
  std::optional<PreflightSpec> preflight;
  Origins origins;
  std::vector<std::string> doubts;        // allowed, and probably not meant
  std::vector<std::string> contradicted;  // given values that the recording speaks against
};

struct Model {
  std::string path;
  std::string text;
  ModelSpec spec;
};

/// Both throw InvalidInput with all mistakes of all files concerned.
Scenario load_scenario(const std::string& path);
Model load_model(const std::string& path);

/// Reads a model from text, as load_model does; `name` is shown in diagnostics, and files that the
/// model names are relative to it.
ModelSpec parse_model(const std::string& text, const std::string& name);

}  // namespace rehearse
