#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/control/agenda.hpp"
#include "models/control/ledger.hpp"
#include "models/control/threading.hpp"
#include "models/control/watch.hpp"
#include "models/plan/cut.hpp"
#include "models/run/hosts.hpp"
#include "models/run/partition.hpp"
#include "sim/threads/team.hpp"

namespace rehearse {

/// One replication: partitions in which requests happen, and what sees them all at once and acts at
/// planned instants, while they stand still (`experiment.cpp`: faults and boundaries,
/// `controllers.cpp`: rollout and alarms). A value: what partitions know of the rest of the run
/// they are told anew before they go on, so a copy continues by itself.
class Run {
 public:
  /// Prepares a replication; memory of an earlier one is reused. Expects the plan to outlive it.
  void start(const Plan& plan, const ReplicationSeed& seed, const Threading& threading);
  /// Makes happen all that happens before `time`.
  void advance_to(Time time);
  /// Makes the rest happen, to the end and until measured requests are answered.
  Outcome finish();

  Time now() const { return now_; }
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

  // The loop (run.cpp, windows.cpp).
  void bind();
  void advance(Time time, int member, Team& team);
  bool run_windows_before(Time end, int member, Team& team);
  void unpack_for(Index receiver);
  void choose_pace();
  void act_at(Time instant, Time pause);
  void beat();
  Recorders recorders();

  // Faults, boundaries (experiment.cpp).
  void fill_agenda();
  void perform(const AgendaItem& item);
  void choose_targets(Index fault);
  void fault_starts(Index fault);
  void fault_ends(Index fault);
  void set_paces(const FaultState& fault);
  bool meets_somebody(const FaultState& fault) const;
  void kill(Index instance, bool silently);
  void revive(Index instance, bool silently);
  void live_or_die(Index instance);
  void clear_dead_instances();
  void deaths_detected(Index fault);
  void list_instances(Index service);
  void close_interval();
  void settle_recorders();
  void close_window();
  void close_load_window();

  // Rollout, alarms (controllers.cpp).
  void rollout_step();
  void set_canary_weight(double percent);
  void end_rollout(RolloutResult result);
  void scrape(Index watch);
  Counters scraped_counters(const WatchPlan& watch, const Recorder& recorder) const;
  double gauge(const WatchPlan& watch) const;
  void evaluate_analysis(Index analysis);
  void evaluate_stop(Index stop);
  void stop_experiment();

  const Plan* plan_ = nullptr;
  ReplicationSeed seed_;
  Cut cut_;
  int threads_ = 1;
  bool alone_ = false;  // one thread does the work of all: there is too little of it
  Pace pace_;
  std::vector<Notice> notices_;  // [member]
  Time now_;
  bool over_ = false;
  Agenda agenda_;
  Hosts hosts_;
  Surroundings surroundings_;
  std::vector<Partition> partitions_;
  Ledger ledger_;
  RolloutState rollout_;
  std::vector<Watch> watches_;
  std::vector<std::optional<Time>> stop_holding_since_;  // [stop condition]
  std::vector<bool> ringing_;                            // [stop condition]
  std::size_t windows_closed_ = 0;
  bool windows_opened_ = false;
  Outcome outcome_;
};

}  // namespace rehearse
