#pragma once

#include <cstdint>
#include <vector>

#include "models/checks/open_values.hpp"
#include "studies/recorded_readings.hpp"

namespace rehearse {

/// Readings beside the corners, for what no corner shows: a service that drowns another as it has
/// no limit, while its own callers have one.
///
/// From both corners of a pass, the fearful one and the hopeful one, each group of values at its
/// other end: one value a group, several neighbours by name where there are more than 24 of them.
/// And 16 mixtures of all values, as a Latin hypercube has them: of failures and timeouts either
/// end in eight of them; of limits few workers, twice as many, few cores and none, in four each (M.
/// D. McKay and others, A Comparison of Three Methods for Selecting Values of Input Variables,
/// 1979). Draws one permutation a value from a stream of its own. None where one value is open:
/// both of its ends are corners.
std::vector<Reading> mixed_readings(const std::vector<OpenValue>& open, const RecordedEnds& ends,
                                    const std::vector<Reading>& corners, std::uint64_t seed);

/// One value at each of its ends, all else as in `others`: a limit at few workers, few cores and
/// none; a failure fatal and survived; a timeout short and none.
std::vector<Reading> at_each_end(const OpenValue& value, const RecordedEnds& ends,
                                 const Reading& others);

}  // namespace rehearse
