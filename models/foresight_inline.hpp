#pragma once

#include "models/partition.hpp"

/// How a Partition asks memory for what the next events will touch.
namespace rehearse {

// Asks memory for what the next events will touch. Nothing here changes what happens; in a model
// that fits the cache it is not called. Each event is foreseen four times, each time a few events
// nearer, because what one place says tells where the next one is: an event's job, its instance,
// the step it has come to, the callee of that step.

inline void ask_for(const void* address) {
  __builtin_prefetch(address, 1);
}

inline void Partition::foresee(const RunEvent& event, int near) const {
  switch (event.kind) {
    case RunEvent::Kind::attempt_arrives:
      foresee_arrival(event.slot, near);
      break;
    case RunEvent::Kind::work_done:
      foresee_end_of_work(event.slot, near);
      break;
    case RunEvent::Kind::answer_arrives:
      foresee_answer(event.slot, near);
      break;
    default:
      break;
  }
}

inline void Partition::foresee_arrival(std::uint32_t slot, int near) const {
  const Job& job = jobs_[slot];
  if (near == 0) {
    ask_for(&job);
    ask_for(&frames_[slot]);
  } else if (near == 1) {
    foresee_host(job.instance);
    ask_for(&endpoints_[job.endpoint]);
    ask_for(&plan_->stable_column[job.endpoint]);
  } else if (near == 2) {
    const EndpointPlan& endpoint = endpoints_[job.endpoint];
    recorder_.foresee(plan_->stable_column[job.endpoint]);
    ask_for(&services_[endpoint.service]);
    if (endpoint.begins_with_work) ask_for(&steps_[endpoint.first_step]);
  } else {
    const EndpointPlan& endpoint = endpoints_[job.endpoint];
    if (endpoint.begins_with_work) ask_for(&laws_[steps_[endpoint.first_step].law]);
  }
}

inline void Partition::foresee_end_of_work(std::uint32_t slot, int near) const {
  const Job& job = jobs_[slot];
  const Frame& frame = frames_[slot];
  if (near == 0) {
    ask_for(&job);
    ask_for(&frame);
    return;
  }
  if (frame.job != slot) return;  // a branch: its job is elsewhere
  if (near == 1) {
    foresee_host(job.instance);
    ask_for(&steps_[frame.step]);
    recorder_.foresee(job.column);
  } else if (steps_[frame.step].next != none) {
    foresee_step(steps_[frame.step].next, job.instance, near);
  } else if (near == 2) {
    recorder_.foresee_success(job.column, now_ - job.arrived);
  }
}

inline void Partition::foresee_answer(std::uint32_t slot, int near) const {
  const Call& call = calls_[slot];
  if (near == 0) {
    ask_for(&call);
    return;
  }
  const Client& client = clients_[call.client];
  if (near == 1) {
    ask_for(&client);
    if (call.frame == none) return;
    ask_for(&frames_[call.frame]);
    ask_for(&jobs_[call.frame]);
    ask_for(&steps_[call.origin]);
    return;
  }
  const EdgePlan& edge = edges_[client.edge];
  if (near == 2) {
    ask_for(&hosts_[client.host]);
    ask_for(&edge);
  } else {
    ask_for(&outstanding_[client.first_outstanding + call.instance - edge.first_instance]);
  }
  if (call.frame == none || steps_[call.origin].next == none) return;
  foresee_step(steps_[call.origin].next, client.host, near);
}

inline void Partition::foresee_host(Index instance) const {
  ask_for(&instances_[instance]);
  ask_for(&instances_[instance].busy_time);
  ask_for(&hosts_[instance]);
}

/// A step that may make calls.
inline void Partition::foresee_step(Index index, Index host, int near) const {
  const Step& step = steps_[index];
  const Index first_client = hosts_[host].first_client;
  if (near == 2) {
    ask_for(&step);
    ask_for(&clients_[first_client]);
  } else if (step.kind == Step::Kind::call) {
    foresee_call(clients_[first_client + step.edge]);
  } else if (step.kind == Step::Kind::parallel) {
    for (Index branch = 0; branch < step.count; ++branch) {
      const Index first = plan_->branches[step.body + branch];
      if (is_single_call(first)) foresee_call(clients_[first_client + steps_[first].edge]);
    }
  }
}

inline void Partition::foresee_call(const Client& client) const {
  const EdgePlan& edge = edges_[client.edge];
  ask_for(&edge);
  ask_for(&edge.latency);
  if (edge.policy == BalancingPolicy::least_request) {
    ask_for(&outstanding_[client.first_outstanding]);
    ask_for(&outstanding_[client.first_outstanding + edge.instances - 1]);
  }
}

}  // namespace rehearse
