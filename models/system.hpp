#pragma once

#include <cstdint>
#include <memory>

#include "models/experiment_spec.hpp"
#include "models/model_spec.hpp"
#include "models/outcome.hpp"
#include "sim/random_stream.hpp"

namespace rehearse {

/// A model and an experiment, compiled: names are resolved to indices, laws to samplers, behaviours
/// to programs. Immutable, hence shared by all threads.
class System {
 public:
  /// Expects specs without mistakes (`find_mistakes` finds them).
  System(const ModelSpec& model, const ExperimentSpec& experiment);
  ~System();
  System(System&&) noexcept;
  System& operator=(System&&) noexcept;

  const OutcomeLayout& layout() const;

  struct Plan;
  const Plan& plan() const { return *plan_; }

 private:
  std::unique_ptr<const Plan> plan_;
};

/// The memory of a run, reused from one replication to the next by one thread.
class RunMemory {
 public:
  RunMemory();
  ~RunMemory();
  RunMemory(RunMemory&&) noexcept;
  RunMemory& operator=(RunMemory&&) noexcept;

 private:
  friend Outcome run_replication(const System&, const ReplicationSeed&, RunMemory&);
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs one replication: a function of its arguments. `memory` only saves allocations.
Outcome run_replication(const System& system, const ReplicationSeed& seed, RunMemory& memory);
Outcome run_replication(const System& system, const ReplicationSeed& seed);

}  // namespace rehearse
