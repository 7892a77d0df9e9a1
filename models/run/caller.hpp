#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "models/run/call.hpp"
#include "models/run/sources.hpp"
#include "models/run/tracer.hpp"

namespace rehearse {

/// The end of a call that a frame waited for.
struct CallEnd {
  std::uint32_t frame = none;  // none: nobody waits, or the call goes on
  StepId step;                 // the frame's, or its branch
  bool good = false;
  explicit operator bool() const { return frame != none; }
};

/// The caller's side: deadlines, choice of an instance, attempts, retries.
///
/// An attempt that takes no time on its way arrives at once, and is returned as the slot of its
/// job; none: it arrives later, by an event.
class Caller : public Sources {
 public:
  std::size_t calls_in_use() const { return calls_.in_use(); }

 protected:
  using Sources::Sources;
  void restart(const Plan& plan, const Cut& cut, Index index);

  /// A request appears: its user makes the first attempt (see make_attempt). None, too, where the
  /// run is too far behind.
  std::uint32_t begin(const Request& request);
  /// A call of an instance, or of a workload: begins without an attempt.
  std::uint32_t new_call(ClientId client, EndpointId endpoint, std::uint64_t path,
                         std::uint64_t request);
  /// Sends an attempt. One that takes no time on its way arrives at once: returns the slot of its
  /// job. None: it arrives later, by an event.
  std::uint32_t make_attempt(std::uint32_t call);

  // What events say.
  CallEnd answer_arrives(SlabId call, std::uint32_t attempt, Status status);
  CallEnd timer_fires(std::uint32_t call, std::uint32_t timer);
  /// Returns the call, of which another attempt is to be made; none: it is over.
  std::uint32_t backoff_over(SlabId call, std::uint32_t attempt);

  /// The caller no longer waits; what becomes of the attempt is the callee's affair.
  void give_up(std::uint32_t call);

  // Children of a frame: calls and other frames.
  void adopt(std::uint32_t frame, ChildId child);
  void disown(std::uint32_t frame, ChildId child);

  /// Of an attempt whose answer is lost: no call waits for the answer to attempt 0.
  static constexpr std::uint32_t no_attempt = 0;
  /// So deep may attempts that take no time nest.
  static constexpr int most_nested = 64;

  Slab<Call> calls_;
  int nesting_ = 0;  // of attempts that took no time, in what is being handled now

 private:
  /// The luck of the first attempt is the call's own.
  static std::uint64_t path_of_attempt(const Call& call) {
    return call.attempts == 1 ? call.path : extended(call.path, call.attempts);
  }
  std::uint32_t send(Call& call, std::uint32_t slot, const EdgePlan& edge, std::uint64_t path,
                     std::uint32_t attempt);
  void describe(Job& job, const Call& call, std::uint32_t slot, std::uint32_t attempt) const;
  /// What faults on the link take of an attempt that is about to be sent, and of its answer.
  enum class Loss { nothing, attempt, answer };
  Loss drawn_loss(const Call& call, std::uint64_t attempt_path, std::uint64_t decision);
  /// What faults add to either way of an attempt that is about to be sent.
  Duration drawn_stall(const Call& call, std::uint64_t attempt_path) const;
  /// Decisions of a fault on a link, each with a purpose of its own.
  static constexpr std::uint64_t sending = 1;
  static constexpr std::uint64_t withdrawing = 2;
  static constexpr std::uint64_t stalling = 3;
  bool loses_cancellation(const Call& call);
  InstanceId chosen_instance(Client& client, const Call& call, std::uint64_t attempt_path);
  Duration drawn_latency(const EdgePlan& edge, const Call& call, std::uint64_t attempt_path) const;
  void arm_timer(std::uint32_t call);
  void set_timer(std::uint32_t call);
  CallEnd attempt_failed(std::uint32_t call, Status status);
  void answer_at_once(Call& call, std::uint32_t slot, Status status);
  // Where a policy is told of attempts.
  [[gnu::noinline]] bool is_permitted(std::uint32_t call);
  std::optional<Duration> end_of_attempt(std::uint32_t call);
  void note_end(std::uint32_t call, Status status);
  void note_deadline(std::uint32_t call);
  void note_giving_up(std::uint32_t call);
  bool may_retry(const Call& call, Status status) const;
  CallEnd call_over(std::uint32_t call, Status status);
  void request_over(std::uint32_t call, Status status);
  void leave_attempt(Call& call);
  void forget_outstanding(const Call& call);
  void release(std::uint32_t call, Status status);
  [[gnu::noinline]] void trace_attempt(std::uint32_t call);
  Siblings& siblings(ChildId child) {
    return child.is_frame() ? frames_[child.slot()].siblings : calls_[child.slot()].siblings;
  }

