#include "models/replication.hpp"

#include <optional>

#include "models/control/run.hpp"
#include "sim/expects.hpp"

namespace rehearse {

struct Replication::State {
  Run run;
};

Replication::Replication(const System& system, const ReplicationSeed& seed,
                         const Threading& threading)
    : state_(std::make_unique<State>(State{Run(system.plan(), seed, threading)})) {}

Replication::~Replication() = default;
Replication::Replication(const Replication& other)
    : state_(std::make_unique<State>(*other.state_)) {}
Replication& Replication::operator=(const Replication& other) {
  *state_ = *other.state_;
  return *this;
}
Replication::Replication(Replication&&) noexcept = default;
Replication& Replication::operator=(Replication&&) noexcept = default;

void Replication::advance_to(Time time) {
  expects(state_ != nullptr, "a replication that was moved away goes on elsewhere");
  state_->run.advance_to(time);
}

Time Replication::now() const {
  return state_->run.now();
}

void Replication::set_branch(std::uint64_t branch) {
  state_->run.set_branch(branch);
}

Outcome Replication::finish() {
  expects(state_ != nullptr, "a replication that was moved away ends elsewhere");
  return state_->run.finish();
}

struct RunMemory::State {
  std::optional<Run> run;
};

RunMemory::RunMemory() : state_(std::make_unique<State>()) {}
RunMemory::~RunMemory() = default;
RunMemory::RunMemory(RunMemory&&) noexcept = default;
RunMemory& RunMemory::operator=(RunMemory&&) noexcept = default;

Outcome run_replication(const System& system, const ReplicationSeed& seed, RunMemory& memory,
                        const Threading& threading) {
  expects(memory.state_ != nullptr, "memory that was moved away is used elsewhere");
  std::optional<Run>& run = memory.state_->run;
  if (run) {
    run->restart(system.plan(), seed, threading);
  } else {
    run.emplace(system.plan(), seed, threading);
  }
  return run->finish();
}

Outcome run_replication(const System& system, const ReplicationSeed& seed) {
  RunMemory memory;
  return run_replication(system, seed, memory);
}

}  // namespace rehearse
