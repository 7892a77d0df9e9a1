#include "studies/study_run.hpp"

#include <algorithm>
#include <utility>

#include "sim/error.hpp"
#include "sim/threads/replications.hpp"
#include "studies/arm_recorder.hpp"

namespace rehearse {
namespace {

/// Of one thread; what a model of middling size reaches. Good for a guess beforehand.
constexpr double usual_events_per_second = 8e6;

/// A replication that takes longer is shared by threads even when there are enough for all.
constexpr double long_replication_seconds = 60;

/// With fewer expected events in a window, threads would mostly wait for one another.
constexpr double events_worth_a_window = 300;

double expected_seconds(const System& system) {
  return system.expected_events() / usual_events_per_second;
}

/// Replications first; partitions when there are fewer replications than threads, or when one would
/// take long, and when a cut pays.
int chosen_partitions(const System& system, const StudySettings& settings) {
  if (settings.threads == 1) return 1;
  const bool enough = settings.replications >= static_cast<std::uint64_t>(settings.threads);
  if (enough && expected_seconds(system) <= long_replication_seconds) return 1;
  const CutReport cut = system.cut_report(settings.threads);
  const bool pays = cut.events_per_window >= events_worth_a_window * cut.partitions;
  return pays ? cut.partitions : 1;
}

}  // namespace

StudyRun::StudyRun(const ModelSpec& model, const ExperimentSpec& experiment,
                   const StudySettings& settings, StudyWatch watch)
    : settings_(settings),
      watch_(std::move(watch)),
      said_(experiment),
      experiment_(model, experiment) {
  if (!experiment.faults.empty() || experiment.rollout) {
    control_.emplace(model, experiment.control());
  }
  share_out_threads();
  threading_.cancelled = [this](Time now) {
    watch_.reached(now);
    return watch_.cancelled();
  };
  memories_ = std::vector<Memories>(static_cast<std::size_t>(at_once_));
}

/// So many replications at once, so many threads for each.
void StudyRun::share_out_threads() {
  const int partitions = settings_.threads_per_replication
                             ? asked_for_partitions(*settings_.threads_per_replication)
                             : chosen_partitions(experiment_, settings_);
  threading_ = {partitions, std::min(partitions, settings_.threads), nullptr};
  const int room = std::max(1, settings_.threads / threading_.threads);
  at_once_ = static_cast<int>(
      std::min<std::uint64_t>(static_cast<std::uint64_t>(room), settings_.replications));
}

int StudyRun::asked_for_partitions(int wanted) {
  const CutReport cut = experiment_.cut_report(wanted);
  if (cut.partitions < wanted) refused_cut_ = cut;
  return cut.partitions;
}

Study StudyRun::empty_study(StudyInformation information) const {
  information.threads =
      static_cast<std::uint64_t>(at_once_) * static_cast<std::uint64_t>(threads_of_one());
  information.threads_per_replication = static_cast<std::uint64_t>(threads_of_one());
  information.draws = settings_.drawn ? settings_.drawn->draws() : 0;
  Study study{std::move(information), said_.objectives, ArmRecord(experiment_.layout()),
              std::nullopt};
  if (control_) study.control.emplace(control_->layout());
  study.experiment.draws = study.information.draws;
  if (study.control) study.control->draws = study.information.draws;
  return study;
}

double StudyRun::planned_seconds() const {
  return experiment_.layout().intervals.front().to.since_start().in_seconds();
}

StudyMemory StudyRun::memory() const {
  return memory_of_study(experiment_, control_ ? &*control_ : nullptr, settings_.replications,
                         at_once_);
}

void StudyRun::add(Study& study, std::uint64_t first, std::uint64_t last, int at_once) {
  const auto run = [this](std::uint64_t index, int worker) { return twins(index, worker); };
  ArmRecorder experiment(study.experiment, study.objectives);
  std::optional<ArmRecorder> control;
  if (study.control) control.emplace(*study.control, study.objectives);
  const auto deliver = [&](std::uint64_t index, Twins&& result) {
    experiment.add(result.experiment);
    if (result.control) control->add(*result.control);
    watch_.finished(index + 1);
    return true;
  };
  try {
    run_replications<Twins>(first, last, at_once, run, deliver, watch_.cancelled);
  } catch (const Cancelled&) {
    // What was finished before is in the study.
  }
}

/// Both arms meet the same draw of the model, and the same luck.
StudyRun::Twins StudyRun::twins(std::uint64_t index, int worker) {
  if (!settings_.drawn) {
    Twins result{outcome_of(experiment_, index, worker, false), std::nullopt};
    if (control_) result.control = outcome_of(*control_, index, worker, true);
    return result;
  }
  const ModelSpec model = settings_.drawn->draw(index % settings_.drawn->draws());
  Twins result{outcome_of(System(model, said_), index, worker, false), std::nullopt};
  if (control_) {
    result.control = outcome_of(System(model, said_.control()), index, worker, true);
  }
  return result;
}

Outcome StudyRun::outcome_of(const System& system, std::uint64_t index, int worker,
                             bool is_control) {
  const ReplicationSeed seed{.study = settings_.seed, .replication = index, .draw = 0, .branch = 0};
  Memories& memories = memories_[static_cast<std::size_t>(worker)];
  watch_.begins_arm(is_control ? 1 : 0);
  return run_replication(system, seed, is_control ? memories.control : memories.experiment,
                         threading_);
}

}  // namespace rehearse
