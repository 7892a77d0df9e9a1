#pragma once

#include <cstdint>
#include <vector>

#include "models/run/measure.hpp"
#include "models/run/outcome.hpp"
#include "studies/arm_record.hpp"

namespace rehearse {

/// Adds the outcomes of one arm to its record, in bounded memory, whatever the number of
/// replications: a number for each objective of each replication (kept whole), batches that become
/// coarser (pairs are added up when there are more than 1,024 batches or four million bins in all),
/// tables of numbers (of as many first replications as fit into 256 MiB) and window series (of as
/// many of the first 1,000 as fit into 64 MiB, at least 20). Everything that it knows is in the
/// record: another recorder goes on from there. Belongs to one thread; record and objectives
/// outlive it.
class ArmRecorder {
 public:
  /// Expects an objective for each of the layout's `objective_intervals`.
  ArmRecorder(ArmRecord& record, const std::vector<ObjectiveSpec>& objectives);

  /// Expects outcomes in the order of their index, shaped by the layout.
  void add(const Outcome& outcome);

  /// The memory that so many replications will take, in bytes, batches as full as they may be.
  static double expected_bytes(const OutcomeLayout& layout, double replications);

 private:
  void add_rows(const Outcome& outcome);
  void add_objectives(const Outcome& outcome);
  void add_interval_rows(const Outcome& outcome);
  void add_windows(const Outcome& outcome);
  void add_load(const Outcome& outcome);
  void add_to_batches(const Outcome& outcome);
  void coarsen();
  void count_bins();

  ArmRecord& record_;
  const std::vector<ObjectiveSpec>& objectives_;
  std::uint64_t kept_limit_;
  std::uint64_t windows_limit_;
  std::uint64_t batch_size_ = 1;
  std::uint64_t bins_ = 0;  // in full batches
};

}  // namespace rehearse
