#include "models/run/wire.hpp"

#include <algorithm>
#include <bit>

#include "sim/expects.hpp"

namespace rehearse {

Wire::Wire(const Plan& plan, const Cut& cut, Index index, Hosts& hosts,
           const Surroundings& surroundings)
    : recorder_(plan) {
  restart(plan, cut, index);
  bind(plan, cut, hosts, surroundings);
}

void Wire::restart(const Plan& plan, const Cut& cut, Index index) {
  expects(index < cut.partitions, "a partition is one of those of its cut");
  expects(cut.partition_of.size() == plan.instances.size() + plan.workloads.size(),
          "a cut places each host of the plan");
  index_ = index;
  now_ = Time();
  events_.clear();
  events_.set_lanes(plan.lanes);
  frames_.clear();
  recorder_.restart(plan);
  open_measured_ = 0;
  fell_behind_ = false;
  parity_ = 0;
  earliest_sent_ = Time::never();
  tickets_.clear();
  parcels_.resize(cut.partitions * std::size_t{2});
  for (Parcel& parcel : parcels_) parcel.clear();
  job_of_ticket_.assign(cut.partitions, {});
}

void Wire::bind(const Plan& plan, const Cut& cut, Hosts& hosts, const Surroundings& surroundings) {
  expects(hosts.states.size() == cut.partition_of.size() &&
              hosts.instances.size() == plan.instances.size() &&
              hosts.sources.size() == plan.sources.size(),
          "hosts are those of the plan");
  plan_ = &plan;
  cut_ = &cut;
  surroundings_ = &surroundings;
  hosts_ = hosts.states.data();
  clients_ = hosts.clients.data();
  instances_ = hosts.instances.data();
  sources_ = hosts.sources.data();
  outstanding_ = hosts.outstanding.data();
  kept_memories_ = hosts.kept_memories.data();
  link_lucks_ = hosts.link_lucks.data();
  queues_ = hosts.queues.data();
  cores_ = hosts.cores.data();
  services_ = plan.services.data();
  edges_ = plan.edges.data();
  endpoints_ = plan.endpoints.data();
  steps_ = plan.steps.data();
  laws_ = plan.laws.data();
  tracer_ = surroundings.tracer;
  expects(tracer_ == nullptr || cut.partitions == 1, "who is traced stays in one partition");
  first_workload_ = static_cast<Index>(plan.instances.size());
}

Time Wire::turn_over() {
  const Time earliest = earliest_sent_;
  earliest_sent_ = Time::never();
  parity_ ^= 1U;
  return earliest;
}

void Wire::begin_parcels() {
  for (Index to = 0; to < cut_->partitions; ++to) parcel_to(to).clear();
}

void Wire::receive_from(const Wire& sender) {
  expects(sender.index_ != index_, "what a partition sends is for others");
  unpack(sender.parcels_[index_ * 2 + (parity_ ^ 1U)], sender.index_);
}

/// Orders were given by the senders, so it does not matter in which order messages are unpacked.
void Wire::unpack(const Parcel& parcel, Index sender) {
  for (const std::uint32_t ticket : parcel.released) tickets_.give_back(ticket);
  std::vector<SlabId>& job_of_ticket = job_of_ticket_[sender];
  for (const AttemptMessage& message : parcel.attempts) {
    expects(message.time >= now_, "an attempt arrives after the window in which it was sent");
    const std::uint32_t slot = new_job();
    jobs_[slot] = message.job;
    const std::uint32_t ticket = message.job.ticket;
    if (ticket >= job_of_ticket.size()) job_of_ticket.resize(std::bit_ceil(ticket + 1U));
    job_of_ticket[ticket] = frames_.id(slot);
    frames_[slot].path = message.path;
    schedule(message.time, message.order, {.kind = RunEvent::Kind::attempt_arrives, .slot = slot});
  }
  for (const EventMessage& message : parcel.answers) {
    expects(message.time >= now_, "an answer arrives after the window in which it was sent");
    schedule(message.time, message.order, message.event);
  }
  for (const EventMessage& message : parcel.cancellations) {
    expects(message.event.slot < job_of_ticket.size(), "only an attempt that came is withdrawn");
    const SlabId job = job_of_ticket[message.event.slot];
    schedule(message.time, message.order,
             {.kind = RunEvent::Kind::cancel_arrives, .slot = job.slot, .stamp = job.generation});
  }
}

SlabId Wire::send_attempt_away(const Job& job, std::uint64_t path, std::uint64_t order) {
  expects(!is_here(job.instance), "what is sent away goes to another partition");
  AttemptMessage away;
  away.job = job;
  away.path = path;
  away.order = order;
  away.job.home = index_;
  away.job.ticket = tickets_.take();
  away.time = sent_until(job.latency);
  parcel_to(cut_->partition_of[job.instance]).attempts.push_back(away);
  return tickets_.id(away.job.ticket);
}

void Wire::send_cancellation(const Call& call, const EdgePlan& edge, std::uint64_t order) {
  const RunEvent event{
      .kind = RunEvent::Kind::cancel_arrives, .slot = call.job.slot, .stamp = call.job.generation};
  const Index partition = cut_->partition_of[call.instance];
  if (partition == index_) {
    schedule_after(call.latency, edge.lane, order, event);
  } else if (tickets_.is_live(call.job)) {
    parcel_to(partition).cancellations.push_back({sent_until(call.latency), order, event});
  }
}

}  // namespace rehearse
