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
/// itself. Its functions stand in one file for each station in the life of a request: `arrivals.cpp`
/// makes it, `client.cpp` is the caller's side, `instance.cpp` admits, queues and works, `job.cpp`
/// walks the endpoint's behaviour, `recorder.cpp` counts it; `experiment.cpp` disturbs them all.
class Run {
 public:
  /// Prepares a replication; memory of an earlier one is reused.
  void start(const System::Plan& plan, const ReplicationSeed& seed);
  Outcome finish();

 private:
  friend Outcome run_replication(const System&, const ReplicationSeed&, RunMemory&);

  // The loop (run.cpp).
  void run_until_end();
  void handle(const EventList<RunEvent>::Event& event);
  void schedule(Time time, std::uint64_t order, const RunEvent& event) {
    events_.schedule(time, order, event);
  }
  std::uint64_t next_order(Index host) { return (std::uint64_t{host} << 40) | host_counts_[host]++; }
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
  void user_thinks(Index source, std::uint32_t user, std::uint64_t round);
  void user_asks(Index source, std::uint32_t user, std::uint64_t round);
  void start_request(Index source, std::uint64_t path, Index endpoint, std::uint32_t user,
                     std::uint64_t round);
  Index drawn_endpoint(const WorkloadPlan& workload, std::uint64_t path) const;
  Time next_open_arrival(const SourcePlan& plan, SourceState& state) const;

  // The caller's side of a call (client.cpp).
  std::uint32_t start_call(Index client, Index endpoint, std::uint64_t path, std::uint64_t request);
  void make_attempt(std::uint32_t call);
  Index chosen_instance(Client& client, const EdgePlan& edge, std::uint64_t attempt_path);
  void arm_timer(std::uint32_t call);
  void timer_fires(std::uint32_t call, std::uint64_t order);
  void backoff_over(SlabId call);
  void answer_arrives(SlabId call, Status status);
  void attempt_failed(std::uint32_t call, Status status);
  bool may_retry(const Call& call, const EdgePlan& edge, Status status) const;
  void call_over(std::uint32_t call, Status status);
  void give_up(std::uint32_t call);
  void leave_attempt(std::uint32_t call);
  void release(std::uint32_t call);
  const EdgePlan& edge_of(const Client& client) const;

  // The instance's side of an attempt (instance.cpp).
  void attempt_arrives(std::uint32_t job);
  bool meets_door_faults(std::uint32_t job);
  void admit(std::uint32_t job);
  void cancel_arrives(SlabId job);
  void answer(std::uint32_t job, Status status);
  void end_job(std::uint32_t job, Status status);
  void ask_for_worker(std::uint32_t frame);
  void worker_free(Index instance);
  void begin_work(std::uint32_t frame);
  void work_done(SlabId frame);
  Duration drawn_work(const Frame& frame, const Job& job) const;
  void share_cores(Index instance, std::uint32_t frame, Duration work);
  void schedule_cores(Index instance);
  void cores_fire(Index instance, std::uint32_t stamp);
  void kill(Index instance);
  void settle(Index instance);

  // What an endpoint does (job.cpp).
  void start_program(std::uint32_t job);
  void run_frame(std::uint32_t frame);
  void advance(std::uint32_t frame);
  bool start_step(std::uint32_t frame);
  void start_parallel(std::uint32_t frame, const Step& step);
  void start_round(std::uint32_t frame, const Step& step);
  void start_frame_call(std::uint32_t frame, const Step& step);
  void child_ends(std::uint32_t frame, bool good, OnError on_error, Index fallback);
  void end_frame(std::uint32_t frame, bool good);
  std::uint32_t make_frame(std::uint32_t job, std::uint32_t parent, Index step,
                           std::uint64_t path);
  void drop_children(std::uint32_t frame);
  void drop_frame(std::uint32_t frame);
  void adopt(std::uint32_t frame, ChildId child);
  void disown(std::uint32_t frame, ChildId child);
  Siblings& siblings(ChildId child);

  // Faults, rollout, alarms (experiment.cpp, rollout.cpp).
  void fill_agenda();
  void perform(const AgendaItem& item);
  void fault_starts(Index fault);
  void fault_ends(Index fault);
  void detected(Index fault);
  void rollout_step();
  void set_canary_weight(double percent);
  void finish_rollout(RolloutResult result);
  void scrape(Index watch);
  void evaluate_analysis(Index analysis);
  void evaluate_stop(Index stop);
  double gauge(const WatchPlan& watch) const;
  void list_instances(Index service);
  void close_interval();
  void close_window();

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
  std::vector<std::uint32_t> outstanding_;     // [client, callee instance]
  std::vector<Index> first_client_;            // [instance, then workload]: into clients_
  std::vector<Instance> instances_;
  std::vector<Index> listed_;                  // [service, version]: instances that get traffic
  std::vector<ListedRange> listed_range_;      // [service * 2 + version]
  std::vector<SourceState> sources_;
  std::vector<FaultState> faults_;
  RolloutState rollout_;
  std::vector<Watch> watches_;
  std::vector<std::optional<Time>> stop_holding_since_;
  Recorder recorder_;
  std::uint64_t open_measured_ = 0;  // measured requests and attempts without an answer yet
  Outcome outcome_;
};

}  // namespace rehearse
