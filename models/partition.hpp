#pragma once

#include <cstdint>
#include <vector>

#include "models/cut.hpp"
#include "models/hosts.hpp"
#include "models/job.hpp"
#include "models/plan.hpp"
#include "models/recorder.hpp"
#include "sim/events/event_list.hpp"
#include "sim/hash.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/slab.hpp"

namespace rehearse {

/// What a partition has for another one at the end of a window.
struct Parcel {
  std::vector<AttemptMessage> attempts;
  std::vector<EventMessage> answers;
  std::vector<EventMessage> cancellations;
  std::vector<std::uint32_t> released;  // tickets of jobs that came from there and are over
  void clear();
};

/// From now on, work at an instance takes so many times as long as its laws say.
struct WorkPace {
  Index instance = none;
  double factor = 1;
};

/// Some of the hosts of a run, with all that happens at them: what one thread works on. Hosts meet
/// through messages only, so a partition need not know of the others before the end of a window.
/// A value: slabs and indices. Its functions stand in one file for each station in the life of a
/// request: `arrivals.cpp` makes it, `client.cpp` is the caller's side, `instance.cpp` the door,
/// `workers.cpp` queues and works, `job.cpp` and `frames.cpp` walk the endpoint's behaviour.
class Partition {
 public:
  /// Prepares a replication for the hosts of partition `index`; memory of an earlier one is reused.
  void start(const System::Plan& plan, const Cut& cut, Index index);
  /// Tells where the rest of the run is: first of all, and again when a run was copied.
  void bind(const System::Plan& plan, const Cut& cut, Hosts& hosts,
            const Surroundings& surroundings);
  void start_sources();

  /// Handles all events before `end`.
  void run_before(Time end);
  Time next_time() const { return events_.next_time(); }

  /// Ends a window: what is sent from now on goes into other parcels. Returns the earliest instant
  /// of what was sent until now.
  Time turn_over();
  /// Takes over what another one sent before the last turn_over() of both, which may be about to
  /// turn over again.
  void receive_from(const Partition& sender);
  /// Empties the parcels for the next window; nobody reads them any more.
  void begin_parcels();

  /// Ends, as lost, the jobs of instances that are down, and the calls they left to themselves.
  /// Between windows, at `now`.
  void clear_dead_instances(Time now);
  /// From `now` on, work at these instances takes so many times as long, also what is under way.
  /// Between windows; expects them sorted by instance.
  void change_paces(Time now, const std::vector<WorkPace>& paces);
  /// Counts, at the end of a run, what is still without an answer.
  void count_unfinished();

  Recorder& recorder() { return recorder_; }
  std::int64_t open_measured() const { return open_measured_; }
  std::size_t frames_in_use() const { return frames_.in_use(); }
  std::size_t calls_in_use() const { return calls_.in_use(); }
  /// A host has more to do than any run survives.
  bool fell_behind() const { return fell_behind_; }
  std::uint64_t spans() const { return spans_; }
  std::uint64_t events_handled() const { return handled_; }

 private:
  using Events = EventList<PackedEvent>;

  // The loop (partition.cpp).
  void unpack(const Parcel& parcel, Index sender);
  void watch_the_clock(Time next);
  void handle(const Events::Event& event);

  // What comes soon (foresight_inline.hpp).
  void foresee(const RunEvent& event, int near) const;
  void foresee_arrival(std::uint32_t job, int near) const;
  void foresee_end_of_work(std::uint32_t frame, int near) const;
  void foresee_answer(std::uint32_t call, int near) const;
  void foresee_host(Index instance) const;
  void foresee_step(Index step, Index host, int near) const;
  void foresee_call(const Client& client) const;

