#include "models/traced_replication.hpp"

#include "models/control/run.hpp"
#include "models/run/tracer.hpp"

namespace rehearse {

TracedReplication trace_replication(const System& system, const ReplicationSeed& seed,
                                    const TraceChoice& choice, const TraceSink& sink,
                                    const std::function<bool(Time now)>& cancelled) {
  Tracer tracer(choice, seed.key(), sink);
  Run run(system.plan(), seed, {.partitions = 1, .threads = 1, .cancelled = cancelled}, &tracer);
  TracedReplication traced;
  traced.outcome = run.finish();
  traced.counts = tracer.counts();
  return traced;
}

}  // namespace rehearse
