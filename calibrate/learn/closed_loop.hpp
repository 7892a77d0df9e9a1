#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "calibrate/learn/empirical_law.hpp"

namespace rehearse {

/// A request of a user, in nanoseconds of some epoch.
struct RequestTimes {
  std::int64_t start = 0;
  std::int64_t end = 0;
};

/// Users who wait for their answer before they ask again.
struct ClosedLoop {
  std::uint32_t users = 0;
  std::vector<WeightedDuration> think_times;
};

/// Whether requests come from a fixed number of users, the most that were ever under way at once.
///
/// Of an open stream with independent times the number under way varies as much as its mean; of m
/// under way on average of N users it varies 1 - m/N times as much. They are users when it varies
/// less than 0.7 times as much, and by four standard errors less than once. A generator with fixed
/// gaps gives that, too, but asks when it is time. Of users, a round (from a start to the N-th
/// after it) varies at least as the lengths of N requests do on average (by variance, a quarter of
/// it is enough), and what passes from an end to the N-th start after it is not shorter by as much
/// as the request was longer (a correlation above -0.3; of one user with fixed gaps it is -1).
/// Where all requests last equally long, within 1 %, the two cannot be told apart, and nothing is
/// claimed; nor of fewer than 100 requests, or where the clock is too coarse for the shortest.
///
/// A server that records requests only once it has a worker for them looks the same: there N is the
/// number of its workers, and nobody waits for anybody. So this is a sign, and no proof.
std::optional<ClosedLoop> find_closed_loop(std::vector<RequestTimes> requests);

}  // namespace rehearse
