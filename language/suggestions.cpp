#include "language/suggestions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace rehearse {
namespace {

/// Edits (insert, delete, replace, swap neighbours) from one word to the other: Damerau's distance
/// in the form that never edits a swapped pair again. Stops counting above `most`, and looks only
/// where fewer edits could lead: there may be as many candidates as there are services.
std::size_t edit_distance(const std::string& a, const std::string& b, std::size_t most) {
  const std::size_t difference = a.size() > b.size() ? a.size() - b.size() : b.size() - a.size();
  if (difference > most) return most + 1;
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    const std::size_t first = i > most ? i - most : 1;
    const std::size_t end = std::min(b.size(), i + most);
    row[first - 1] = first == 1 ? i : most + 1;
    std::size_t least = most + 1;
    for (std::size_t j = first; j <= end; ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most) return most + 1;
    if (end < b.size()) row[end + 1] = most + 1;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  // One edit in three letters is a typo; more is another word. Longer words than this are no words.
  constexpr std::size_t longest_word = 200;
  if (word.size() > longest_word) return "";
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string best;
  for (const std::string& candidate : candidates) {
    if (candidate.empty() || candidate == word) continue;
    const std::size_t distance = edit_distance(word, candidate, least - 1);
    // A word of one or two letters is not a misspelling of just any other one.
    if (distance < least && distance < candidate.size() && distance < word.size()) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

std::string quoted_choices(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += fmt::format("\"{}\"", words[i]);
  }
  return text;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates,
                         const std::string& otherwise, char quote) {
  const std::string near = nearest(word, candidates);
  return near.empty() ? otherwise : fmt::format("did you mean {}{}{}?", quote, near, quote);
}

}  // namespace rehearse
