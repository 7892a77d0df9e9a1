#pragma once

#include <cstddef>
#include <optional>
#include <vector>

namespace rehearse {

/// A stretch of windows in which every one of some series is high at once.
struct Episode {
  std::size_t from = 0;  // windows
  std::size_t to = 0;
  double p_value = 1;
};

/// Of more services than these, no episode of one has a p-value so small that it is told from
/// chance among the tests of all.
inline constexpr std::size_t most_services_told = 500;

enum class EpisodeEnds : unsigned char { anywhere, comes_back };

/// The stretch of at most half of the windows in which the series that rises least above its mean,
/// in standard deviations, rises most. Its p-value is by permutation of the windows, up to 20,000
/// of them, the same for all series: windows are to be longer than what makes neighbours alike.
/// None: fewer than ten windows, or a series that does not vary. `comes_back`: neither the first
/// nor the last window is in it. The same series get the same answer.
std::optional<Episode> find_episode(const std::vector<std::vector<double>>& series,
                                    EpisodeEnds ends);

}  // namespace rehearse
