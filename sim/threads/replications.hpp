#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace rehearse {

/// The part of run_replications that does not know the type of the results: they wait in `places`
/// numbered places, index i in place i % places.
struct OrderedWork {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  int threads = 1;
  std::uint64_t places = 1;
  /// Makes the result of `index` and leaves it in its place.
  std::function<void(std::uint64_t index, int worker)> make;
  /// Takes the result of `index` out of its place and hands it on; false to stop.
  std::function<bool(std::uint64_t index)> hand_on;
  std::function<bool()> cancelled;
};
std::uint64_t run_in_order(const OrderedWork& work);

/// Results that wait for their turn, per thread. Replications differ in length by a few times, not
/// by orders of magnitude, so a few suffice to keep every thread busy.
inline constexpr std::uint64_t waiting_results_per_thread = 4;

/// Runs `run(index, worker)` for every index in [first, last) on `threads` threads and hands each
/// result to `deliver(index, result)` in index order, one at a time, on whatever thread. At most
/// `waiting_results_per_thread` results per thread exist at a time, so memory is bounded whatever
/// the order of completion. `worker` is in [0, threads), and never in use twice at once: it lets a
/// caller reuse scratch memory without locks.
///
/// `deliver` returns false to stop: no new replication is started, and nothing later is delivered.
/// `cancelled()`, which may be empty, is asked before each start, by one thread at a time: when
/// true nothing new is started, and what runs already is finished and delivered. Returns the number
/// of delivered results (that of a delivery that stops included). An exception of `run` is rethrown
/// when its index would have been delivered, so what comes before it is delivered whatever the
/// threads; exceptions of `deliver` and `cancelled` are rethrown too.
template <class Result>
std::uint64_t run_replications(std::uint64_t first, std::uint64_t last, int threads,
                               const std::function<Result(std::uint64_t, int)>& run,
                               const std::function<bool(std::uint64_t, Result&&)>& deliver,
                               const std::function<bool()>& cancelled) {
  const std::uint64_t places = waiting_results_per_thread * static_cast<std::uint64_t>(threads);
  std::vector<std::optional<Result>> waiting(static_cast<std::size_t>(places));
  const auto place = [&](std::uint64_t index) -> std::optional<Result>& {
    return waiting[static_cast<std::size_t>(index % places)];
  };
  OrderedWork work;
  work.first = first;
  work.last = last;
  work.threads = threads;
  work.places = places;
  work.make = [&](std::uint64_t index, int worker) { place(index).emplace(run(index, worker)); };
  work.hand_on = [&](std::uint64_t index) {
    Result result = *std::move(place(index));
    place(index).reset();
    return deliver(index, std::move(result));
  };
  work.cancelled = cancelled;
  return run_in_order(work);
}

}  // namespace rehearse
