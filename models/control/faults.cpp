#include "models/control/faults.hpp"

#include <algorithm>

#include "models/checks/target_counts.hpp"

namespace rehearse {

void Faults::plan(Stage& stage) const {
  for (Index fault = 0; fault < stage.plan->faults.size(); ++fault) {
    const FaultSpec& spec = stage.plan->faults[fault].spec;
    stage.agenda.add(Time::after_start(spec.at), AgendaItem::Kind::fault_starts, fault);
    stage.agenda.add(Time::after_start(spec.at + spec.duration), AgendaItem::Kind::fault_ends,
                     fault);
  }
}

/// The instances that a fault meets. All means all, also those that are dead now or start later;
/// fewer are drawn among those that are alive and get traffic now.
void Faults::choose_targets(Stage& stage, Index fault) const {
  const FaultPlan& plan = stage.plan->faults[fault];
  FaultState& state = stage.surroundings.faults[fault];
  if (plan.spec.target.mode == TargetSpec::Mode::all) {
    state.targets = plan.candidates;
    return;
  }
  std::vector<Index> live;
  for (const Index instance : plan.candidates) {
    if (stage.hosts.instances[instance].up && stage.hosts.instances[instance].wanted)
      live.push_back(instance);
  }
  const std::size_t count = count_meant(plan.spec.target, live.size());
  RandomStream luck = RandomStream(stage.surroundings.key, plan.purpose, 0);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(live[i], live[i + luck.below(live.size() - i)]);
  }
  live.resize(count);
  std::sort(live.begin(), live.end());
  state.targets = std::move(live);
}

void Faults::begin(Stage& stage, Index fault) const {
  const FaultPlan& plan = stage.plan->faults[fault];
  FaultState& state = stage.surroundings.faults[fault];
  if (state.cancelled) return;
  state.active = true;
  if (plan.spec.kind == FaultKind::load_spike) return;
  choose_targets(stage, fault);
  state.met = meets_somebody(stage, state);
  const bool at_door = plan.spec.kind == FaultKind::latency || plan.spec.kind == FaultKind::abort;
  if (at_door) state.hits.assign(stage.hosts.instances.size(), false);
  const bool kills =
      plan.spec.kind == FaultKind::instance_kill || plan.spec.kind == FaultKind::zone_down;
  const bool slows = plan.spec.kind == FaultKind::latency || plan.spec.kind == FaultKind::slow_down;
  for (const Index target : state.targets) {
    if (slows) stage.hosts.instances[target].slowed = true;
    if (at_door) {
      state.hits[target] = 1;
      ++stage.hosts.instances[target].door_faults;
    } else if (kills) {
      stage.kill(target, plan.spec.kind == FaultKind::zone_down);
    }
  }
  if (plan.spec.kind == FaultKind::slow_down) set_paces(stage, state);
  if (kills) {
    stage.clear_dead_instances();
    stage.agenda.add(stage.now + plan.spec.detected_after, AgendaItem::Kind::deaths_detected,
                     fault);
  }
}

/// Slow-downs that meet multiply. They are multiplied anew, so that one that is over leaves
/// nothing behind.
void Faults::set_paces(Stage& stage, const FaultState& changed) const {
  std::vector<WorkPace> paces;
  for (const Index target : changed.targets) {
    WorkPace pace{target, 1};
    for (Index fault = 0; fault < stage.plan->faults.size(); ++fault) {
      const FaultState& state = stage.surroundings.faults[fault];
      if (stage.plan->faults[fault].spec.kind != FaultKind::slow_down || !state.active) continue;
      const bool met = std::binary_search(state.targets.begin(), state.targets.end(), target);
      if (met) pace.factor *= stage.plan->faults[fault].spec.factor;
    }
    paces.push_back(pace);
  }
  for (Partition& partition : stage.partitions) partition.change_paces(stage.now, paces);
}

/// Whether a target of the fault gets traffic, or would if it were alive.
bool Faults::meets_somebody(const Stage& stage, const FaultState& fault) {
  return std::any_of(fault.targets.begin(), fault.targets.end(), [&stage](Index target) {
    return stage.hosts.instances[target].started && stage.hosts.instances[target].wanted;
  });
}

void Faults::end(Stage& stage, Index fault) const {
  FaultState& state = stage.surroundings.faults[fault];
  if (!state.active) return;
  state.active = false;
  for (Index source = 0; source < stage.hosts.sources.size(); ++source) {
    if (stage.plan->sources[source].fault == fault) stage.hosts.sources[source].stopped = true;
  }
  const FaultSpec& spec = stage.plan->faults[fault].spec;
  const bool nobody = !state.met && !meets_somebody(stage, state);
  if (nobody && spec.kind != FaultKind::load_spike) ++stage.outcome.faults_without_target;
  for (const Index target : state.targets) {
    switch (spec.kind) {
      case FaultKind::latency:
      case FaultKind::abort:
        --stage.hosts.instances[target].door_faults;
        break;
      case FaultKind::slow_down:
      case FaultKind::load_spike:
        break;
      case FaultKind::instance_kill:
      case FaultKind::zone_down:
        stage.revive(target, spec.kind == FaultKind::zone_down);
        break;
    }
  }
  if (spec.kind == FaultKind::slow_down) set_paces(stage, state);
}

void Faults::detect(Stage& stage, Index fault) const {
  if (!stage.surroundings.faults[fault].active) return;
  for (const Index target : stage.surroundings.faults[fault].targets) {
    stage.hosts.instances[target].known_dead = true;
    stage.list_instances(stage.hosts.instances[target].service);
  }
}

void Faults::call_off(Stage& stage) const {
  for (Index fault = 0; fault < stage.surroundings.faults.size(); ++fault) {
    end(stage, fault);
    stage.surroundings.faults[fault].cancelled = true;
  }
  for (Index source = 0; source < stage.hosts.sources.size(); ++source) {
    if (stage.plan->sources[source].fault != none) stage.hosts.sources[source].stopped = true;
  }
}

}  // namespace rehearse
