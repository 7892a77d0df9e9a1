#include "models/control/stage.hpp"

#include <algorithm>

namespace rehearse {

Stage::Stage(const Plan& plan_of_run, const ReplicationSeed& seed, const Threading& threading,
             Tracer* tracer)
    : plan(&plan_of_run), hosts(plan_of_run, seed.key()) {
  begin(seed, threading, tracer);
}

void Stage::restart(const Plan& plan_of_run, const ReplicationSeed& seed,
                    const Threading& threading) {
  plan = &plan_of_run;
  hosts.restart(plan_of_run, seed.key());
  begin(seed, threading, nullptr);
}

void Stage::begin(const ReplicationSeed& seed, const Threading& threading, Tracer* tracer) {
  cut = rehearse::cut(*plan, static_cast<Index>(std::max(1, threading.partitions)));
  now = Time();
  agenda.clear();
  outcome = Outcome{};
  outcome.replication = seed.replication;
  surroundings.cancelled = threading.cancelled;
  surroundings.key = seed.key();
  surroundings.tracer = tracer;
  surroundings.interval = none;
  surroundings.canary_share = 0;
  surroundings.disturbed_links = 0;
  surroundings.faults.assign(plan->faults.size(), {});
  surroundings.listed.assign(plan->instances.size(), {});
  surroundings.listed_range.assign(plan->services.size() * 2, {});
  for (ServiceId service(0); service < plan->services.size(); ++service) list_instances(service);
  while (partitions.size() > cut.partitions) partitions.pop_back();
  for (Index p = 0; p < partitions.size(); ++p) partitions[p].restart(*plan, cut, p);
  bind();
  for (auto p = static_cast<Index>(partitions.size()); p < cut.partitions; ++p) {
    partitions.emplace_back(*plan, cut, p, hosts, surroundings);
  }
}

void Stage::bind() {
  for (Partition& partition : partitions) partition.bind(*plan, cut, hosts, surroundings);
}

Recorders Stage::recorders() {
  Recorders all;
  for (Partition& partition : partitions) all.emplace_back(partition.recorder());
  return all;
}

void Stage::kill(InstanceId instance, bool silently) {
  ++hosts.instances[instance].kills;
  if (silently) ++hosts.instances[instance].blackouts;
  live_or_die(instance);
}

void Stage::revive(InstanceId instance, bool silently) {
  Instance& one = hosts.instances[instance];
  expects(one.kills > 0 && (!silently || one.blackouts > 0), "a fault ends after it began");
  --one.kills;
  if (silently) --one.blackouts;
  live_or_die(instance);
}

void Stage::live_or_die(InstanceId instance) {
  Instance& one = hosts.instances[instance];
  one.silent = one.blackouts > 0;
  const bool up = one.started && one.kills == 0;
  if (up == one.up) return;
  one.settle_serving(now);
  one.up = up;
  if (!up) return;
  hosts.begin_process(*plan, instance, now);
  one.known_dead = false;
  list_instances(one.service);
}

void Stage::clear_dead_instances() {
  for (Partition& partition : partitions) partition.clear_dead_instances(now);
}

void Stage::list_instances(ServiceId service) {
  const ServicePlan& said = plan->services[service];
  const InstanceId end = said.first_instance + said.all_instances();
  Index place = said.first_instance;
  for (const bool canary : {false, true}) {
    ListedRange& range = surroundings.listed_range[service * 2 + canary];
    range.first = place;
    for (InstanceId i = said.first_instance; i < end; ++i) {
      Instance& instance = hosts.instances[i];
      if (instance.canary != canary) continue;
      instance.settle_serving(now);
      instance.listed = instance.wanted && !instance.known_dead;
      if (instance.listed) surroundings.listed[place++] = i;
    }
    range.count = place - range.first;
  }
}

}  // namespace rehearse
