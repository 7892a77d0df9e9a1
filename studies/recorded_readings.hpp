#pragma once

#include <map>
#include <vector>

#include "models/checks/open_values.hpp"
#include "studies/reading_runs.hpp"

namespace rehearse {

/// The ends of the ranges of open values that the recording itself admits.
struct RecordedEnds {
  Limits least_workers;  // of each open limit
  Limits least_cores;
  std::map<EdgeName, Duration> short_timeouts;  // of each open timeout
};

/// Runs the model without faults, as it was recorded: once without limits, then with the fewest
/// workers that were seen at once, and with the fewest cores. What the recording does not show
/// cannot be true, and what cannot be true is repaired, not dropped: while some endpoint's p50 or
/// p99 is more than 10 % longer than without limits, or fewer of its answers are good by 0.2
/// points, the service at fault (of which no callee is as slow) gets 1.4 times as many. Each of
/// these runs has the same luck, so that 10 % are the work of queues and not of chance. The least
/// stays what it is of a service that the model brings more than was recorded of it, or of which
/// nothing was: its run proves nothing.
///
/// A timeout that nobody saw is the larger of one second, the shortest default that is common in
/// client libraries, and three times the longest good answer of the unlimited run: a shorter one
/// would have been seen. At most a minute, the longest common default.
///
/// Draws as replication 0 of a study with the settings' seed. Throws Cancelled.
RecordedEnds recorded_ends(const std::vector<OpenValue>& open, const ReadingSettings& settings);

}  // namespace rehearse
