#pragma once

#include <string>
#include <vector>

#include "models/mistakes.hpp"

namespace rehearse {

/// The parts of find_mistakes; each adds what it finds.
void find_service_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes);
void find_experiment_mistakes(const ModelSpec& model, const ExperimentSpec& experiment,
                              std::vector<Mistake>& mistakes);

/// A cyclic call graph is fine as long as the expected number of visits converges. What decides is
/// the spectral radius of the matrix of expected calls between endpoints, taken for each strongly
/// connected part: below one, feedback dies out. Retries are not counted: they need failures.
void find_feedback_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes);

template <class Map>
std::vector<std::string> names_of(const Map& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& [name, value] : map) names.push_back(name);
  return names;
}

/// A hint towards the nearest of some names; otherwise a list of them, if they are few.
std::string hint_towards(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace rehearse
