#include "models/checks/hints.hpp"

#include "language/suggestions.hpp"

namespace rehearse {

std::string hint_towards(const std::string& word, const std::vector<std::string>& candidates) {
  if (std::string hint = did_you_mean(word, candidates); !hint.empty()) return hint;
  constexpr std::size_t few = 12;
  if (candidates.empty() || candidates.size() > few) return "";
  std::string text = candidates.size() == 1 ? "there is only " : "there are ";
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    text += (i == 0 ? "'" : ", '") + candidates[i] + "'";
  }
  return text;
}

}  // namespace rehearse
