#pragma once

#include <cstdint>
#include <vector>

#include "models/control/agenda.hpp"
#include "models/control/threading.hpp"
#include "models/plan/cut.hpp"
#include "models/plan/plan.hpp"
#include "models/run/hosts.hpp"
#include "models/run/outcome.hpp"
#include "models/run/partition.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse {

/// What controllers see, all of it at once, and what they may do, while all partitions stand still.
/// A value, part of a Run: what partitions know of it they are told anew by bind().
struct Stage {
  const Plan* plan;
  Cut cut;
  Time now;
  Agenda agenda;
  Hosts hosts;
  Surroundings surroundings;
  std::vector<Partition> partitions;
  Outcome outcome;

  /// At the beginning of a replication. Expects the plan to outlive it, and who is told of its
  /// requests, if anybody is.
  Stage(const Plan& plan_of_run, const ReplicationSeed& seed, const Threading& threading,
        Tracer* tracer = nullptr);
  /// As constructed anew; keeps the memory.
  void restart(const Plan& plan_of_run, const ReplicationSeed& seed, const Threading& threading);
  void bind();

  const ServicePlan& service_of(InstanceId instance) const {
    return plan->services[hosts.instances[instance].service];
  }
  Recorders recorders();

  /// One more fault keeps the instance down; silently: nobody answers for it.
  void kill(InstanceId instance, bool silently);
  /// One fault less.
  void revive(InstanceId instance, bool silently);
  /// An instance lives when it was started and no fault keeps it down any more: faults may overlap.
  void live_or_die(InstanceId instance);
  /// Ends what is under way at instances that are down.
  void clear_dead_instances();
  /// Brings the balancers' lists of one service up to date: what service discovery tells everybody.
  void list_instances(ServiceId service);

 private:
  void begin(const ReplicationSeed& seed, const Threading& threading, Tracer* tracer);
};

}  // namespace rehearse
