#include <algorithm>

#include "models/run.hpp"
#include "sim/hash.hpp"

namespace rehearse {

const EdgePlan& Run::edge_of(const Client& client) const {
  return client.caller_service == none ? plan_->workloads[client.caller].edges[client.edge]
                                       : plan_->services[client.caller_service].edges[client.edge];
}

std::uint32_t Run::new_call(Index client, Index endpoint, std::uint64_t path,
                            std::uint64_t request) {
  const std::uint32_t slot = calls_.take();
  Call& call = calls_[slot];
  const EdgePlan& edge = edge_of(clients_[client]);
  call.path = path;
  call.request = request;
  call.started = now_;
  call.deadline = edge.client.timeout ? now_ + *edge.client.timeout : Time::never();
  call.expires = Time::never();
  call.job = {};
  call.siblings = {};
  call.frame = none;
  call.client = client;
  call.endpoint = endpoint;
  call.attempts = 0;
  call.source = none;
  call.interval = none;
  call.live = true;
  call.retrying = false;
  ++clients_[client].active;
  recorder_.call_made(edge.callee);
  return slot;
}

void Run::make_attempt(std::uint32_t slot) {
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  ++call.attempts;
  call.state = Call::State::attempting;
  call.order = next_order(client.host);
  call.expires = call.deadline;
  if (edge.client.retry && edge.client.retry->per_try_timeout) {
    call.expires = std::min(call.expires, now_ + *edge.client.retry->per_try_timeout);
  }
  recorder_.attempt_made(edge.callee);

  const std::uint64_t path = extended(call.path, call.attempts);
  call.instance = chosen_instance(client, call, path);
  if (call.instance == none) {
    // Told by an event, like every other answer, so that nothing changes under the caller's feet.
    schedule(now_, call.order,
             {.kind = RunEvent::Kind::answer_arrives,
              .status = Status::unreachable,
              .slot = slot,
              .stamp = call.generation,
              .extra = call.attempts});
    return;
  }
  if (edge.client.load_balancer.policy == BalancingPolicy::least_request) {
    ++outstanding(client, call.instance);
  }
  const std::uint32_t job_slot = jobs_.take();
  Job& job = jobs_[job_slot];
  job.path = path;
  job.request = call.request;
  job.latency = drawn_latency(edge, call, path);
  job.call = calls_.id(slot);
  job.attempt = call.attempts;
  job.endpoint = call.endpoint;
  job.instance = call.instance;
  job.root_frame = none;
  job.admitted = false;
  job.holds_worker = false;
  call.job = jobs_.id(job_slot);
  schedule(now_ + job.latency, call.order,
           {.kind = RunEvent::Kind::attempt_arrives, .slot = job_slot});
  arm_timer(slot);
}

Duration Run::drawn_latency(const EdgePlan& edge, const Call& call,
                            std::uint64_t attempt_path) const {
  RandomStream luck = stream(edge.latency_purpose, attempt_path);
  const ServicePlan& callee = plan_->services[edge.callee];
  if (callee.correlation == 0 || !edge.latency.has_quantile_function()) {
    return edge.latency.sample(luck);
  }
  RandomStream shared = stream(callee.shared_purpose, call.request);
  return edge.latency.quantile(correlated_level(standard_normal(shared), callee.correlation, luck));
}

std::uint32_t& Run::outstanding(const Client& client, Index instance) {
  return outstanding_[client.first_outstanding + instance -
                      plan_->services[client.callee].first_instance];
}

Index Run::chosen_instance(Client& client, const Call& call, std::uint64_t attempt_path) {
  const EdgePlan& edge = edge_of(client);
  bool canary = false;
  if (rollout_.canary_weight > 0 && plan_->rollout->service == client.callee) {
    canary = stream(edge.balancing_purpose, call.path).chance(rollout_.canary_weight / 100);
  }
  const ListedRange range = listed_range_[client.callee * 2 + canary];
  if (range.count == 0) return none;
  const Index* listed = &listed_[range.first];
  if (range.count == 1) return listed[0];
  switch (edge.client.load_balancer.policy) {
    case BalancingPolicy::round_robin:
      return listed[client.cursor++ % range.count];
    case BalancingPolicy::random:
      return listed[stream(edge.balancing_purpose, attempt_path).below(range.count)];
    case BalancingPolicy::least_request:
      break;
  }
  RandomStream luck = stream(edge.balancing_purpose, attempt_path);
  Index best = listed[luck.below(range.count)];
  for (int choice = 1; choice < edge.client.load_balancer.choice_count; ++choice) {
    const Index other = listed[luck.below(range.count)];
    if (outstanding(client, other) < outstanding(client, best)) best = other;
  }
  return best;
}

/// A slot has at most one pending timer event. Starting an attempt only writes down when it
/// expires; a timer that fires early is set again. So a timeout that is cancelled, as most are,
/// costs nothing.
void Run::arm_timer(std::uint32_t slot) {
  Call& call = calls_[slot];
  if (call.expires >= call.timer_at) return;
  call.timer_at = call.expires;
  call.timer_order = call.order;
  schedule(call.expires, call.order, {.kind = RunEvent::Kind::timer, .slot = slot});
}

void Run::timer_fires(std::uint32_t slot, std::uint64_t order) {
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
  leave_attempt(call);
  if (call.deadline <= now_) {
    call_over(slot, Status::timed_out);
  } else {
    attempt_failed(slot, Status::timed_out);
  }
}

void Run::answer_arrives(SlabId id, std::uint32_t attempt, Status status) {
  if (!calls_.is_live(id)) return;
  Call& call = calls_[id.slot];
  if (call.attempts != attempt || call.state != Call::State::attempting) return;
  Client& client = clients_[call.client];
  if (call.job && edge_of(client).client.load_balancer.policy == BalancingPolicy::least_request) {
    --outstanding(client, call.instance);
  }
  call.job = {};
  if (status == Status::ok) {
    call_over(id.slot, status);
  } else {
    attempt_failed(id.slot, status);
  }
}

bool Run::may_retry(const Call& call, Status status) const {
  const Client& client = clients_[call.client];
  const ClientSpec& spec = edge_of(client).client;
  if (!spec.retry || call.attempts >= static_cast<std::uint32_t>(spec.retry->max_attempts)) {
    return false;
  }
  const RetryOn& on = spec.retry->retry_on;
  const bool gateway = status != Status::failed;
  const bool matches = on.five_xx || (on.gateway_error && gateway) ||
                       (on.connect_failure && status == Status::unreachable) ||
                       (on.reset && (status == Status::timed_out || status == Status::lost));
  if (!matches) return false;
  if (!spec.retry_budget) return true;
  // A call that retries already gives its place back before it asks for the next, as in Envoy.
  const std::uint32_t others = client.retries - (call.retrying ? 1 : 0);
  const double allowed = std::max(static_cast<double>(spec.retry_budget->min_retry_concurrency),
                                  client.active * spec.retry_budget->budget_percent / 100);
  return others < allowed;
}

void Run::attempt_failed(std::uint32_t slot, Status status) {
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
  if (edge.client.retry->jitter == Jitter::full) {
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

void Run::backoff_over(SlabId id, std::uint32_t attempt) {
  if (!calls_.is_live(id)) return;
  const Call& call = calls_[id.slot];
  if (call.state != Call::State::backing_off || call.attempts != attempt) return;
  make_attempt(id.slot);
}

void Run::call_over(std::uint32_t slot, Status status) {
  const Call call = calls_[slot];
  if (call.frame != none) disown(call.frame, ChildId::call(slot));
  release(slot);
  if (call.source != none) request_over(call, status);
  if (call.frame != none) call_ended(call.frame, status == Status::ok);
}

void Run::request_over(const Call& call, Status status) {
  const SourcePlan& source = plan_->sources[call.source];
  recorder_.request_ended(source.workload, call.interval, status, now_ - call.started);
  if (call.interval != none) --open_measured_;
  if (source.kind == SourcePlan::Kind::closed_loop) {
    user_thinks(call.source, call.user, call.round + 1);
  }
}

/// The caller no longer waits; what becomes of the attempt is the callee's affair.
void Run::give_up(std::uint32_t slot) {
  leave_attempt(calls_[slot]);
  release(slot);
}

void Run::leave_attempt(Call& call) {
  if (!call.job) return;
  const Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  if (edge.client.load_balancer.policy == BalancingPolicy::least_request) {
    --outstanding_[client.first_outstanding + call.instance -
                   plan_->services[client.callee].first_instance];
  }
  if (edge.client.propagate_cancellation && jobs_.is_live(call.job)) {
    schedule(now_ + jobs_[call.job.slot].latency, next_order(client.host),
             {.kind = RunEvent::Kind::cancel_arrives,
              .slot = call.job.slot,
              .stamp = call.job.generation});
  }
  call.job = {};
}

void Run::release(std::uint32_t slot) {
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  --client.active;
  if (call.retrying) --client.retries;
  call.live = false;
  call.expires = Time::never();
  calls_.give_back(slot);
}

}  // namespace rehearse
