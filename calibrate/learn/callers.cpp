#include "calibrate/learn/callers.hpp"

namespace rehearse {

CallerFacts study_callers(const TraceForest& forest, VisitTable& visits) {
  CallerFacts facts;
  facts.timeouts = find_timeouts(forest, visits);
  facts.retries = join_attempts(visits, facts.timeouts);
  facts.fallbacks = join_fallbacks(forest, visits);
  facts.way_failures = find_way_failures(forest, visits, facts.retries);
  return facts;
}

}  // namespace rehearse
