#include "models/run/caller.hpp"

#include <algorithm>
#include <utility>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// Correlated with `before`, which is the luck of the message before and becomes that of this one.
double correlated_luck(double luck, double correlation, double& before) {
  before = before < 0 ? luck : luck * (1 - correlation) + before * correlation;
  return before;
}

/// On one way, by all faults together: both ways, and an instant, still fit.
constexpr Duration longest_stall = Duration::nanoseconds(std::int64_t{1} << 60);

}  // namespace

void Caller::restart(const Plan& plan, const Cut& cut, Index index) {
  Sources::restart(plan, cut, index);
  calls_.clear();
  permitted_at_.clear();
  nesting_ = 0;
}

void Caller::set_timer(std::uint32_t slot) {
  Call& call = calls_[slot];
  call.timer_at = call.expires;
  ++call.timer;
  schedule(call.expires, call.order,
           {.kind = RunEvent::Kind::timer, .slot = slot, .stamp = call.timer});
}

CallEnd Caller::timer_fires(std::uint32_t slot, std::uint32_t timer) {
  Call& call = calls_[slot];
  if (timer != call.timer) return {};  // another one was set since
  call.timer_at = Time::never();
  if (!calls_.in_use(slot)) return {};
  if (call.expires > now_) {
    arm_timer(slot);
    return {};
  }
  note(clients_[call.client].host, call.path);
  leave_attempt(call);
  if (call.deadline > now_) return attempt_failed(slot, Status::timed_out);
  if (clients_[call.client].memory.is_kept()) note_deadline(slot);
  return call_over(slot, Status::timed_out);
}

Caller::Loss Caller::drawn_loss(const Call& call, std::uint64_t attempt_path,
                                std::uint64_t decision) {
  const EdgeId edge = clients_[call.client].edge;
  Loss loss = Loss::nothing;
  for (FaultId index(0); index < plan_->faults.size(); ++index) {
    const FaultPlan& fault = plan_->faults[index];
    const FaultState& state = surroundings_->faults[index];
    if (!fault.link || fault.link->stall || !state.active) continue;
    if (state.hits[call.instance] == 0) continue;
    if (fault.disturbs[edge] == 0) continue;
    RandomStream luck = stream(extended(fault.purpose, decision), attempt_path);
    double of_attempt = luck.uniform();
    double of_answer = luck.uniform();
    LinkLuck* const before =
        link_lucks_[index].empty() ? nullptr : &link_lucks_[index][call.client];
    if (before)
      of_attempt = correlated_luck(of_attempt, fault.link->correlation, before->of_attempt);
    if (of_attempt < fault.link->attempts_lost) return Loss::attempt;
    if (decision == withdrawing) continue;
    if (before) of_answer = correlated_luck(of_answer, fault.link->correlation, before->of_answer);
    if (of_answer < fault.link->answers_lost) loss = Loss::answer;
  }
  return loss;
}

Duration Caller::drawn_stall(const Call& call, std::uint64_t attempt_path) const {
  const Client& client = clients_[call.client];
  Duration stall;
  for (FaultId index(0); index < plan_->faults.size(); ++index) {
    const FaultPlan& fault = plan_->faults[index];
    const FaultState& state = surroundings_->faults[index];
    if (!fault.link || !fault.link->stall || !state.active) continue;
    if (fault.disturbs[client.edge] == 0 || state.hits[client.host] == 0) continue;
    RandomStream luck = stream(extended(fault.purpose, stalling), attempt_path);
    stall = std::min(stall + scaled(fault.link->stall->sample(luck), 0.5), longest_stall);
  }
  return stall;
}

bool Caller::is_permitted(std::uint32_t slot) {
  const Client& client = clients_[calls_[slot].client];
  if (!edge_of(client).policies.permits(kept_memories_[client.memory.kept], now_)) return false;
  if (slot >= permitted_at_.size()) permitted_at_.resize(calls_.size(), Time::never());
  permitted_at_[slot] = now_;
  return true;
}

