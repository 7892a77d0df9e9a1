#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/agenda.hpp"
#include "models/instance.hpp"
#include "models/job.hpp"
#include "models/plan.hpp"
#include "models/recorder.hpp"
#include "models/watch.hpp"
#include "sim/event_list.hpp"
#include "sim/random_stream.hpp"
#include "sim/slab.hpp"

namespace rehearse {

/// The state of one replication and what changes it. A value: slabs and indices, no pointers into
/// itself. Its functions stand in one file for each station in the life of a request:
/// `arrivals.cpp` makes it, `client.cpp` is the caller's side, `instance.cpp` admits, queues and
/// works, `job.cpp` walks the endpoint's behaviour, `recorder.cpp` counts it; `experiment.cpp`
/// disturbs them all.
class Run {
 public:
  /// Prepares a replication; memory of an earlier one is reused.
  void start(const System::Plan& plan, const ReplicationSeed& seed);
  Outcome finish();

 private:
  friend Outcome run_replication(const System&, const ReplicationSeed&, RunMemory&);

  // The loop (run.cpp).
  void build_hosts();
  void run_until_end();
  void drain();
  void watch_the_clock(Time next);
  void handle(const EventList<RunEvent>::Event& event);
  void schedule(Time time, std::uint64_t order, const RunEvent& event) {
    events_.schedule(time, order, event);
  }
  std::uint64_t next_order(Index host) {
    return (std::uint64_t{host} << 40) | host_counts_[host]++;
  }
  Index host_of_workload(Index workload) const {
    return static_cast<Index>(plan_->instances.size()) + workload;
  }
  RandomStream stream(std::uint64_t purpose, std::uint64_t path) const {
    return RandomStream(key_, purpose, path);
  }

  // Requests appear (arrivals.cpp).
  void start_sources();
  void schedule_source(Index source);
  void source_fires(Index source);
  void replay_fires(Index source);
  void user_thinks(Index source, std::uint32_t user, std::uint64_t round);
  void user_asks(Index source, std::uint32_t user, std::uint32_t round);
  void start_request(Index source, std::uint64_t path, Index endpoint, std::uint32_t user,
                     std::uint64_t round);
  Index drawn_endpoint(const WorkloadPlan& workload, std::uint64_t path) const;
  Time next_open_arrival(const SourcePlan& plan, SourceState& state) const;

  // The caller's side of a call (client.cpp).
  std::uint32_t new_call(Index client, Index endpoint, std::uint64_t path, std::uint64_t request);
  void make_attempt(std::uint32_t call);
  Index chosen_instance(Client& client, const Call& call, std::uint64_t attempt_path);
  Duration drawn_latency(const EdgePlan& edge, const Call& call, std::uint64_t attempt_path) const;
  void arm_timer(std::uint32_t call);
  void timer_fires(std::uint32_t call, std::uint64_t order);
  void backoff_over(SlabId call, std::uint32_t attempt);
  void answer_arrives(SlabId call, std::uint32_t attempt, Status status);
  void attempt_failed(std::uint32_t call, Status status);
  bool may_retry(const Call& call, Status status) const;
  void call_over(std::uint32_t call, Status status);
  void request_over(const Call& call, Status status);
  void give_up(std::uint32_t call);
  void leave_attempt(Call& call);
  void release(std::uint32_t call);
  std::uint32_t& outstanding(const Client& client, Index instance);
  const EdgePlan& edge_of(const Client& client) const;

