#include "cli/study_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "cli/interruption.hpp"
#include "cli/progress.hpp"
#include "cli/verb.hpp"
#include "models/system.hpp"
#include "outputs/plain_text.hpp"
#include "sim/replications.hpp"

namespace rehearse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double worth_announcing_seconds = 5;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One replication with the experiment and its twin without.
struct Twins {
  Outcome experiment;
  std::optional<Outcome> control;
};

/// What one thread reuses from one replication to the next.
struct Memories {
  RunMemory experiment;
  RunMemory control;
};

class StudyRun {
 public:
  StudyRun(const Scenario& scenario, const StudySettings& settings)
      : settings_(settings),
        experiment_(scenario.model, scenario.experiment),
        memories_(static_cast<std::size_t>(settings.threads)) {
    const ExperimentSpec& experiment = scenario.experiment;
    if (!experiment.faults.empty() || experiment.rollout) {
      control_.emplace(scenario.model, experiment.control());
    }
  }

  Study empty_study(const Scenario& scenario, StudyInformation information) const {
    const auto& objectives = scenario.experiment.objectives;
    Study study{std::move(information), ArmRecord(experiment_.layout(), objectives), std::nullopt};
    if (control_) study.control.emplace(control_->layout(), objectives);
    return study;
  }

  /// Adds the replications [first, last) to the study, as far as nobody interrupts.
  void add(Study& study, std::uint64_t first, std::uint64_t last, int threads,
           ProgressLine& progress) {
    const auto run = [this](std::uint64_t index, int worker) { return twins(index, worker); };
    const auto deliver = [&](std::uint64_t index, Twins&& result) {
      study.experiment.add(result.experiment);
      if (result.control) study.control->add(*result.control);
      progress.show(index + 1);
      return true;
    };
    run_replications<Twins>(first, last, threads, run, deliver, Interruption::requested);
  }

 private:
  Twins twins(std::uint64_t index, int worker) {
    const ReplicationSeed seed{
        .study = settings_.seed, .replication = index, .draw = 0, .branch = 0};
    Memories& memories = memories_[static_cast<std::size_t>(worker)];
    Twins result{run_replication(experiment_, seed, memories.experiment), std::nullopt};
    if (control_) result.control = run_replication(*control_, seed, memories.control);
    return result;
  }

  StudySettings settings_;
  System experiment_;
  std::optional<System> control_;
  std::vector<Memories> memories_;
};

/// The first replication says how long the others will take.
void announce(const StudySettings& settings, double seconds_of_first) {
  const auto left = static_cast<double>(settings.replications - 1);
  const double expected = seconds_of_first * left / settings.threads;
  if (expected < worth_announcing_seconds) return;
  print_aside(fmt::format(
      "{} replications on {} threads will take about {} (Ctrl-C saves what is "
      "finished)\n",
      count_text(settings.replications), settings.threads, span_text(std::round(expected))));
}

}  // namespace

Study run_study(const Scenario& scenario, const StudySettings& settings,
                StudyInformation information) {
  StudyRun run(scenario, settings);
  Study study = run.empty_study(scenario, std::move(information));
  const Clock::time_point start = Clock::now();
  ProgressLine progress(settings.replications, "replications");
  run.add(study, 0, 1, 1, progress);
  if (settings.replications > 1 && !Interruption::requested()) {
    announce(settings, seconds_since(start));
    run.add(study, 1, settings.replications, settings.threads, progress);
  }
  study.information.wall_seconds = seconds_since(start);
  return study;
}

}  // namespace rehearse