  void schedule(Time time, std::uint64_t order, const RunEvent& event) {
    events_.schedule(time, order | turn_among_ties(event.kind), PackedEvent::of(event));
  }
  /// At this very instant, but not before what is being done is done.
  void schedule_now(std::uint64_t order, const RunEvent& event) {
    events_.schedule_in(0, now_, order | turn_among_ties(event.kind), PackedEvent::of(event));
  }
  void schedule_after(Duration delay, std::uint32_t lane, std::uint64_t order,
                      const RunEvent& event) {
    if (lane != none) {
      events_.schedule_in(lane, now_ + delay, order | turn_among_ties(event.kind),
                          PackedEvent::of(event));
    } else {
      schedule(now_ + delay, order, event);
    }
  }
  std::uint64_t next_order(Index host) { return hosts_[host].orders++; }
  /// Two of them, this one and the next.
  std::uint64_t next_two_orders(Index host) {
    const std::uint64_t first = hosts_[host].orders;
    hosts_[host].orders += 2;
    return first;
  }
  /// Folds something that happened at a host into its trajectory.
  void note(Index host, std::uint64_t what) {
    std::uint64_t& fold = hosts_[host].trajectory;
    fold = (fold ^ what ^ static_cast<std::uint64_t>(now_.since_start().in_nanoseconds())) *
           0x9e3779b97f4a7c15ULL;
    fold ^= fold >> 29;
  }
  RandomStream stream(std::uint64_t purpose, std::uint64_t path) const {
    return RandomStream(surroundings_->key, purpose, path);
  }
  const ServicePlan& service_of(const Instance& instance) const {
    return services_[instance.service];
  }
  const EdgePlan& edge_of(const Client& client) const { return edges_[client.edge]; }
  Index host_of_workload(Index workload) const { return first_workload_ + workload; }
  Parcel& parcel_to(Index partition) { return parcels_[partition * 2 + parity_]; }
  bool is_here(Index host) const { return cut_->partition_of[host] == index_; }

  // Requests appear (arrivals.cpp).
  bool advance_source(const SourcePlan& plan, SourceState& state) const;
  void schedule_source(Index source);
  [[gnu::flatten]] void source_fires(Index source);
  void batch_fires(Index source, std::uint64_t path);
  void replay_fires(Index source);
  void user_thinks(Index source, std::uint32_t user, std::uint32_t round);
  void user_asks(Index source, std::uint32_t user, std::uint32_t round);
  void start_request(Index source, std::uint64_t path, Index endpoint, std::uint32_t user,
                     std::uint32_t round);
  Index drawn_endpoint(const WorkloadPlan& workload, std::uint64_t path) const;
  Time next_open_arrival(const SourcePlan& plan, SourceState& state) const;

  // The caller's side of a call (client.cpp).
  std::uint32_t new_call(Index client, Index endpoint, std::uint64_t path, std::uint64_t request);
  [[gnu::flatten]] void make_attempt(std::uint32_t call);
  void send(Call& call, std::uint32_t slot, const EdgePlan& edge, std::uint64_t path);
  void send_away(Call& call, std::uint32_t slot, std::uint64_t path);
  void describe(Job& job, const Call& call, std::uint32_t slot) const;
  Index chosen_instance(Client& client, const Call& call, std::uint64_t attempt_path);
  Index least_loaded(const Client& client, const ListedRange& range, std::uint64_t attempt_path);
  Duration drawn_latency(const EdgePlan& edge, const Call& call, std::uint64_t attempt_path) const;
  void arm_timer(std::uint32_t call);
  void set_timer(std::uint32_t call);
  void timer_fires(std::uint32_t call, std::uint32_t timer);
  void backoff_over(SlabId call, std::uint32_t attempt);
  void answer_arrives(SlabId call, std::uint32_t attempt, Status status);
  void attempt_failed(std::uint32_t call, Status status);
  bool may_retry(const Call& call, Status status) const;
  void call_over(std::uint32_t call, Status status);
  void request_over(std::uint32_t call, Status status);
  void give_up(std::uint32_t call);
  void leave_attempt(Call& call);
  void cancel(const Call& call, const EdgePlan& edge);
  void forget_outstanding(const Call& call);
  void release(std::uint32_t call);

