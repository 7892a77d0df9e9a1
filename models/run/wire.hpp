#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "models/plan/cut.hpp"
#include "models/plan/plan.hpp"
#include "models/run/hosts.hpp"
#include "models/run/job.hpp"
#include "models/run/parcel.hpp"
#include "models/run/recorder.hpp"
#include "models/run/run_event.hpp"
#include "sim/events/event_list.hpp"
#include "sim/hash.hpp"
#include "sim/random/law.hpp"
#include "sim/random/random_stream.hpp"
#include "sim/slab.hpp"

namespace rehearse {

/// The lowest station: what time it is, what happens next and in which order, and what is on its
/// way from host to host, as an event or, to hosts of other partitions, in parcels.
///
/// Stations stand on one another: each is a class that knows what is below it (its base) and
/// nothing above; what comes next there it returns. All are parts of one Partition, which belongs
/// to one thread at a time. A value: slabs and indices, and pointers to what bind() names.
class Wire {
 public:
  Time next_time() const { return events_.next_time(); }

  /// Ends a window: what is sent from now on goes into other parcels. Returns the earliest instant
  /// of what was sent until now.
  Time turn_over();
  /// Takes over what another one sent before the last turn_over() of both, which may be about to
  /// turn over again.
  void receive_from(const Wire& sender);
  /// Empties the parcels for the next window; nobody reads them any more.
  void begin_parcels();

  Recorder& recorder() { return recorder_; }
  /// Measured requests and attempts that came, less those answered.
  std::int64_t open_measured() const { return open_measured_; }
  std::size_t frames_in_use() const { return frames_.in_use(); }
  /// A host has more to do than any run survives.
  bool fell_behind() const { return fell_behind_; }

 protected:
  using Events = EventList<PackedEvent>;

  /// At the beginning of a replication, for the hosts of partition `index`.
  Wire(const Plan& plan, const Cut& cut, Index index, Hosts& hosts,
       const Surroundings& surroundings);
  /// As constructed anew for what bind() is told next; keeps the memory.
  void restart(const Plan& plan, const Cut& cut, Index index);
  /// Tells where the rest of the run is, when that changed or a run was copied.
  void bind(const Plan& plan, const Cut& cut, Hosts& hosts, const Surroundings& surroundings);

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
  std::uint64_t next_order(HostId host) { return hosts_[host].orders++; }
  /// Two of them, this one and the next.
  std::uint64_t next_two_orders(HostId host) {
    const std::uint64_t first = hosts_[host].orders;
    hosts_[host].orders += 2;
    return first;
  }
  /// Folds something that happened at a host into its trajectory.
  void note(HostId host, std::uint64_t what) {
    std::uint64_t& fold = hosts_[host].trajectory;
    fold = (fold ^ what ^ static_cast<std::uint64_t>(now_.since_start().in_nanoseconds())) *
           0x9e3779b97f4a7c15ULL;
    fold ^= fold >> 29;
  }
  /// What the times share that one request meets at a service: a standard normal quantity. The same
  /// whenever it is asked.
  double shared_normal(const ServicePlan& service, std::uint64_t request) const {
    RandomStream luck = stream(service.shared_purpose, request);
    const double here = standard_normal(luck);
    if (service.size_share == 0) return here;
    RandomStream everywhere = stream(plan_->size_purpose, request);
    const double share = service.size_share;
    return share * standard_normal(everywhere) + std::sqrt(1 - share * share) * here;
  }
  RandomStream stream(std::uint64_t purpose, std::uint64_t path) const {
    return RandomStream(surroundings_->key, purpose, path);
  }
  const ServicePlan& service_of(const Instance& instance) const {
    return services_[instance.service];
  }
  const EdgePlan& edge_of(const Client& client) const { return edges_[client.edge]; }
  HostId host_of_workload(WorkloadId workload) const { return HostId(first_workload_ + workload); }
  bool is_here(HostId host) const { return cut_->partition_of[host] == index_; }

  /// A slot for an attempt: of its job, and of the first strand of what that will do.
  std::uint32_t new_job() {
    const std::uint32_t slot = frames_.take();
    if (slot >= jobs_.size()) jobs_.resize(frames_.size());
    frames_[slot].job = slot;
    return slot;
  }
  void forget_job(std::uint32_t slot) {
    const Job& job = jobs_[slot];
    if (job.home != none) parcel_to(job.home).released.push_back(job.ticket);
    frames_.give_back(slot);
  }

  /// An attempt to an instance of another partition. `order` is that of its arrival. Returns the
  /// ticket to cancel it by.
  SlabId send_attempt_away(const Job& job, std::uint64_t path, std::uint64_t order);
  /// The answer takes as long on its way as the request did. Who was cancelled waits for none, and
  /// of an instance that died without a word none comes but a good one that was under way.
  void send_answer(const Job& job, Status status);
  /// Withdraws an attempt. Whether the job still lives is not for the caller to know, save that a
  /// ticket which was given back names a job that ended earlier than any message could reach it.
  void send_cancellation(const Call& call, const EdgePlan& edge, std::uint64_t order);

  alignas(64) const Plan* plan_ = nullptr;
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
  Tracer* tracer_ = nullptr;  // usually none
  Index index_ = 0;
  Index first_workload_ = 0;  // the host of workload 0
  Time now_;
  Events events_;
  Slab<Frame> frames_;
  HugeVector<Job> jobs_;  // [slot of its first frame]
  Recorder recorder_;
  std::int64_t open_measured_ = 0;
  bool fell_behind_ = false;
  ClientPolicies::KeptMemory* kept_memories_ = nullptr;
  std::vector<LinkLuck>* link_lucks_ = nullptr;
  Queue::State* queues_ = nullptr;  // [instance], as in Hosts
  SharedCores* cores_ = nullptr;    // likewise

 private:
  Parcel& parcel_to(Index partition) { return parcels_[partition * 2 + parity_]; }
  /// When something arrives elsewhere that is sent now.
  Time sent_until(Duration latency);
  void unpack(const Parcel& parcel, Index sender);

  std::vector<Parcel> parcels_;  // [partition, parity]
  unsigned parity_ = 0;
  Time earliest_sent_ = Time::never();
  Slab<Ticket> tickets_;
  std::vector<std::vector<SlabId>> job_of_ticket_;  // [partition, ticket]
};

inline Time Wire::sent_until(Duration latency) {
  const Time time = now_ + latency;
  earliest_sent_ = std::min(earliest_sent_, time);
  return time;
}

inline void Wire::send_answer(const Job& job, Status status) {
  if (status == Status::cancelled) return;
  if (status != Status::ok && instances_[job.instance].silent) return;
  const std::uint64_t order = next_order(job.instance);
  const RunEvent event{.kind = RunEvent::Kind::answer_arrives,
                       .status = status,
                       .slot = job.call.slot,
                       .stamp = job.call.generation,
                       .extra = job.attempt};
  if (job.home != none) {
    parcel_to(job.home).answers.push_back({sent_until(job.latency), order, event});
  } else if (job.latency == Duration()) {
    schedule_now(order, event);
  } else {
    schedule(now_ + job.latency, order, event);
  }
}

}  // namespace rehearse
