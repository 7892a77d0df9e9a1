#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/specs/parameter_draws.hpp"
#include "sim/stats/intervals.hpp"

/// How well a recording fixes the numbers that were learned from it.
namespace rehearse {

/// The learned numbers of a model, laws by two of their quantiles. Durations are in seconds.
struct LearnedParameters {
  std::vector<std::string> paths;
  std::vector<double> levels;  // [path]: of a law's quantile, 0.5 or 0.99; 0: a number
  std::vector<bool> durations;
  std::vector<double> values;
};
LearnedParameters learned_parameters(const ModelSpec& model);

/// The same in each draw: [draw, parameter]. Expects a model of that shape.
std::vector<double> drawn_parameters(const DrawnModel& drawn);

/// The nearest path at or above this one that evidence speaks of; empty where none does.
std::string evidence_above(const ModelSpec& model, const std::string& path);

/// How well one number is known.
struct Identified {
  std::string path;
  double level = 0;  // as in LearnedParameters
  bool is_duration = false;
  double learned = 0;
  std::optional<Interval> range;   // where 90 % of the draws are; absent where there are none
  double relative_width = 0;       // of that range, over the middle of the draws
  std::uint64_t observations = 0;  // that it rests on; 0: evidence does not say
  bool is_guess = false;           // a quantile with fewer than ten observations beyond it
};

/// The observed numbers of a model, those first that are known worst. By the draws, where they
/// vary; without draws as wide as counts, and shares, of so many observations are, on either side
/// of 90 %: then of numbers of whose observations evidence says how many there were. Of a quantile
/// those count that are beyond it.
std::vector<Identified> identified_values(const ModelSpec& model, const DrawnModel* drawn);

}  // namespace rehearse
