#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/control/boundaries.hpp"
#include "models/control/faults.hpp"
#include "models/control/rollout.hpp"
#include "models/control/scraper.hpp"
#include "models/control/stage.hpp"
#include "models/control/stop_conditions.hpp"
#include "models/control/threading.hpp"
#include "sim/threads/team.hpp"

namespace rehearse {

/// One replication: partitions in which requests happen, and controllers that see them all at once
/// and act at planned instants, while they stand still. A loop over the agenda, which says whose
/// turn it is. A value: a copy continues by itself.
class Run {
 public:
  /// Expects the plan to outlive it, and `tracer`, if there is one: that is told of the requests of
  /// a run of one partition.
  Run(const Plan& plan, const ReplicationSeed& seed, const Threading& threading,
      Tracer* tracer = nullptr);
  /// As constructed anew; keeps the memory.
  void restart(const Plan& plan, const ReplicationSeed& seed, const Threading& threading);
  /// Makes happen all that happens before `time`.
  void advance_to(Time time);
  /// Makes the rest happen, to the end and until measured requests are answered.
  Outcome finish();

  Time now() const { return stage_.now; }
  /// From now on luck is that of another branch.
  void set_branch(std::uint64_t branch);

 private:
  /// What one member of the team tells the others, in turns: one is written while the other is
  /// read.
  struct alignas(64) Notice {
    std::array<Time, 2> earliest;
  };
  /// What was done since it was last decided how many threads work.
  struct Pace {
    std::uint64_t windows = 0;
    std::uint64_t events_before = 0;
  };

  void begin(const Threading& threading);
  void advance(Time time, int member, Team& team);
  bool run_windows_before(Time end, int member, Team& team);
  void unpack_for(Index receiver);
  void choose_pace();
  void act_at(Time instant, Time pause);
  void perform(const AgendaItem& item);
  void beat();
  void stop_experiment();

  ReplicationSeed seed_;
  int threads_ = 1;
  bool alone_ = false;  // one thread does the work of all: there is too little of it
  Pace pace_;
  std::vector<Notice> notices_;  // [member]
  bool over_ = false;
  Stage stage_;
  Boundaries boundaries_;
  Faults faults_;
  Rollout rollout_;
  Scraper scraper_;
  StopConditions stop_conditions_;
};

}  // namespace rehearse
