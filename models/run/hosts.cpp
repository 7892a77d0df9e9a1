#include "models/run/hosts.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "sim/digest.hpp"
#include "sim/expects.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

/// Bits of an order: what the event is, the lot of the host, the sequence there.
constexpr int lot_shift = 39;
constexpr int lot_bits = 22;

}  // namespace

void Hosts::restart(const Plan& plan, std::uint64_t key) {
  const auto instance_count = static_cast<Index>(plan.instances.size());
  const auto workload_count = static_cast<Index>(plan.workloads.size());
  states.assign(instance_count + workload_count, {});
  clients.clear();
  outstanding.clear();
  instances.resize(instance_count);
  expects(plan.faults.size() <= std::numeric_limits<FaultCount>::max(),
          "as many faults as there are may meet one instance");
  for (InstanceId i(0); i < instance_count; ++i) {
    const InstancePlan& place = plan.instances[i];
    const ServicePlan& service = plan.services[place.service];
    instances[i].restart(place);
    add_clients(plan, key, i, service.first_edge, service.edges, place.purpose);
  }
  for (Index w = 0; w < workload_count; ++w) {
    const WorkloadPlan& workload = plan.workloads[w];
    add_clients(plan, key, HostId(instance_count + w), workload.first_edge, workload.edges,
                workload.purpose);
  }
  begin_kept_memories(plan);
  begin_link_lucks(plan);
  sources.assign(plan.sources.size(), {});
  queues.assign(queues_kept(plan), {});
  cores.resize(cores_kept(plan));
  for (SharedCores& one : cores) one.restart();
  draw_lots(plan, key);
}

void Hosts::begin_kept_memories(const Plan& plan) {
  std::uint32_t count = 0;
  for (Client& client : clients) {
    const ClientPolicies& policies = plan.edges[client.edge].policies;
    if (!policies.keep_memory()) continue;
    if (count == kept_memories.size()) kept_memories.emplace_back();
    policies.begin(kept_memories[count], Time());
    client.memory.kept = count++;
  }
  kept_memories.resize(count);
}

void Hosts::begin_link_lucks(const Plan& plan) {
  link_lucks.resize(plan.faults.size());
  for (std::size_t i = 0; i < link_lucks.size(); ++i) {
    const auto& link = plan.faults[i].link;
    const bool correlated = link && link->correlation > 0;
    link_lucks[i].assign(correlated ? clients.size() : 0, {});
  }
}

void Hosts::begin_process(const Plan& plan, InstanceId instance, Time now) {
  const ClientId first = states[instance].first_client;
  const ClientId end = first + plan.services[plan.instances[instance].service].edges;
  for (ClientId i = first; i < end; ++i) {
    Client& client = clients[i];
    if (!client.memory.is_kept()) continue;
    const std::uint32_t kept = client.memory.kept;
    const ClientPolicies& policies = plan.edges[client.edge].policies;
    client.memory = {};
    client.memory.kept = kept;
    policies.begin(kept_memories[kept], now);
  }
  if (!queues.empty()) queues[instance] = {};
}

ServiceOutcome Hosts::collect(const Plan& plan, InstanceId instance, Time now) {
  Instance& one = instances[instance];
  const ServicePlan& service = plan.services[one.service];
  ServiceOutcome part = one.collect(now, service);
  if (service.cores > 0) part.busy_millis = cores[instance].collect(now);
  return part;
}

std::size_t Hosts::queues_kept(const Plan& plan) {
  const bool some_drop = std::any_of(plan.services.begin(), plan.services.end(),
                                     [](const ServicePlan& one) { return one.queue.drops_any(); });
  return some_drop ? plan.instances.size() : 0;
}

std::size_t Hosts::cores_kept(const Plan& plan) {
  const bool some_share = std::any_of(plan.services.begin(), plan.services.end(),
                                      [](const ServicePlan& one) { return one.cores > 0; });
  return some_share ? plan.instances.size() : 0;
}

/// Who goes first when two hosts act at one instant is luck, in each replication anew: neither
/// their names nor the order of a file favours anybody. A lot depends on the host alone, so that
/// one host more does not change who of two others goes first.
void Hosts::draw_lots(const Plan& plan, std::uint64_t key) {
  expects(states.size() < (std::size_t{1} << lot_bits), "every host has a lot of its own");
  static const std::uint64_t lot_purpose = hash_of("order among ties");
  std::vector<std::pair<std::uint64_t, Index>> lots;
  lots.reserve(states.size());
  const auto instance_count = static_cast<Index>(plan.instances.size());
  for (Index host = 0; host < states.size(); ++host) {
    const std::uint64_t purpose = host < instance_count
                                      ? plan.instances[host].purpose
                                      : plan.workloads[host - instance_count].purpose;
    lots.emplace_back(RandomStream(key, lot_purpose, purpose).bits(), host);
  }
  std::sort(lots.begin(), lots.end());
  for (std::uint64_t place = 0; place < lots.size(); ++place) {
    states[lots[place].second].orders = place << lot_shift;
  }
}

void Hosts::add_clients(const Plan& plan, std::uint64_t key, HostId host, EdgeId first_edge,
                        Index edges, std::uint64_t purpose) {
  states[host].first_client = ClientId(clients.size());
  for (EdgeId edge = first_edge; edge < first_edge + edges; ++edge) {
    const EdgePlan& plan_of_edge = plan.edges[edge];
    Client client{.edge = edge, .host = host, .memory = {}};
    expects(outstanding.size() <= std::numeric_limits<std::uint32_t>::max(),
            "memory was checked before: what callers know is numbered by 32 bits");
    client.first_outstanding = static_cast<std::uint32_t>(outstanding.size());
    if (plan_of_edge.policies.balancer().takes_turns()) {
      RandomStream luck(key, plan_of_edge.balancing_purpose, purpose);
      client.cursor = static_cast<std::uint32_t>(luck.bits() >> 32);
    } else if (plan_of_edge.policies.balancer().counts_outstanding()) {
      outstanding.resize(outstanding.size() + plan_of_edge.instances);
    }
    clients.push_back(client);
  }
}

std::uint64_t Hosts::trajectory_digest() const {
  Digest digest;
  for (const HostState& state : states) digest.add(state.trajectory);
  return digest.value();
}

}  // namespace rehearse
