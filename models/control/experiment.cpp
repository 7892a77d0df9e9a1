#include <algorithm>

#include "models/checks/target_counts.hpp"
#include "models/control/run.hpp"

namespace rehearse {

void Run::fill_agenda() {
  const OutcomeLayout& layout = plan_->layout;
  for (const Time boundary : plan_->boundaries) {
    agenda_.add(boundary, AgendaItem::Kind::close_interval);
  }
  for (std::size_t i = 0; i <= layout.windows; ++i) {
    const Time end = layout.warm_up_end + layout.window * static_cast<std::int64_t>(i);
    agenda_.add(std::min(end, plan_->end), AgendaItem::Kind::close_window);
  }
  if (layout.load_windows > 0) {
    for (Time end = layout.warm_up_end; end < plan_->end; end = end + recorded_load_window) {
      agenda_.add(end, AgendaItem::Kind::close_load_window);
    }
    agenda_.add(plan_->end, AgendaItem::Kind::close_load_window);
  }
  for (Index fault = 0; fault < plan_->faults.size(); ++fault) {
    const FaultSpec& spec = plan_->faults[fault].spec;
    agenda_.add(Time::after_start(spec.at), AgendaItem::Kind::fault_starts, fault);
    agenda_.add(Time::after_start(spec.at + spec.duration), AgendaItem::Kind::fault_ends, fault);
  }
  rollout_ = {};
  if (plan_->rollout) {
    rollout_.failures.assign(plan_->rollout->spec.analysis.size(), 0);
    agenda_.add(Time::after_start(plan_->rollout->spec.at), AgendaItem::Kind::rollout_step);
  }
  watches_.clear();
  for (Index watch = 0; watch < plan_->watches.size(); ++watch) {
    watches_.emplace_back(plan_->watches[watch]);
    agenda_.add(Time(), AgendaItem::Kind::scrape, watch);
  }
  stop_holding_since_.assign(plan_->stop_watches.size(), std::nullopt);
  ringing_.assign(plan_->stop_watches.size(), false);
  outcome_.alarms.assign(plan_->stop_watches.size(), {});
  for (Index stop = 0; stop < plan_->stop_watches.size(); ++stop) {
    agenda_.add(Time(), AgendaItem::Kind::stop_condition, stop);
  }
  agenda_.add(std::min(Time() + plan_->heartbeat, plan_->end), AgendaItem::Kind::heartbeat);
}

void Run::perform(const AgendaItem& item) {
  switch (item.kind) {
    case AgendaItem::Kind::close_window:
      close_window();
      break;
    case AgendaItem::Kind::close_load_window:
      close_load_window();
      break;
    case AgendaItem::Kind::close_interval:
      close_interval();
      break;
    case AgendaItem::Kind::fault_ends:
      fault_ends(item.index);
      break;
    case AgendaItem::Kind::fault_starts:
      fault_starts(item.index);
      break;
    case AgendaItem::Kind::deaths_detected:
      deaths_detected(item.index);
      break;
    case AgendaItem::Kind::rollout_step:
      rollout_step();
      break;
    case AgendaItem::Kind::scrape:
      scrape(item.index);
      break;
    case AgendaItem::Kind::analysis:
      evaluate_analysis(item.index);
      break;
    case AgendaItem::Kind::stop_condition:
      evaluate_stop(item.index);
      break;
    case AgendaItem::Kind::heartbeat:
      beat();
      break;
  }
}

/// The instances that a fault meets. All means all, also those that are dead now or start later;
/// fewer are drawn among those that are alive and get traffic now.
void Run::choose_targets(Index fault) {
  const FaultPlan& plan = plan_->faults[fault];
  FaultState& state = surroundings_.faults[fault];
  if (plan.spec.target.mode == TargetSpec::Mode::all) {
    state.targets = plan.candidates;
    return;
  }
  std::vector<Index> live;
  for (const Index instance : plan.candidates) {
    if (hosts_.instances[instance].up && hosts_.instances[instance].wanted)
      live.push_back(instance);
  }
  const std::size_t count = count_meant(plan.spec.target, live.size());
  RandomStream luck = RandomStream(surroundings_.key, plan.purpose, 0);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(live[i], live[i + luck.below(live.size() - i)]);
  }
  live.resize(count);
  std::sort(live.begin(), live.end());
  state.targets = std::move(live);
}

void Run::fault_starts(Index fault) {
  const FaultPlan& plan = plan_->faults[fault];
  FaultState& state = surroundings_.faults[fault];
  if (state.cancelled) return;
  state.active = true;
  if (plan.spec.kind == FaultKind::load_spike) return;
  choose_targets(fault);
  state.met = meets_somebody(state);
  const bool at_door = plan.spec.kind == FaultKind::latency || plan.spec.kind == FaultKind::abort;
  if (at_door) state.hits.assign(hosts_.instances.size(), false);
  const bool kills =
      plan.spec.kind == FaultKind::instance_kill || plan.spec.kind == FaultKind::zone_down;
  const bool slows = plan.spec.kind == FaultKind::latency || plan.spec.kind == FaultKind::slow_down;
  for (const Index target : state.targets) {
    if (slows) hosts_.instances[target].slowed = true;
    if (at_door) {
      state.hits[target] = 1;
      ++hosts_.instances[target].door_faults;
    } else if (kills) {
      kill(target, plan.spec.kind == FaultKind::zone_down);
    }
  }
  if (plan.spec.kind == FaultKind::slow_down) set_paces(state);
  if (kills) {
    clear_dead_instances();
    agenda_.add(now_ + plan.spec.detected_after, AgendaItem::Kind::deaths_detected, fault);
  }
}

