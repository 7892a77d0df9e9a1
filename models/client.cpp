#include <algorithm>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"

namespace rehearse {
void Partition::make_attempt(std::uint32_t slot) {
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  ++call.attempts;
  call.state = Call::State::attempting;
  call.order = next_order(client.host);
  call.expires = std::min(call.deadline, plus(now_, edge.per_try_timeout));
  if (call.attempts > 1) recorder_.call_retried(edge.callee);

  // The luck of the first attempt is the call's own.
  const std::uint64_t path = call.attempts == 1 ? call.path : extended(call.path, call.attempts);
  call.instance = chosen_instance(client, call, path);
  if (call.instance == none) {
    // Told by an event, like every other answer, so that nothing changes under the caller's feet.
    events_.schedule_in(0, now_, call.order,
                        {.kind = RunEvent::Kind::answer_arrives,
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

/// An attempt goes out: as a job that arrives later, or as a message to another partition. What
/// takes no time arrives at once; the two hosts are in one partition however the run is cut.
void Partition::send(Call& call, std::uint32_t slot, const EdgePlan& edge, std::uint64_t path) {
  const Index partition = cut_->partition_of[call.instance];
  const bool here = partition == index_;
  AttemptMessage away;
  const std::uint32_t job_slot = here ? new_job() : none;
  Job& job = here ? jobs_[job_slot] : away.job;
  job.path = path;
  job.request = call.request;
  job.order = call.order;
  job.latency = call.latency;
  job.call = calls_.id(slot);
  job.attempt = call.attempts;
  job.endpoint = call.endpoint;
  job.instance = call.instance;
  job.place = Job::Place::on_its_way;
  job.holds_worker = false;
  if (here) {
    job.home = none;
    call.job = frames_.id(job_slot);
    if (call.latency == Duration() && nesting_ < most_nested) {
      ++nesting_;
      attempt_arrives(job_slot);
      --nesting_;
      return;
    }
    schedule_after(call.latency, edge.lane, call.order,
                   {.kind = RunEvent::Kind::attempt_arrives, .slot = job_slot});
    return;
  }
  job.home = index_;
  job.ticket = tickets_.take();
  call.job = tickets_.id(job.ticket);
  away.time = now_ + call.latency;
  earliest_sent_ = std::min(earliest_sent_, away.time);
  parcel_to(partition).attempts.push_back(away);
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

void Partition::timer_fires(std::uint32_t slot, std::uint64_t order) {
  Call& call = calls_[slot];
  if (order != call.timer_order) return;  // another one was set for an earlier instant
  call.timer_at = Time::never();
  if (!call.live) return;
  // One that was set for an earlier user of the slot is set again even for this very instant, so
  // that the order of ties does not depend on who had the slot before.
  if (call.expires > now_ || order != call.order) {
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

void Partition::answer_arrives(SlabId id, std::uint32_t attempt, Status status) {
  if (!calls_.is_live(id)) return;
  Call& call = calls_[id.slot];
  if (call.attempts != attempt || call.state != Call::State::attempting) return;
  note(clients_[call.client].host, call.path + static_cast<std::uint64_t>(status));
  if (call.job) forget_outstanding(call);
  call.job = {};
  if (status == Status::ok) {
    call_over(id.slot, status);
  } else {
    attempt_failed(id.slot, status);
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
                       (on.reset && (status == Status::timed_out || status == Status::lost));
  if (!matches) return false;
  if (!edge.budget) return true;
  // A call that retries already gives its place back before it asks for the next, as in Envoy.
  const std::uint32_t others = client.retries - (call.retrying ? 1 : 0);
  const auto allowed =
      static_cast<std::uint32_t>(client.active * edge.budget->budget_percent / 100);
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
  call.order = next_order(client.host);
  call.expires = call.deadline;
  arm_timer(slot);
  schedule(now_ + backoff, call.order,
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

void Partition::call_over(std::uint32_t slot, Status status) {
  const Call& call = calls_[slot];
  const std::uint32_t frame = call.frame;
  if (frame == none) {
    if (call.source != none) request_over(slot, status);
    release(slot);
    return;
  }
  const Index step = call.step;
  disown(frame, ChildId::call(slot));
  release(slot);
  call_ended(frame, step, status == Status::ok);
}

void Partition::request_over(std::uint32_t slot, Status status) {
  const Call& call = calls_[slot];
  const SourcePlan& source = plan_->sources[call.source];
  recorder_.request_ended(source.workload, call.interval, status, now_ - call.started);
  if (call.interval != none) --open_measured_;
  if (source.kind == SourcePlan::Kind::closed_loop) {
    user_thinks(call.source, call.user, call.round + 1);
  }
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
