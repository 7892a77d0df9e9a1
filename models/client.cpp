#include <algorithm>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"

namespace rehearse {
/// What the callee is told of an attempt.
inline void Partition::describe(Job& job, const Call& call, std::uint32_t slot) const {
  job.request = call.request;
  job.latency = call.latency;
  job.call = calls_.id(slot);
  job.attempt = call.attempts;
  job.endpoint = call.endpoint;
  job.instance = call.instance;
  job.home = none;
  job.place = Job::Place::on_its_way;
  job.holds_worker = false;
}

void Partition::send_away(Call& call, std::uint32_t slot, std::uint64_t path) {
  AttemptMessage away;
  describe(away.job, call, slot);
  away.path = path;
  away.order = call.order + 1;
  away.job.home = index_;
  away.job.ticket = tickets_.take();
  call.job = tickets_.id(away.job.ticket);
  away.time = now_ + call.latency;
  earliest_sent_ = std::min(earliest_sent_, away.time);
  parcel_to(cut_->partition_of[call.instance]).attempts.push_back(away);
}

/// An attempt goes out: as a job that arrives later, or as a message to another partition. What
/// takes no time arrives at once; the two hosts are in one partition however the run is cut.
inline void Partition::send(Call& call, std::uint32_t slot, const EdgePlan& edge,
                            std::uint64_t path) {
  if (!is_here(call.instance)) {
    send_away(call, slot, path);
    return;
  }
  const std::uint32_t job_slot = new_job();
  describe(jobs_[job_slot], call, slot);
  frames_[job_slot].path = path;
  call.job = frames_.id(job_slot);
  if (call.latency == Duration() && nesting_ < most_nested) {
    ++nesting_;
    attempt_arrives(job_slot);
    --nesting_;
    return;
  }
  schedule_after(call.latency, edge.lane, call.order + 1,
                 {.kind = RunEvent::Kind::attempt_arrives, .slot = job_slot});
}

void Partition::make_attempt(std::uint32_t slot) {
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  ++call.attempts;
  call.state = Call::State::attempting;
  call.order = next_two_orders(client.host);
  call.expires = std::min(call.deadline, plus(now_, edge.per_try_timeout));
  if (call.attempts > 1) recorder_.call_retried(edge.callee);

  // The luck of the first attempt is the call's own.
  const std::uint64_t path = call.attempts == 1 ? call.path : extended(call.path, call.attempts);
  call.instance = chosen_instance(client, call, path);
  if (call.instance == none) {
    // Told by an event, like every other answer, so that nothing changes under the caller's feet.
    schedule_now(call.order + 1, {.kind = RunEvent::Kind::answer_arrives,
                                  .status = Status::unreachable,
                                  .slot = slot,
                                  .stamp = call.generation,
                                  .extra = call.attempts});
    return;
  }
  if (edge.policy == BalancingPolicy::least_request) {
    ++outstanding_[client.first_outstanding + call.instance - edge.first_instance];
  }
  call.latency = drawn_latency(edge, call, path);
  send(call, slot, edge, path);
  arm_timer(slot);
}

Index Partition::least_loaded(const Client& client, const ListedRange& range,
                              std::uint64_t attempt_path) {
  const EdgePlan& edge = edge_of(client);
  const Index* listed = &surroundings_->listed[range.first];
  const std::uint32_t* outstanding = &outstanding_[client.first_outstanding];
  RandomStream luck = stream(edge.balancing_purpose, attempt_path);
  Index best = listed[luck.below(range.count)];
  for (std::uint32_t choice = 1; choice < edge.choice_count; ++choice) {
    const Index other = listed[luck.below(range.count)];
    if (outstanding[other - edge.first_instance] < outstanding[best - edge.first_instance]) {
      best = other;
    }
  }
  return best;
}

void Partition::set_timer(std::uint32_t slot) {
  Call& call = calls_[slot];
  call.timer_at = call.expires;
  ++call.timer;
  schedule(call.expires, call.order,
           {.kind = RunEvent::Kind::timer, .slot = slot, .stamp = call.timer});
}

void Partition::timer_fires(std::uint32_t slot, std::uint32_t timer) {
  Call& call = calls_[slot];
  if (timer != call.timer) return;  // another one was set since
  call.timer_at = Time::never();
  if (!calls_.in_use(slot)) return;
  if (call.expires > now_) {
    arm_timer(slot);
    return;
  }
  note(clients_[call.client].host, call.path);
  leave_attempt(call);
  if (call.deadline <= now_) {
    call_over(slot, Status::timed_out);
  } else {
    attempt_failed(slot, Status::timed_out);
  }
}

bool Partition::may_retry(const Call& call, Status status) const {
  const Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  if (!edge.retries || call.attempts >= edge.max_attempts) return false;
  const RetryOn& on = edge.retry_on;
  const bool gateway = status != Status::failed;
  const bool matches = on.five_xx || (on.gateway_error && gateway) ||
                       (on.connect_failure && status == Status::unreachable) ||
                       (on.reset && (status == Status::timed_out || status == Status::lost ||
                                     status == Status::unreachable));
  if (!matches) return false;
  if (!edge.budget) return true;
  // A call that retries already gives its place back before it asks for the next, as in Envoy.
  const std::uint32_t others = client.retries - (call.retrying ? 1 : 0);
  // Rounded down; the factor takes the roundings of a product back that falls short of a whole.
  constexpr double taken_back = 1 + 0x1p-51;
  const auto allowed =
      static_cast<std::uint32_t>(client.active * edge.budget->budget_percent / 100 * taken_back);
  return others < std::max(static_cast<std::uint32_t>(edge.budget->min_retry_concurrency), allowed);
}

void Partition::attempt_failed(std::uint32_t slot, Status status) {
  Call& call = calls_[slot];
  if (!may_retry(call, status)) {
    call_over(slot, status);
    return;
  }
  Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  if (!call.retrying) {
    call.retrying = true;
    ++client.retries;
  }
  const std::uint32_t doublings = std::min(call.attempts - 1, 40U);
  const auto grown = static_cast<double>(edge.base_backoff.in_nanoseconds()) *
                     static_cast<double>(std::uint64_t{1} << doublings);
  Duration backoff = std::min(Duration::rounded_nanoseconds(grown), edge.max_backoff);
  if (edge.jitter == Jitter::full) {
    backoff =
        scaled(backoff, stream(edge.backoff_purpose, extended(call.path, call.attempts)).uniform());
  }
  call.state = Call::State::backing_off;
  call.order = next_two_orders(client.host);
  call.expires = call.deadline;
  arm_timer(slot);
  schedule(now_ + backoff, call.order + 1,
           {.kind = RunEvent::Kind::backoff_over,
            .slot = slot,
            .stamp = call.generation,
            .extra = call.attempts});
}

void Partition::backoff_over(SlabId id, std::uint32_t attempt) {
  if (!calls_.is_live(id)) return;
  const Call& call = calls_[id.slot];
  if (call.state != Call::State::backing_off || call.attempts != attempt) return;
  make_attempt(id.slot);
}

/// The caller no longer waits; what becomes of the attempt is the callee's affair.
void Partition::give_up(std::uint32_t slot) {
  leave_attempt(calls_[slot]);
  release(slot);
}

void Partition::leave_attempt(Call& call) {
  if (!call.job) return;
  forget_outstanding(call);
  const EdgePlan& edge = edge_of(clients_[call.client]);
  if (edge.propagates_cancellation) cancel(call, edge);
  call.job = {};
}

/// Whether the job still lives is not for the caller to know, save that a ticket which was given
/// back names a job that ended earlier than any message could reach it.
void Partition::cancel(const Call& call, const EdgePlan& edge) {
  const std::uint64_t order = next_order(clients_[call.client].host);
  const RunEvent event{
      .kind = RunEvent::Kind::cancel_arrives, .slot = call.job.slot, .stamp = call.job.generation};
  const Index partition = cut_->partition_of[call.instance];
  if (partition == index_) {
    schedule_after(call.latency, edge.lane, order, event);
  } else if (tickets_.is_live(call.job)) {
    const Time time = now_ + call.latency;
    earliest_sent_ = std::min(earliest_sent_, time);
    parcel_to(partition).cancellations.push_back({time, order, event});
  }
}

}  // namespace rehearse
