#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "models/outcome.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse {

/// Into how many partitions one replication is cut, how many threads work on them, and
/// whether it is still wanted. Results do not depend on it.
struct Threading {
  int partitions = 1;
  int threads = 1;
  /// Asked now and then while the run goes on, if there is one, by any of its threads, and told the
  /// simulated time; true: it throws Cancelled.
  std::function<bool(Time now)> cancelled = nullptr;
};

/// What can be said about cutting a system into partitions.
struct CutReport {
  int partitions = 1;  // as many as asked for, or as many as there can be
  Duration lookahead = Duration::longest();
  double crossing = 0;           // the share of expected calls between partitions
  double events_per_window = 0;  // expected; what the partitions do between two meetings
  std::string obstacle;          // why there are no more; empty if there are as many as asked for
};

/// A model and an experiment, compiled: names are resolved to indices, laws to samplers, behaviours
/// to programs. Immutable, hence shared by all threads.
class System {
 public:
  /// Expects specs without mistakes (`find_mistakes` finds them). Throws InvalidInput when there
  /// are more than 16 million hosts.
  System(const ModelSpec& model, const ExperimentSpec& experiment);
  ~System();
  System(System&&) noexcept;
  System& operator=(System&&) noexcept;

  const OutcomeLayout& layout() const;

  /// How one replication would be cut into `wanted` partitions.
  CutReport cut_report(int wanted) const;
  /// Expected events of one replication, without retries, faults and rollout.
  double expected_events() const;

  struct Plan;
  const Plan& plan() const { return *plan_; }

 private:
  std::unique_ptr<const Plan> plan_;
};

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
