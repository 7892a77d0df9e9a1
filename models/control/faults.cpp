#include "models/control/faults.hpp"

#include <algorithm>
#include <variant>

#include "models/checks/target_counts.hpp"
#include "models/faults/stage.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// What one fault does to a run.
class OneFault final : public FaultStage {
 public:
  OneFault(Stage& stage, FaultId fault)
      : stage_(stage),
        fault_(fault),
        plan_(stage.plan->faults[fault]),
        state_(stage.surroundings.faults[fault]) {}

  void kill(Death death, Duration detected_after) override {
    for (const InstanceId target : state_.targets) stage_.kill(target, death == Death::silent);
    stage_.clear_dead_instances();
    stage_.agenda.add(stage_.now + detected_after, AgendaItem::Kind::deaths_detected, fault_);
  }
  void revive(Death death) override {
    for (const InstanceId target : state_.targets) stage_.revive(target, death == Death::silent);
  }

  void stand_at_doors() override {
    expects(plan_.door.has_value(), "who stands at doors does something there");
    mark_hits();
    for (const InstanceId target : state_.targets) {
      Instance& instance = stage_.hosts.instances[target];
      ++instance.door_faults;
      if (plan_.door->delay) instance.slowed = true;
    }
  }
  void leave_doors() override {
    for (const InstanceId target : state_.targets) {
      Instance& instance = stage_.hosts.instances[target];
      expects(instance.door_faults > 0, "who leaves a door has stood there");
      --instance.door_faults;
    }
  }

  void disturb_links() override {
    expects(plan_.link.has_value(), "who disturbs links does something there");
    mark_hits();
    ++stage_.surroundings.disturbed_links;
  }
  void leave_links() override {
    expects(stage_.surroundings.disturbed_links > 0, "who leaves links has disturbed them");
    --stage_.surroundings.disturbed_links;
  }

  void slow_work(double factor) override {
    expects(factor > 0, "work takes some time");
    state_.work_factor = factor;
    for (const InstanceId target : state_.targets) stage_.hosts.instances[target].slowed = true;
    set_paces();
  }
  void restore_work() override {
    state_.work_factor = 1;
    set_paces();
  }

  void stop_arrivals() override {
    for (Index source = 0; source < stage_.hosts.sources.size(); ++source) {
      if (stage_.plan->sources[source].fault == fault_) stage_.hosts.sources[source].stopped = true;
    }
  }

 private:
  void mark_hits() {
    state_.hits.assign(stage_.hosts.instances.size(), 0);
    for (const InstanceId target : state_.targets) state_.hits[target] = 1;
  }

  /// Slow-downs that meet multiply. They are multiplied anew, so that one that is over leaves
  /// nothing behind.
  void set_paces() {
    std::vector<WorkPace> paces;
    for (const InstanceId target : state_.targets) {
      WorkPace pace{target, 1};
      for (const FaultState& other : stage_.surroundings.faults) {
        if (!other.active || other.work_factor == 1) continue;
        const bool met = std::binary_search(other.targets.begin(), other.targets.end(), target);
        if (met) pace.factor *= other.work_factor;
      }
      paces.push_back(pace);
    }
    for (Partition& partition : stage_.partitions) partition.change_paces(stage_.now, paces);
  }

  Stage& stage_;
  FaultId fault_;
  const FaultPlan& plan_;
  FaultState& state_;
};

}  // namespace

void Faults::plan(Stage& stage) const {
  for (FaultId fault(0); fault < stage.plan->faults.size(); ++fault) {
    const FaultSpec& spec = stage.plan->faults[fault].spec;
    stage.agenda.add(Time::after_start(spec.at), AgendaItem::Kind::fault_starts, fault);
    stage.agenda.add(Time::after_start(spec.at + spec.duration), AgendaItem::Kind::fault_ends,
                     fault);
  }
}

/// The instances that a fault meets. All means all, also those that are dead now or start later;
/// fewer are drawn among those that are alive and get traffic now.
void Faults::choose_targets(Stage& stage, FaultId fault) const {
  const FaultPlan& plan = stage.plan->faults[fault];
  FaultState& state = stage.surroundings.faults[fault];
  if (plan.spec.target.mode == TargetSpec::Mode::all) {
    state.targets = plan.candidates;
    return;
  }
  std::vector<InstanceId> live;
  for (const InstanceId instance : plan.candidates) {
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

void Faults::begin(Stage& stage, FaultId fault) const {
  const FaultKind& kind = stage.plan->faults[fault].spec.kind;
  FaultState& state = stage.surroundings.faults[fault];
  if (state.cancelled) return;
  state.active = true;
  if (!targets_of(kind).workload) choose_targets(stage, fault);
  state.met = meets_somebody(stage, state);
  OneFault one(stage, fault);
  std::visit([&](const auto& what) { what.start(one); }, kind);
}

/// Whether a target of the fault gets traffic, or would if it were alive.
bool Faults::meets_somebody(const Stage& stage, const FaultState& fault) {
  return std::any_of(fault.targets.begin(), fault.targets.end(), [&stage](Index target) {
    return stage.hosts.instances[target].started && stage.hosts.instances[target].wanted;
  });
}

void Faults::end(Stage& stage, FaultId fault) const {
  const FaultKind& kind = stage.plan->faults[fault].spec.kind;
  FaultState& state = stage.surroundings.faults[fault];
  if (!state.active) return;
  state.active = false;
  const bool nobody = !state.met && !meets_somebody(stage, state);
  if (nobody && !targets_of(kind).workload) ++stage.outcome.faults_without_target;
  OneFault one(stage, fault);
  std::visit([&](const auto& what) { what.end(one); }, kind);
}

void Faults::detect(Stage& stage, FaultId fault) const {
  if (!stage.surroundings.faults[fault].active) return;
  for (const InstanceId target : stage.surroundings.faults[fault].targets) {
    stage.hosts.instances[target].known_dead = true;
    stage.list_instances(stage.hosts.instances[target].service);
  }
}

void Faults::call_off(Stage& stage) const {
  for (FaultId fault(0); fault < stage.surroundings.faults.size(); ++fault) {
    end(stage, fault);
    stage.surroundings.faults[fault].cancelled = true;
  }
  for (Index source = 0; source < stage.hosts.sources.size(); ++source) {
    if (stage.plan->sources[source].fault != none) stage.hosts.sources[source].stopped = true;
  }
}

}  // namespace rehearse