/// Slow-downs that meet multiply. They are multiplied anew, so that one that is over leaves
/// nothing behind.
void Run::set_paces(const FaultState& changed) {
  std::vector<WorkPace> paces;
  for (const Index target : changed.targets) {
    WorkPace pace{target, 1};
    for (Index fault = 0; fault < plan_->faults.size(); ++fault) {
      const FaultState& state = surroundings_.faults[fault];
      if (plan_->faults[fault].spec.kind != FaultKind::slow_down || !state.active) continue;
      const bool met = std::binary_search(state.targets.begin(), state.targets.end(), target);
      if (met) pace.factor *= plan_->faults[fault].spec.factor;
    }
    paces.push_back(pace);
  }
  for (Partition& partition : partitions_) partition.change_paces(now_, paces);
}

/// Whether a target of the fault gets traffic, or would if it were alive.
bool Run::meets_somebody(const FaultState& fault) const {
  return std::any_of(fault.targets.begin(), fault.targets.end(), [this](Index target) {
    return hosts_.instances[target].started && hosts_.instances[target].wanted;
  });
}

void Run::fault_ends(Index fault) {
  FaultState& state = surroundings_.faults[fault];
  if (!state.active) return;
  state.active = false;
  for (Index source = 0; source < hosts_.sources.size(); ++source) {
    if (plan_->sources[source].fault == fault) hosts_.sources[source].stopped = true;
  }
  const FaultSpec& spec = plan_->faults[fault].spec;
  const bool nobody = !state.met && !meets_somebody(state);
  if (nobody && spec.kind != FaultKind::load_spike) ++outcome_.faults_without_target;
  for (const Index target : state.targets) {
    switch (spec.kind) {
      case FaultKind::latency:
      case FaultKind::abort:
        --hosts_.instances[target].door_faults;
        break;
      case FaultKind::slow_down:
      case FaultKind::load_spike:
        break;
      case FaultKind::instance_kill:
      case FaultKind::zone_down:
        revive(target, spec.kind == FaultKind::zone_down);
        break;
    }
  }
  if (spec.kind == FaultKind::slow_down) set_paces(state);
}

void Run::kill(Index index, bool silently) {
  ++hosts_.instances[index].kills;
  if (silently) ++hosts_.instances[index].blackouts;
  live_or_die(index);
}

void Run::revive(Index index, bool silently) {
  --hosts_.instances[index].kills;
  if (silently) --hosts_.instances[index].blackouts;
  live_or_die(index);
}

/// An instance lives when it was started and no fault keeps it down any more: faults may overlap.
void Run::live_or_die(Index index) {
  Instance& instance = hosts_.instances[index];
  instance.silent = instance.blackouts > 0;
  const bool up = instance.started && instance.kills == 0;
  if (up == instance.up) return;
  instance.settle_serving(now_, plan_->services[instance.service]);
  instance.up = up;
  if (!up) return;
  instance.known_dead = false;
  list_instances(instance.service);
}

void Run::clear_dead_instances() {
  for (Partition& partition : partitions_) partition.clear_dead_instances(now_);
}

/// A fault that is over has nothing to be detected: another one may keep its targets down since.
void Run::deaths_detected(Index fault) {
  if (!surroundings_.faults[fault].active) return;
  for (const Index target : surroundings_.faults[fault].targets) {
    hosts_.instances[target].known_dead = true;
    list_instances(hosts_.instances[target].service);
  }
}

/// Brings the balancers' lists of one service up to date: what service discovery tells everybody.
void Run::list_instances(Index service) {
  const ServicePlan& plan = plan_->services[service];
  const Index end = plan.first_instance + plan.stable_instances + plan.canary_instances;
  Index place = plan.first_instance;
  for (const bool canary : {false, true}) {
    ListedRange& range = surroundings_.listed_range[service * 2 + canary];
    range.first = place;
    for (Index i = plan.first_instance; i < end; ++i) {
      Instance& instance = hosts_.instances[i];
      if (instance.canary != canary) continue;
      instance.settle_serving(now_, plan);
      instance.listed = instance.wanted && !instance.known_dead;
      if (instance.listed) surroundings_.listed[place++] = i;
    }
    range.count = place - range.first;
  }
}

void Run::close_interval() {
  ledger_.collect(hosts_, now_);
  const std::uint32_t closed = surroundings_.interval;
  ledger_.close_interval(closed, recorders());
  const std::uint32_t next = closed == none ? 0 : closed + 1;
  const bool over = next + 1 >= plan_->boundaries.size() || outcome_.capped;
  surroundings_.interval = over ? none : next;
  settle_recorders();
}

void Run::settle_recorders() {
  for (Partition& partition : partitions_) partition.recorder().settle(surroundings_.interval);
}

void Run::close_load_window() {
  ledger_.collect(hosts_, now_);
  ledger_.close_load_window(recorders());
}

/// The first one ends the warm-up.
void Run::close_window() {
  ledger_.collect(hosts_, now_);
  settle_recorders();
  ledger_.close_window(recorders());
  if (windows_opened_) {
    ++windows_closed_;
  } else {
    ledger_.drop_windows();
    windows_opened_ = true;
  }
}

}  // namespace rehearse
