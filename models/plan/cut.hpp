#pragma once

#include <string>
#include <vector>

#include "models/plan/plan.hpp"

namespace rehearse {

/// How the hosts of a run are divided into partitions. Whatever it is, results are the same.
struct Cut {
  Index partitions = 1;
  std::vector<Index> partition_of;  // [instance, then workload]
  /// The least time a message takes from one partition to another: so far ahead of the others a
  /// partition may work without asking.
  Duration lookahead = Duration::longest();
  /// The share of the expected calls that cross from one partition to another.
  double crossing = 0;
  /// Expected events in a window of the length of the lookahead; infinite without a cut.
  double events_per_window = 0;
  /// Why there are fewer partitions than asked for; empty if there are as many.
  std::string obstacle;
};

/// Cuts a plan into at most `wanted` partitions. Without a cut (1) it costs nothing.
/// What shares a host, or calls without a minimum
/// latency, stays together. Greedy: services by falling load, each to the partition that it talks
/// with most, as long as none gets much more than its share of the load; a service larger than a
/// share is dealt out host by host. Costs time in proportion to services times partitions, plus
/// hosts and edges.
Cut cut(const Plan& plan, Index wanted);

}  // namespace rehearse
