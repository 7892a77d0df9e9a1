#pragma once

#include <cstdint>
#include <functional>

namespace rehearse {

/// Work that comes in order, is done in parallel and is handed on in order. Item i lives in place
/// i % places of whoever asks.
struct PipelineWork {
  int threads = 1;
  std::uint64_t places = 1;  // items under way at most
  /// Fills the place of the next item; false at the end, where there is none. One call at a time,
  /// in order.
  std::function<bool(std::uint64_t item)> take;
  /// Asked before each `take` while other items are under way; false to wait until one less is.
  /// Beside calls of the others, and must not throw.
  std::function<bool()> has_room;
  /// Any number of calls at once; no two have the same `worker`, in [0, threads).
  std::function<void(std::uint64_t item, int worker)> make;
  /// Empties the place of an item. One call at a time, in order.
  std::function<void(std::uint64_t item)> hand_on;
};

/// Runs until all items are handed on. What each function wrote is seen by the next one of the
/// item. With one thread every item is handed on before the next one is taken. Rethrows the
/// exception that would have come first if items were worked off one after another; all items
/// before it have been handed on, none behind it. Expects threads, places and functions.
void run_pipeline(const PipelineWork& work);

}  // namespace rehearse
