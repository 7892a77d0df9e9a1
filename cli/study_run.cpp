#include "cli/study_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "cli/interruption.hpp"
#include "cli/progress.hpp"
#include "cli/study_memory.hpp"
#include "cli/verb.hpp"
#include "cli/waiting_word.hpp"
#include "models/system.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/error.hpp"
#include "sim/threads/replications.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double worth_announcing_seconds = 5;

/// Of one thread; what a model of middling size reaches. Good for a guess beforehand.
constexpr double usual_events_per_second = 8e6;

/// A replication that takes longer is shared by threads even when there are enough for all.
constexpr double long_replication_seconds = 60;

/// With fewer expected events in a window, threads would mostly wait for one another.
constexpr double events_worth_a_window = 300;

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

/// How threads are shared out: so many replications at once, so many threads for each.
struct Crew {
  int at_once = 1;
  Threading threading;
};

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

int asked_for_partitions(const System& system, int wanted) {
  const CutReport cut = system.cut_report(wanted);
  if (cut.partitions < wanted) {
    print_aside(fmt::format("rehearse: one replication takes {} of {} threads: {}\n",
                            cut.partitions, wanted, visible_sentence(cut.obstacle)));
  }
  return cut.partitions;
}

Crew crew_for(const System& system, const StudySettings& settings) {
  const int partitions = settings.threads_per_replication
                             ? asked_for_partitions(system, *settings.threads_per_replication)
                             : chosen_partitions(system, settings);
  Crew crew;
  crew.threading = {partitions, std::min(partitions, settings.threads), nullptr};
  const int room = std::max(1, settings.threads / crew.threading.threads);
  crew.at_once = static_cast<int>(
      std::min<std::uint64_t>(static_cast<std::uint64_t>(room), settings.replications));
  return crew;
}

class StudyRun {
 public:
  StudyRun(const Scenario& scenario, const StudySettings& settings)
      : settings_(settings),
        experiment_(scenario.model, scenario.experiment),
        crew_(crew_for(experiment_, settings)),
        planned_seconds_(experiment_.layout().intervals.front().to.since_start().in_seconds()),
        memories_(static_cast<std::size_t>(crew_.at_once)) {
    const ExperimentSpec& experiment = scenario.experiment;
    if (!experiment.faults.empty() || experiment.rollout) {
      control_.emplace(scenario.model, experiment.control());
    }
    crew_.threading.cancelled = [this](Time now) {
      how_far_.reached(now);
      return Interruption::requested();
    };
  }

  Study empty_study(const Scenario& scenario, StudyInformation information) const {
    const auto& objectives = scenario.experiment.objectives;
    information.threads =
        static_cast<std::uint64_t>(crew_.at_once) * static_cast<std::uint64_t>(threads_of_one());
    information.threads_per_replication = static_cast<std::uint64_t>(threads_of_one());
    Study study{
        std::move(information), ArmRecord(experiment_.layout(), objectives), std::nullopt, {}, {}};
    if (control_) study.control.emplace(control_->layout(), objectives);
    return study;
  }

  /// Throws InvalidInput when the machine has not enough memory for it.
  void check_memory(const Scenario& scenario) const {
    const StudyMemory memory = memory_of_study(experiment_, control_ ? &*control_ : nullptr,
                                               settings_.replications, crew_.at_once);
    check_fits(memory, memory_of_machine(), scenario.path);
  }

  int at_once() const { return crew_.at_once; }
  int threads_of_one() const { return crew_.threading.threads; }

  /// Until the first replication is finished, how far it is, is all that is known of the time that
  /// the study will take.
  void add_first(Study& study, ProgressLine& progress) {
    const WaitingWord word(how_far_, planned_seconds_, control_ ? 2 : 1);
    add(study, 0, 1, 1, progress);
  }

  /// Adds the replications [first, last) to the study, as far as nobody interrupts.
  void add(Study& study, std::uint64_t first, std::uint64_t last, int at_once,
           ProgressLine& progress) {
    const auto run = [this](std::uint64_t index, int worker) { return twins(index, worker); };
    const auto deliver = [&](std::uint64_t index, Twins&& result) {
      study.experiment.add(result.experiment);
      if (result.control) study.control->add(*result.control);
      progress.show(index + 1);
      return true;
    };
    try {
      run_replications<Twins>(first, last, at_once, run, deliver, Interruption::requested);
    } catch (const Cancelled&) {
      // What was finished before is in the study.
    }
  }

 private:
  Twins twins(std::uint64_t index, int worker) {
    const ReplicationSeed seed{
        .study = settings_.seed, .replication = index, .draw = 0, .branch = 0};
    Memories& memories = memories_[static_cast<std::size_t>(worker)];
    how_far_.begins_arm(0);
    Twins result{run_replication(experiment_, seed, memories.experiment, crew_.threading),
                 std::nullopt};
    if (control_) {
      how_far_.begins_arm(1);
      result.control = run_replication(*control_, seed, memories.control, crew_.threading);
    }
    return result;
  }

  StudySettings settings_;
  System experiment_;
  std::optional<System> control_;
  Crew crew_;
  double planned_seconds_;
  HowFar how_far_;  // of the first replication; later ones run side by side
  std::vector<Memories> memories_;
};

void announce(const StudyRun& run, std::uint64_t replications, double seconds_of_first) {
  const double expected = seconds_of_first * static_cast<double>(replications - 1) / run.at_once();
  if (expected < worth_announcing_seconds) return;
  print_aside(fmt::format(
      "{} on {} will take about {} (Ctrl-C saves what is "
      "finished)\n",
      counted(replications, "replication"),
      counted(static_cast<std::uint64_t>(run.at_once() * run.threads_of_one()), "thread"),
      rounded_duration_text(std::round(expected))));
}

}  // namespace

Study run_study(const Scenario& scenario, const StudySettings& settings,
                StudyInformation information) {
  StudyRun run(scenario, settings);
  run.check_memory(scenario);
  Study study = run.empty_study(scenario, std::move(information));
  const Clock::time_point start = Clock::now();
  ProgressLine progress(settings.replications, "replication");
  run.add_first(study, progress);
  if (settings.replications > 1 && !Interruption::requested()) {
    announce(run, settings.replications, seconds_since(start));
    run.add(study, 1, settings.replications, run.at_once(), progress);
  }
  study.information.wall_seconds = seconds_since(start);
  return study;
}

}  // namespace rehearse
