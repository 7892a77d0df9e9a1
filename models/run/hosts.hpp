#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "models/plan/plan.hpp"
#include "models/run/instance.hpp"
#include "models/run/job.hpp"
#include "models/run/shared_cores.hpp"
#include "sim/huge_pages.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse {

/// What every host has, an instance or a workload. One cache line each, because hosts that are
/// neighbours here may belong to different threads.
struct alignas(64) HostState {
  std::uint64_t orders = 0;      // the next one among ties: the host's lot, then its sequence
  std::uint64_t trajectory = 0;  // fold of what happened here, in the order in which it did
  ClientId first_client;
};

/// The luck of the last messages of a client, where that of the next ones depends on it. Negative:
/// there was none.
struct LinkLuck {
  double of_attempt = -1;
  double of_answer = -1;
};

/// The state of all hosts of a run. Each element belongs to one host, and is touched by the
/// partition which that host is in, or by controllers while all partitions stand still.
struct Hosts {
  HugeVector<HostState> states;  // [instance, then workload]
  HugeVector<Client> clients;
  HugeVector<std::uint32_t> outstanding;  // [client, callee instance]; least_request only
  std::vector<ClientPolicies::KeptMemory> kept_memories;  // of the clients that have one
  std::vector<std::vector<LinkLuck>> link_lucks;          // [fault][client]; empty: not correlated
  HugeVector<Instance> instances;
  HugeVector<Queue::State> queues;  // [instance]; only where some service's queue drops jobs
  std::vector<SharedCores> cores;   // [instance]; only where some service has cores
  std::vector<SourceState> sources;

  /// At the beginning of a replication.
  Hosts(const Plan& plan, std::uint64_t key) { restart(plan, key); }
  /// As constructed anew; keeps the memory.
  void restart(const Plan& plan, std::uint64_t key);
  /// A process of this instance begins: it does not know how attempts of the last one ended, nor
  /// what its queue remembered.
  void begin_process(const Plan& plan, InstanceId instance, Time now);

  /// What was integrated at this instance since the last time.
  ServiceOutcome collect(const Plan& plan, InstanceId instance, Time now);

  /// Of how many queues something is remembered.
  static std::size_t queues_kept(const Plan& plan);
  /// And of how many instances who runs on their cores.
  static std::size_t cores_kept(const Plan& plan);

  /// The folds of all hosts, in the order of their names.
  std::uint64_t trajectory_digest() const;

 private:
  void add_clients(const Plan& plan, std::uint64_t key, HostId host, EdgeId first_edge, Index edges,
                   std::uint64_t purpose);
  void begin_kept_memories(const Plan& plan);
  void begin_link_lucks(const Plan& plan);
  void draw_lots(const Plan& plan, std::uint64_t key);
};

class Tracer;

/// What all hosts may read and only controllers change, while all partitions stand still.
struct Surroundings {
  std::function<bool(Time)> cancelled;  // may be empty
  std::uint64_t key = 0;                // of all random streams
  Tracer* tracer = nullptr;             // who is told of requests, if anybody is
  std::uint32_t interval = none;        // the elementary interval of what arrives now
  double canary_share = 0;              // of the calls
  std::uint32_t disturbed_links = 0;    // active faults that meet what is on its way
  std::vector<FaultState> faults;
  std::vector<InstanceId> listed;         // [service, version]: instances that get traffic
  std::vector<ListedRange> listed_range;  // [service * 2 + version]
};

}  // namespace rehearse
