#pragma once

#include <functional>

#include "models/run/outcome.hpp"
#include "models/run/tracing.hpp"
#include "models/system.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// What comes of a replication that is traced.
struct TracedReplication {
  Outcome outcome;
  TraceCounts counts;
};

/// Runs one replication, by one thread, and hands its requests to `sink` one by one, each when
/// nothing of it is under way any more. The outcome is that of run_replication. A request that is
/// under way when the run ends is not handed over. `cancelled`, if there is one, is asked now and
/// then; true: throws Cancelled.
TracedReplication trace_replication(const System& system, const ReplicationSeed& seed,
                                    const TraceChoice& choice, const TraceSink& sink,
                                    const std::function<bool(Time now)>& cancelled = {});

}  // namespace rehearse