  // The instance's side of an attempt (instance.cpp, workers.cpp).
  std::uint32_t new_job();
  void attempt_arrives(std::uint32_t job);
  bool stopped_at_door(std::uint32_t job);
  void door_passed(SlabId job);
  void admit(std::uint32_t job);
  void cancel_arrives(SlabId job);
  bool answers_at_once(const Job& job, Status status) const;
  void answer(const Job& job, Status status);
  void turn_away(std::uint32_t job, Status status);
  [[gnu::flatten]] void end_job(std::uint32_t job, Status status);
  void count_end(std::uint32_t job, Status status);
  void forget_job(std::uint32_t job);
  Index column_of(const Job& job) const;
  void enqueue(std::uint32_t frame, Instance& instance);
  void leave_queue(std::uint32_t frame, Instance& instance);
  void give_back_worker(std::uint32_t frame);
  void dispatch(Index instance);
  void begin_work(std::uint32_t frame, const Job& job, Instance& instance);
  Duration drawn_work(const Frame& frame, const Job& job, const Step& step,
                      const ServicePlan& service) const;
  void end_jobs_of_the_dead();
  void end_calls_of_the_dead();
  void change_pace_of_workers(const std::vector<WorkPace>& paces);
  void share_cores(Index instance, std::uint32_t frame, Duration work);
  void advance_cores(Instance& instance, double cores);
  bool is_at_work(SlabId frame) const;
  void schedule_cores(Index instance);
  void cores_fire(Index instance, std::uint32_t stamp);

  // What an endpoint does (job.cpp, frames.cpp).
  void start_program(std::uint32_t job);
  void start_chosen_behaviour(std::uint32_t job);
  double own_error_probability(const Job& job) const;
  bool fails_at_end(std::uint32_t job) const;
  void work_done(std::uint32_t frame);
  void continue_frame(std::uint32_t frame);
  void resume(std::uint32_t frame);
  void frame_ended(std::uint32_t frame, bool good);
  void program_ended(std::uint32_t job, bool good);
  [[gnu::flatten]] void call_ended(std::uint32_t frame, Index step, bool good);
  void branch_ended(std::uint32_t frame, bool good);
  Progress run_frame(std::uint32_t frame);
  Progress start_step(std::uint32_t frame);
  Progress start_work(std::uint32_t frame);
  Progress start_call(std::uint32_t frame, Index step);
  Progress start_parallel(std::uint32_t frame, const Step& step);
  Progress run_rounds(std::uint32_t frame, const Step& step);
  Progress run_child(std::uint32_t frame, Index first_step, std::uint64_t salt);
  Progress judged(const Frame& frame, const Step& step) const;
  bool is_single_call(Index step) const;
  void spawn(std::uint32_t frame, const Step& step);
  void open_frame(std::uint32_t slot, std::uint32_t job, std::uint32_t parent, Index step);
  void drop_children(std::uint32_t frame);
  void drop_frame(std::uint32_t frame);
  void withdraw(std::uint32_t frame);
  void withdraw_busy(std::uint32_t frame);
  void adopt(std::uint32_t frame, ChildId child);
  void disown(std::uint32_t frame, ChildId child);
  Siblings& siblings(ChildId child);

  static constexpr int most_nested = 64;

  alignas(64) const System::Plan* plan_ = nullptr;
  const Cut* cut_ = nullptr;
  const Surroundings* surroundings_ = nullptr;
  // Where things stand that nearly every event needs: one load instead of three.
  HostState* hosts_ = nullptr;
  Client* clients_ = nullptr;
  Instance* instances_ = nullptr;
  SourceState* sources_ = nullptr;
  std::uint32_t* outstanding_ = nullptr;
  const ServicePlan* services_ = nullptr;
  const EdgePlan* edges_ = nullptr;
  const EndpointPlan* endpoints_ = nullptr;
  const Step* steps_ = nullptr;
  const Law* laws_ = nullptr;
  Index index_ = 0;
  Index first_workload_ = 0;  // the host of workload 0
  Time now_;
  Events events_;
  Slab<Call> calls_;
  Slab<Frame> frames_;
  HugeVector<Job> jobs_;  // [slot of its first frame]
  Recorder recorder_;
  std::int64_t open_measured_ = 0;  // measured requests and attempts that came, less those answered
  std::uint64_t at_this_instant_ = 0;
  std::uint64_t spans_ = 0;
  std::uint64_t handled_ = 0;
  bool fell_behind_ = false;
  int nesting_ = 0;    // of attempts that took no time, in what is being handled now
  int returning_ = 0;  // of answers that took no time

  // For jobs at hosts of other partitions.
  std::vector<Parcel> parcels_;  // [partition, parity]
  unsigned parity_ = 0;
  Time earliest_sent_ = Time::never();
  Slab<Ticket> tickets_;
  std::vector<std::vector<SlabId>> job_of_ticket_;  // [partition, ticket]
};

}  // namespace rehearse
