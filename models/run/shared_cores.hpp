#pragma once

#include <cstdint>
#include <vector>

#include "models/outcomes/service_outcome.hpp"
#include "models/policies/core_sharing.hpp"
#include "sim/slab.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Processor sharing by virtual time: all n pieces at work run at one pace, so all finish in the
/// order of (virtual arrival + work), and one event an instance suffices.
struct SharedCores {
  struct Piece {
    double finish = 0;  // virtual time, in nanoseconds of work
    std::uint64_t sequence = 0;
    SlabId frame;
    bool operator<(const Piece& other) const {
      return finish != other.finish ? finish > other.finish : sequence > other.sequence;
    }
  };
  std::vector<Piece> pieces;  // a heap; pieces of dropped frames stay until they surface
  double virtual_now = 0;
  Time updated;  // until when virtual_now runs
  Time settled;  // until when busy_millis runs
  Integral busy_millis = 0;
  std::uint64_t sequence = 0;
  std::uint32_t running = 0;
  std::uint32_t stamp = 0;  // of the valid event
  double pace = 1;          // of each piece, as long as so many run
  std::uint64_t busy = 0;   // thousandths of cores, likewise

  /// Brings busy_millis up to `now`; before every change of `running`.
  void settle(Time now);
  /// Sets pace and business; after every change of `running`.
  void share(double cores, const CorePaces* paces);
  /// busy_millis since the last time.
  Integral collect(Time now);
  /// As at the beginning of a replication; keeps memory.
  void restart();
};

/// Cores as their integrals count them.
inline std::uint64_t thousandths(double cores) {
  return static_cast<std::uint64_t>(cores * 1000 + 0.5);
}

}  // namespace rehearse
