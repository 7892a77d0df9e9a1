#pragma once

#include <cstdint>

#include "models/run/program.hpp"

namespace rehearse {

/// Some of the hosts of a run, with all that happens at them: what one thread works on. Hosts meet
/// through messages only, so a partition need not know of the others before the end of a window.
/// All stations, and the switch over events that sends each to its own.
class Partition : public Program {
 public:
  /// At the beginning of a replication, for the hosts of partition `index`.
  Partition(const Plan& plan, const Cut& cut, Index index, Hosts& hosts,
            const Surroundings& surroundings)
      : Program(plan, cut, index, hosts, surroundings) {}
  /// As constructed anew for what bind() is told next; keeps the memory.
  void restart(const Plan& plan, const Cut& cut, Index index);
  using Wire::bind;

  /// Handles all events before `end`.
  void run_before(Time end);

  /// Ends, as lost, the jobs of instances that are down, and the calls they left to themselves.
  /// Between windows, at `now`.
  void clear_dead_instances(Time now);
  /// Counts, at the end of a run, what is still without an answer.
  void count_unfinished();

  std::uint64_t events_handled() const { return handled_; }

 private:
  void watch_the_clock(Time next);
  [[gnu::always_inline]] void handle(const Events::Event& event);
  void end_jobs_of_the_dead();
  void end_calls_of_the_dead();

  // What comes soon.
  void foresee(const RunEvent& event, int near) const;
  void foresee_arrival(std::uint32_t job, int near) const;
  void foresee_end_of_work(std::uint32_t frame, int near) const;
  void foresee_answer(std::uint32_t call, int near) const;
  void foresee_host(InstanceId instance) const;
  void foresee_step(StepId step, HostId host, int near) const;
  void foresee_call(const Client& client) const;

  std::uint64_t at_this_instant_ = 0;
  std::uint64_t handled_ = 0;
};

}  // namespace rehearse
