#pragma once

#include <algorithm>

#include "models/partition.hpp"

/// The caller's side of a Partition, likewise.
namespace rehearse {

/// An instant plus a span that may be "for ever".
inline Time plus(Time from, Duration span) {
  return span == Duration::longest() ? Time::never() : from + span;
}

inline std::uint32_t Partition::new_call(Index client, Index endpoint, std::uint64_t path,
                                         std::uint64_t request) {
  const std::uint32_t slot = calls_.take();
  Call& call = calls_[slot];
  const EdgePlan& edge = edge_of(clients_[client]);
  call.path = path;
  call.request = request;
  call.started = now_;
  call.deadline = plus(now_, edge.timeout);
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

inline Duration Partition::drawn_latency(const EdgePlan& edge, const Call& call,
                                         std::uint64_t attempt_path) const {
  if (edge.lane != none) return edge.constant_latency;
  RandomStream luck = stream(edge.latency_purpose, attempt_path);
  if (!edge.latency_is_shared) return edge.latency.sample(luck);
  const ServicePlan& callee = services_[edge.callee];
  RandomStream shared = stream(callee.shared_purpose, call.request);
  return edge.latency.quantile(correlated_level(standard_normal(shared), callee.correlation, luck));
}

inline Index Partition::chosen_instance(Client& client, const Call& call,
                                        std::uint64_t attempt_path) {
  const EdgePlan& edge = edge_of(client);
  bool canary = false;
  if (surroundings_->canary_share > 0 && plan_->rollout->service == edge.callee) {
    canary = stream(edge.version_purpose, call.path).chance(surroundings_->canary_share);
  }
  const ListedRange range = surroundings_->listed_range[edge.callee * 2 + canary];
  if (range.count == 0) return none;
  const Index* listed = &surroundings_->listed[range.first];
  if (range.count == 1) return listed[0];
  switch (edge.policy) {
    case BalancingPolicy::round_robin:
      return listed[client.cursor++ % range.count];
    case BalancingPolicy::random:
      return listed[stream(edge.balancing_purpose, attempt_path).below(range.count)];
    case BalancingPolicy::least_request:
      break;
  }
  return least_loaded(client, range, attempt_path);
}

/// A slot has at most one pending timer event. Starting an attempt only writes down when it
/// expires; a timer that fires early is set again. So a timeout that is cancelled, as most are,
/// costs nothing. One that is pending for the very instant may be an earlier user's, and then has
/// the wrong order among ties: it is set anew.
inline void Partition::arm_timer(std::uint32_t slot) {
  const Call& call = calls_[slot];
  if (call.expires > call.timer_at || call.expires == Time::never()) [[likely]]
    return;
  set_timer(slot);
}

inline void Partition::forget_outstanding(const Call& call) {
  const Client& client = clients_[call.client];
  const EdgePlan& edge = edge_of(client);
  if (edge.policy != BalancingPolicy::least_request) return;
  --outstanding_[client.first_outstanding + call.instance - edge.first_instance];
}

inline void Partition::release(std::uint32_t slot) {
  Call& call = calls_[slot];
  Client& client = clients_[call.client];
  --client.active;
  if (call.retrying) --client.retries;
  call.expires = Time::never();
  calls_.give_back(slot);
}

inline Siblings& Partition::siblings(ChildId child) {
  return child.is_frame() ? frames_[child.slot()].siblings : calls_[child.slot()].siblings;
}

inline void Partition::adopt(std::uint32_t frame, ChildId child) {
  const ChildId next = frames_[frame].first_child;
  siblings(child) = {{}, next};
  if (next) siblings(next).previous = child;
  frames_[frame].first_child = child;
}

inline void Partition::disown(std::uint32_t frame, ChildId child) {
  const Siblings links = siblings(child);
  if (links.next) siblings(links.next).previous = links.previous;
  if (links.previous) {
    siblings(links.previous).next = links.next;
  } else {
    frames_[frame].first_child = links.next;
  }
}

inline void Partition::request_over(std::uint32_t slot, Status status) {
  const Call& call = calls_[slot];
  const SourcePlan& source = plan_->sources[call.origin];
  if (status == Status::ok) [[likely]] {
    recorder_.request_succeeded(source.workload, call.interval, now_ - call.started);
  } else {
    recorder_.request_failed(source.workload, call.interval, status, now_ - call.started);
  }
  if (call.interval != none) --open_measured_;
  if (source.kind == SourcePlan::Kind::closed_loop) {
    user_thinks(call.origin, call.user, call.round + 1);
  }
}

inline void Partition::call_over(std::uint32_t slot, Status status) {
  const Call& call = calls_[slot];
  const std::uint32_t frame = call.frame;
  if (frame == none) {
    if (call.origin != none) request_over(slot, status);
    release(slot);
    return;
  }
  const Index step = call.origin;
  disown(frame, ChildId::call(slot));
  release(slot);
  call_ended(frame, step, status == Status::ok);
}

inline void Partition::answer_arrives(SlabId id, std::uint32_t attempt, Status status) {
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

}  // namespace rehearse
