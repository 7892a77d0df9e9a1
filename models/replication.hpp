#pragma once

#include <memory>

#include "models/control/threading.hpp"
#include "models/run/outcome.hpp"
#include "models/system.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// One replication under way, as a value: a copy continues as the original does, to the bit, unless
/// it is given luck of its own. Expects the system to outlive it. Not for two threads at once.
class Replication {
 public:
  Replication(const System& system, const ReplicationSeed& seed, const Threading& threading = {});
  ~Replication();
  Replication(const Replication& other);
  Replication& operator=(const Replication& other);
  Replication(Replication&&) noexcept;
  Replication& operator=(Replication&&) noexcept;

  /// Makes happen all that happens before `time` (of the measured run: the end at most).
  void advance_to(Time time);
  Time now() const;

  /// From now on random numbers are those of another branch. What was drawn already, such as the
  /// next arrival and the end of work under way, stays.
  void set_branch(std::uint64_t branch);

  /// Runs to the end. To be called once.
  Outcome finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The memory of a run, reused from one replication to the next by one thread.
class RunMemory {
 public:
  RunMemory();
  ~RunMemory();
  RunMemory(RunMemory&&) noexcept;
  RunMemory& operator=(RunMemory&&) noexcept;

 private:
  friend Outcome run_replication(const System&, const ReplicationSeed&, RunMemory&,
                                 const Threading&);
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs one replication: a function of system and seed. `memory` only saves allocations, and
/// `threading` time.
Outcome run_replication(const System& system, const ReplicationSeed& seed, RunMemory& memory,
                        const Threading& threading = {});
Outcome run_replication(const System& system, const ReplicationSeed& seed);

}  // namespace rehearse
