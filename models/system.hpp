#pragma once

#include <memory>
#include <string>

#include "models/plan/outcome_layout.hpp"
#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"
#include "sim/time.hpp"

/// What specs are compiled to.
namespace rehearse {

struct Plan;

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

  const Plan& plan() const { return *plan_; }

 private:
  std::unique_ptr<const Plan> plan_;
};

}  // namespace rehearse
