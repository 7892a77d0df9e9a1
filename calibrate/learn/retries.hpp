#pragma once

#include <cstdint>
#include <map>

#include "calibrate/learn/giving_up.hpp"
#include "calibrate/traces/visits.hpp"
#include "models/policies/retry.hpp"

namespace rehearse {

/// How the callers of one service try again.
struct RetryFacts {
  RetrySpec spec;
  std::uint64_t tried_again = 0;  // attempts that failed and were followed by another
  std::uint64_t given_up = 0;     // calls of which the last attempt failed, too
  std::uint64_t most_attempts = 0;
};

/// Finds retries, and joins the attempts of each call into one: `VisitTable::attempts` keeps them.
///
/// Callers of an endpoint try again when a failed call is followed, in the same visit and after its
/// end, by another to the same endpoint: in at least two visits, and more often than good calls are
/// followed by one (binomial, 1 %). Nothing is learned where more than one failed call in twenty
/// was given up after fewer attempts than others were given, or where other calls to the same
/// service fail and are not tried again: then some failures repeat that a model would repair. As
/// many attempts are made as were seen, before most callers gave up where they did. Messages are
/// tried again likewise, and where they are not that tells nothing of calls that are awaited; nor
/// does a failed call that was not tried again since its visit ended by the failure of another,
/// meanwhile. The back-off is the mean pause before the second attempt; it doubles no further than
/// the longest mean pause.
std::map<ServicePair, RetryFacts> join_attempts(VisitTable& visits, Timeouts& timeouts);

}  // namespace rehearse
