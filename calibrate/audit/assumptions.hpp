#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/learn/arrivals.hpp"
#include "calibrate/learn/edges.hpp"
#include "calibrate/learn/lost_spans.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// What was found in a recording, and the model of it.
struct Learned {
  const ModelSpec& model;
  const ArrivalFacts& arrivals;
  const EdgeTable& edges;
  const LossRates& losses;
  const TraceForest& forest;
  const NameTable& names;
  const std::vector<std::int64_t>& grains;  // of the clocks: see clock_grains
};

/// What the model takes for granted, as the recording cannot tell, and what in the recording speaks
/// against it: a sentence each, for the account.
std::vector<std::string> assumptions_of(const Learned& learned);

}  // namespace rehearse
