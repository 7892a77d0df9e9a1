#pragma once

#include <cstdint>
#include <functional>

namespace rehearse {

/// Runs `run(index, worker)` for every index in [first, last) on `threads` threads and hands each result to
/// `deliver(index, result)` in index order, one at a time, on whatever thread. At most a few results
/// per thread wait for their turn, so memory is bounded whatever the order of completion. `worker` is
/// in [0, threads): it lets a caller reuse scratch memory without locks.
///
/// `deliver` returns false to stop: no new replication is started, and nothing later is delivered.
/// `cancelled()` is asked before each start (Ctrl-C); what was delivered until then stands.
/// Returns the number of delivered results. Rethrows the first exception of `run` or `deliver`.
template <class Result>
std::uint64_t run_replications(std::uint64_t first, std::uint64_t last, int threads,
                               const std::function<Result(std::uint64_t, int)>& run,
                               const std::function<bool(std::uint64_t, Result&&)>& deliver,
                               const std::function<bool()>& cancelled);

}  // namespace rehearse
