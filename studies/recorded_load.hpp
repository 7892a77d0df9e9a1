#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/specs/model_spec.hpp"
#include "studies/arm_record.hpp"

namespace rehearse {

/// What the scenario brings a service beside what was recorded of it. Ratios are of the highest
/// load (in 10 s, averaged over the instances of a LoadGroup and over replications) to the highest
/// that was recorded; absent when the model does not say what was recorded, as those of rehearse
/// 0.1.0 do not.
struct LoadRatios {
  std::string service;
  std::optional<double> work_ratio;    // of the work begun, over time
  std::optional<double> inside_ratio;  // of the requests inside, time in calls included
  /// Of visits to an instance, on average; where only how many were recorded is known.
  std::optional<double> visits_ratio;
  bool operator==(const LoadRatios&) const = default;

  /// The greatest that is known.
  std::optional<double> highest() const;
};

/// Of every service that something came to, whatever is known of its limit.
std::vector<LoadRatios> load_ratios(const ModelSpec& model, const ArmRecord& arm);

/// A service that nobody has seen under what the scenario brings it, and whose limit is assumed to
/// be unlimited.
using UnknownCapacity = LoadRatios;

/// The services of which the load goes beyond `most_load_ratio` times either recorded load, or of
/// which nothing was recorded: a pass that they took part in rests on capacity that nobody knows.
std::vector<UnknownCapacity> unknown_capacities(const ModelSpec& model, const ArmRecord& arm);

/// How long was recorded, from first to last; nothing where the model does not say.
std::optional<double> recorded_seconds(const ProvenanceSpec& provenance);

/// "cart (1.5 times the recorded work)".
std::string text_of(const UnknownCapacity& unknown);

}  // namespace rehearse