  // The instance's side of an attempt (instance.cpp, workers.cpp).
  void attempt_arrives(std::uint32_t job);
  bool stopped_at_door(std::uint32_t job);
  void door_passed(SlabId job);
  void admit(std::uint32_t job);
  void cancel_arrives(SlabId job);
  void answer(const Job& job, Status status);
  void turn_away(std::uint32_t job, Status status);
  void end_job(std::uint32_t job, Status status);
  void count_end(const Job& job, Status status);
  Index column_of(const Job& job) const;
  void link(std::uint32_t job);
  void unlink(std::uint32_t job);
  void kill(Index instance, bool silently);
  void live_or_die(Index instance);
  void settle(Instance& instance, const ServicePlan& service);
  void enqueue(std::uint32_t frame, Instance& instance);
  void leave_queue(std::uint32_t frame, Instance& instance);
  void give_back_worker(std::uint32_t frame);
  void dispatch(Index instance);
  void begin_work(std::uint32_t frame);
  Duration drawn_work(const Frame& frame, const Job& job) const;
  void share_cores(Index instance, std::uint32_t frame, Duration work);
  void advance_cores(Instance& instance, double cores);
  void schedule_cores(Index instance);
  void cores_fire(Index instance, std::uint32_t stamp);

  // What an endpoint does (job.cpp, frames.cpp).
  void start_program(std::uint32_t job);
  double own_error_probability(const Job& job) const;
  void continue_frame(std::uint32_t frame);
  void frame_ended(std::uint32_t frame, bool good);
  void call_ended(std::uint32_t frame, bool good);
  Progress run_frame(std::uint32_t frame);
  Progress start_step(std::uint32_t frame);
  Progress start_work(std::uint32_t frame);
  Progress start_call(std::uint32_t frame, const Step& step);
  Progress start_parallel(std::uint32_t frame, const Step& step);
  Progress run_rounds(std::uint32_t frame, const Step& step);
  Progress run_child(std::uint32_t frame, Index first_step, std::uint64_t salt);
  Progress judged(const Frame& frame, const Step& step) const;
  void spawn(std::uint32_t frame, const Step& step);
  std::uint32_t make_frame(std::uint32_t job, std::uint32_t parent, Index step, std::uint64_t path);
  void drop_children(std::uint32_t frame);
  void drop_frame(std::uint32_t frame);
  void adopt(std::uint32_t frame, ChildId child);
  void disown(std::uint32_t frame, ChildId child);
  Siblings& siblings(ChildId child);

  // Faults, rollout, alarms (experiment.cpp, controllers.cpp).
  void fill_agenda();
  void perform(const AgendaItem& item);
  void choose_targets(Index fault);
  void fault_starts(Index fault);
  void fault_ends(Index fault);
  bool meets_somebody(const FaultState& fault) const;
  void revive(Index instance, bool silently);
  void deaths_detected(Index fault);
  void list_instances(Index service);
  void close_interval();
  void close_window();
  void collect();
  void rollout_step();
  void set_canary_weight(double percent);
  void end_rollout(RolloutResult result);
  void scrape(Index watch);
  void evaluate_analysis(Index analysis);
  void evaluate_stop(Index stop);
  void stop_experiment();
  double gauge(const WatchPlan& watch) const;

  const System::Plan* plan_ = nullptr;
  std::uint64_t key_ = 0;
  Time now_;
  EventList<RunEvent> events_;
  Agenda agenda_;
  std::vector<std::uint64_t> host_counts_;  // [instance, then workload]: orders given out
  Slab<Call> calls_;
  Slab<Job> jobs_;
  Slab<Frame> frames_;
  std::vector<Client> clients_;
  std::vector<std::uint32_t> outstanding_;  // [client, callee instance]
  std::vector<Index> first_client_;         // [instance, then workload]: into clients_
  std::vector<Instance> instances_;
  std::vector<Index> listed_;              // [service, version]: instances that get traffic
  std::vector<ListedRange> listed_range_;  // [service * 2 + version]
  std::vector<SourceState> sources_;
  std::vector<FaultState> faults_;
  RolloutState rollout_;
  std::vector<Watch> watches_;
  std::vector<std::optional<Time>> stop_holding_since_;
  Recorder recorder_;
  std::uint64_t open_measured_ = 0;  // measured requests and attempts without an answer yet
  std::uint64_t at_this_instant_ = 0;
  std::size_t windows_closed_ = 0;
  bool windows_opened_ = false;
  Outcome outcome_;
};

}  // namespace rehearse