  /// [slot of a call; may be shorter] When the attempt that is under way was permitted; never: none
  /// is, or no policy is told of it.
  std::vector<Time> permitted_at_;
};

inline std::uint32_t Caller::new_call(ClientId client, EndpointId endpoint, std::uint64_t path,
                                      std::uint64_t request) {
  const std::uint32_t slot = calls_.take();
  Call& call = calls_[slot];
  const EdgePlan& edge = edge_of(clients_[client]);
  call.path = path;
  call.request = request;
  call.started = now_;
  call.deadline = edge.policies.timeout().deadline(now_);
  call.expires = Time::never();
  call.job = {};
  call.siblings = {};
  call.frame = none;
  call.client = client;
  call.endpoint = endpoint;
  call.attempts = 0;
  call.origin = none;
  call.interval = none;
  call.retrying = false;
  ++clients_[client].active;
  recorder_.call_made(edge.callee);
  return slot;
}

inline std::uint32_t Caller::begin(const Request& request) {
  const WorkloadId index = plan_->sources[request.source].workload;
  const WorkloadPlan& workload = plan_->workloads[index];
  const HostId host = host_of_workload(index);
  const ClientId client =
      hosts_[host].first_client + workload.edge_of_service[endpoints_[request.endpoint].service];
  if (clients_[client].active >= plan_->most_in_flight) [[unlikely]] {
    fell_behind_ = true;
    return none;
  }
  const std::uint32_t slot = new_call(client, request.endpoint, request.path, request.path);
  Call& call = calls_[slot];
  call.origin = request.source;
  call.user = request.user;
  call.round = request.round;
  call.interval = surroundings_->interval;
  recorder_.request_arrived(index);
  if (call.interval != none) ++open_measured_;
  note(host, request.path);
  if (tracer_ != nullptr) [[unlikely]]
    tracer_->user_asks(slot, request.path, index);
  return make_attempt(slot);
}

inline Duration Caller::drawn_latency(const EdgePlan& edge, const Call& call,
                                      std::uint64_t attempt_path) const {
  if (edge.lane != none) return edge.constant_latency;
  RandomStream luck = stream(edge.latency_purpose, attempt_path);
  if (!edge.latency_is_shared) return edge.latency.sample(luck);
  const ServicePlan& callee = services_[edge.callee];
  return edge.latency.quantile(
      correlated_level(shared_normal(callee, call.request), callee.correlation, luck));
}

inline InstanceId Caller::chosen_instance(Client& client, const Call& call,
                                          std::uint64_t attempt_path) {
  const EdgePlan& edge = edge_of(client);
  bool canary = false;
  if (surroundings_->canary_share > 0 && plan_->rollout->service == edge.callee) {
    canary = stream(edge.version_purpose, call.path).chance(surroundings_->canary_share);
  }
  const ListedRange range = surroundings_->listed_range[edge.callee * 2 + canary];
  if (range.count == 0) return none;
  const InstanceId* listed = &surroundings_->listed[range.first];
  const auto make_luck = [&] { return stream(edge.balancing_purpose, attempt_path); };
  const std::uint32_t* const outstanding = &outstanding_[client.first_outstanding];
  return listed[edge.policies.balancer().choose(
      range.count, client.cursor, make_luck,
      [&](std::uint32_t place) { return outstanding[listed[place] - edge.first_instance]; })];
}

/// A slot has at most one pending timer event. Starting an attempt only writes down when it
/// expires; a timer that fires early is set again. So a timeout that is cancelled, as most are,
/// costs nothing. One that is pending for the very instant may be an earlier user's, and then has
/// the wrong order among ties: it is set anew.
inline void Caller::arm_timer(std::uint32_t slot) {
  const Call& call = calls_[slot];
  if (call.expires > call.timer_at || call.expires == Time::never()) [[likely]]
    return;
  set_timer(slot);
}

inline void Caller::forget_outstanding(const Call& call) {
  const Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  if (!edge.policies.balancer().counts_outstanding()) return;
  --outstanding_[client.first_outstanding + call.instance - edge.first_instance];
}

inline void Caller::release(std::uint32_t slot, Status status) {
  if (tracer_ != nullptr) [[unlikely]]
    tracer_->call_ends(slot, status, now_);
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  expects(client.active > 0, "a call that is over was under way");
  --client.active;
  if (call.retrying) --client.retries;
  call.expires = Time::never();
  calls_.give_back(slot);
}

inline void Caller::adopt(std::uint32_t frame, ChildId child) {
  const ChildId next = frames_[frame].first_child;
  siblings(child) = {{}, next};
  if (next) siblings(next).previous = child;
  frames_[frame].first_child = child;
}

inline void Caller::disown(std::uint32_t frame, ChildId child) {
  const Siblings links = siblings(child);
  if (links.next) siblings(links.next).previous = links.previous;
  if (links.previous) {
    siblings(links.previous).next = links.next;
  } else {
    frames_[frame].first_child = links.next;
  }
}

inline void Caller::request_over(std::uint32_t slot, Status status) {
  const Call& call = calls_[slot];
  const SourcePlan& source = plan_->sources[call.origin];
  if (status == Status::ok) [[likely]] {
    recorder_.request_succeeded(source.workload, call.interval, now_ - call.started);
  } else {
    recorder_.request_failed(source.workload, call.interval, status, now_ - call.started);
  }
  if (call.interval != none) --open_measured_;
  if (source.kind == SourcePlan::Kind::closed_loop) {
    user_thinks(SourceId(call.origin), call.user, call.round + 1);
  }
}

inline CallEnd Caller::call_over(std::uint32_t slot, Status status) {
  const Call& call = calls_[slot];
  const CallEnd end{call.frame, StepId(call.origin), status == Status::ok};
  if (!end) {
    if (call.origin != none) request_over(slot, status);
    release(slot, status);
    return {};
  }
  disown(end.frame, ChildId::call(slot));
  release(slot, status);
  return end;
}

inline CallEnd Caller::answer_arrives(SlabId id, std::uint32_t attempt, Status status) {
  if (!calls_.is_live(id)) return {};
  Call& call = calls_[id.slot];
  if (call.attempts != attempt || call.state != Call::State::attempting) return {};
  note(clients_[call.client].host, call.path + static_cast<std::uint64_t>(status));
  if (call.job) forget_outstanding(call);
  call.job = {};
  if (status != Status::ok) return attempt_failed(id.slot, status);
  if (clients_[call.client].memory.is_kept()) [[unlikely]]
    note_end(id.slot, status);
  return call_over(id.slot, status);
}

/// What the callee is told of an attempt; `attempt` is the number that its answer will name.
inline void Caller::describe(Job& job, const Call& call, std::uint32_t slot,
                             std::uint32_t attempt) const {
  job.request = call.request;
  job.latency = call.latency;
  job.call = calls_.id(slot);
  job.attempt = attempt;
  job.endpoint = call.endpoint;
  job.instance = call.instance;
  job.home = none;
  job.place = Job::Place::on_its_way;
  job.holds_worker = false;
}

/// An attempt goes out: as a job that arrives later, or as a message to another partition. What
/// takes no time arrives at once; the two hosts are in one partition however the run is cut.
inline std::uint32_t Caller::send(Call& call, std::uint32_t slot, const EdgePlan& edge,
                                  std::uint64_t path, std::uint32_t attempt) {
  if (!is_here(call.instance)) {
    Job away;
    describe(away, call, slot, attempt);
    call.job = send_attempt_away(away, path, call.order + 1);
    return none;
  }
  const std::uint32_t job_slot = new_job();
  describe(jobs_[job_slot], call, slot, attempt);
  frames_[job_slot].path = path;
  call.job = frames_.id(job_slot);
  if (call.latency == Duration() && nesting_ < most_nested) return job_slot;
  schedule_after(call.latency, edge.lane, call.order + 1,
                 {.kind = RunEvent::Kind::attempt_arrives, .slot = job_slot});
  return none;
}

/// Told by an event, like every other answer, so that nothing changes under the caller's feet.
inline void Caller::answer_at_once(Call& call, std::uint32_t slot, Status status) {
  call.instance = none;
  schedule_now(call.order + 1, {.kind = RunEvent::Kind::answer_arrives,
                                .status = status,
                                .slot = slot,
                                .stamp = call.generation,
                                .extra = call.attempts});
}

inline std::uint32_t Caller::make_attempt(std::uint32_t slot) {
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  ++call.attempts;
  call.state = Call::State::attempting;
  call.order = next_two_orders(client.host);
  call.expires = edge.policies.timeout().expires(now_, call.deadline);
  if (client.memory.is_kept() && !is_permitted(slot)) [[unlikely]] {
    if (call.attempts == 1) recorder_.call_unsent(edge.callee);
    answer_at_once(call, slot, Status::not_permitted);
    if (tracer_ != nullptr) [[unlikely]]
      trace_attempt(slot);
    return none;
  }
  if (call.attempts > 1) recorder_.call_retried(edge.callee);

  const std::uint64_t path = path_of_attempt(call);
  call.instance = chosen_instance(client, call, path);
  if (call.instance == none) {
    answer_at_once(call, slot, Status::unreachable);
    if (tracer_ != nullptr) [[unlikely]]
      trace_attempt(slot);
    return none;
  }
  if (edge.policies.balancer().counts_outstanding()) {
    ++outstanding_[client.first_outstanding + call.instance - edge.first_instance];
  }
  call.latency = drawn_latency(edge, call, path);
  std::uint32_t attempt = call.attempts;
  if (surroundings_->disturbed_links > 0) [[unlikely]] {
    call.latency = call.latency + drawn_stall(call, path);
    const Loss loss = drawn_loss(call, path, sending);
    if (loss == Loss::attempt) {
      call.job = Call::lost;
      arm_timer(slot);
      if (tracer_ != nullptr) [[unlikely]]
        trace_attempt(slot);
      return none;
    }
    if (loss == Loss::answer) attempt = no_attempt;
  }
  const std::uint32_t arrived = send(call, slot, edge, path, attempt);
  arm_timer(slot);
  if (tracer_ != nullptr) [[unlikely]]
    trace_attempt(slot);
  return arrived;
}

}  // namespace rehearse