/// How long the attempt took that was under way. None: the call was backing off, or its attempt was
/// not permitted.
std::optional<Duration> Caller::end_of_attempt(std::uint32_t slot) {
  if (slot >= permitted_at_.size()) return std::nullopt;
  const Time began = std::exchange(permitted_at_[slot], Time::never());
  if (began == Time::never()) return std::nullopt;
  return now_ - began;
}

void Caller::note_end(std::uint32_t slot, Status status) {
  const std::optional<Duration> took = end_of_attempt(slot);
  expects(took.has_value() == (status != Status::not_permitted), "what was sent was permitted");
  Client& client = clients_[calls_[slot].client];
  edge_of(client).policies.note(client.memory, kept_memories_[client.memory.kept], now_, status,
                                took.value_or(Duration()));
}

void Caller::note_deadline(std::uint32_t slot) {
  const std::optional<Duration> took = end_of_attempt(slot);
  if (!took) return;
  const Client& client = clients_[calls_[slot].client];
  edge_of(client).policies.note_deadline(kept_memories_[client.memory.kept], now_, *took);
}

void Caller::note_giving_up(std::uint32_t slot) {
  if (!end_of_attempt(slot)) return;
  const Client& client = clients_[calls_[slot].client];
  edge_of(client).policies.note_giving_up(kept_memories_[client.memory.kept], now_);
}

bool Caller::may_retry(const Call& call, Status status) const {
  const Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  const std::uint32_t others = client.retries - (call.retrying ? 1 : 0);
  return edge.policies.allows_retry(client.memory, status, call.attempts, client.active, others);
}

CallEnd Caller::attempt_failed(std::uint32_t slot, Status status) {
  Call& call = calls_[slot];
  if (tracer_ != nullptr) [[unlikely]]
    tracer_->attempt_ends(slot, status, now_);
  if (clients_[call.client].memory.is_kept()) note_end(slot, status);
  if (!may_retry(call, status)) return call_over(slot, status);
  Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  if (!call.retrying) {
    call.retrying = true;
    ++client.retries;
  }
  const Duration backoff = edge.policies.backoff(
      call.attempts, stream(edge.backoff_purpose, extended(call.path, call.attempts)));
  call.state = Call::State::backing_off;
  call.order = next_two_orders(client.host);
  call.expires = call.deadline;
  arm_timer(slot);
  schedule(now_ + backoff, call.order + 1,
           {.kind = RunEvent::Kind::backoff_over,
            .slot = slot,
            .stamp = call.generation,
            .extra = call.attempts});
  return {};
}

std::uint32_t Caller::backoff_over(SlabId id, std::uint32_t attempt) {
  if (!calls_.is_live(id)) return none;
  const Call& call = calls_[id.slot];
  if (call.state != Call::State::backing_off || call.attempts != attempt) return none;
  return id.slot;
}

/// What withdraws an attempt is lost as often as an attempt is, with luck of its own.
bool Caller::loses_cancellation(const Call& call) {
  if (surroundings_->disturbed_links == 0) return false;
  return drawn_loss(call, path_of_attempt(call), withdrawing) == Loss::attempt;
}

void Caller::give_up(std::uint32_t slot) {
  leave_attempt(calls_[slot]);
  if (clients_[calls_[slot].client].memory.is_kept()) [[unlikely]]
    note_giving_up(slot);
  release(slot, Status::cancelled);
}

void Caller::trace_attempt(std::uint32_t slot) {
  const Call& call = calls_[slot];
  const HostId host = clients_[call.client].host;
  const InstanceId caller = host < first_workload_ ? InstanceId(Index{host}) : InstanceId();
  tracer_->attempt_begins(slot, call, path_of_attempt(call), caller, now_);
}

void Caller::leave_attempt(Call& call) {
  if (!call.job) return;
  forget_outstanding(call);
  const EdgePlan& edge = edge_of(clients_[call.client]);
  if (edge.policies.propagates_cancellation() && call.job != Call::lost) {
    const std::uint64_t order = next_order(clients_[call.client].host);
    if (!loses_cancellation(call)) send_cancellation(call, edge, order);
  }
  call.job = {};
}

}  // namespace rehearse
