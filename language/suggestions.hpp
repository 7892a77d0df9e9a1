#pragma once

#include <string>
#include <vector>

namespace rehearse {

/// Of the `candidates`, the one that `word` was probably meant to be; empty when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// The same as a hint: "did you mean 'payment'?"; `otherwise` when none is near. Values of files
/// stand in double quotes there, and so in hints.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates,
                         const std::string& otherwise = "", char quote = '\'');

/// "a", "b" or "c".
std::string quoted_choices(const std::vector<std::string>& words);

}  // namespace rehearse
