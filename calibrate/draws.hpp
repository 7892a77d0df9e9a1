#pragma once

#include <cstdint>

#include "calibrate/calibrate.hpp"
#include "calibrate/readers/span.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "models/specs/parameter_draws.hpp"

namespace rehearse {

/// More spans than that take a sample of whole traces, and draws about it are scaled.
inline constexpr std::size_t most_spans_drawn_from = 200'000;

/// What a recording leaves open about the numbers of the model learned from it: a Bayesian
/// bootstrap over traces (Rubin, Annals of Statistics 9, 1981). Each draw weighs every trace by an
/// exponential quantity of mean 1, so that counts get Dirichlet, rates gamma draws and laws those
/// of a weighted sample, and learns the numbers anew, all from the same weights, so that what
/// depends on one another stays so. Where the times of neighbouring traces go together, blocks of
/// them share a weight: as many as make the means of blocks vary as independent ones would.
///
/// Structure is that of the model: of what the draw learns differently the model's numbers stay.
/// The same draws for the same spans, whatever their order and the number of threads. Costs, for
/// each draw, what learning costs without reading. Expects the forest, as planted, that the model
/// was learned from, and at least one draw. `without_circles`: as it was learned.
ParameterDraws draw_parameters(const ModelSpec& model, const TraceForest& forest,
                               const NameTable& names, const CalibrateOptions& options,
                               bool without_circles);

/// Of how many consecutive traces the times go together: from the variance of the means of blocks
/// over that of single ones. `scores` are in the order of time.
std::size_t dependence_length(const std::vector<double>& scores);

}  // namespace rehearse
