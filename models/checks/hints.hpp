#pragma once

#include <string>
#include <vector>

/// Help for names that are not there; pure functions, for any thread.
namespace rehearse {

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
