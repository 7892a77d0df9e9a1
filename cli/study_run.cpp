#include "cli/study_run.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "cli/interruption.hpp"
#include "cli/machine_memory.hpp"
#include "cli/progress.hpp"
#include "cli/verb.hpp"
#include "cli/waiting_word.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double worth_announcing_seconds = 5;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

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

void tell_of_refused_cut(const StudyRun& run, const StudySettings& settings) {
  if (!run.refused_cut()) return;
  print_aside(fmt::format("rehearse: one replication takes {} of {} threads: {}\n",
                          run.refused_cut()->partitions, *settings.threads_per_replication,
                          visible_sentence(run.refused_cut()->obstacle)));
}

}  // namespace

Study run_study(const Scenario& scenario, const StudySettings& settings,
                StudyInformation information) {
  HowFar how_far;  // the first replication is; later ones run side by side
  ProgressLine progress(settings.replications, "replication");
  StudyRun run(scenario.model, scenario.experiment, settings,
               {.cancelled = Interruption::requested,
                .begins_arm = [&how_far](int arm) { how_far.begins_arm(arm); },
                .reached = [&how_far](Time now) { how_far.reached(now); },
                .finished = [&progress](std::uint64_t finished) { progress.show(finished); }});
  tell_of_refused_cut(run, settings);
  check_fits(run.memory(), memory_of_machine(), scenario.path);
  Study study = run.empty_study(std::move(information));
  const Clock::time_point start = Clock::now();
  {
    // How far the first one is, is all that is known of the time that the study will take.
    const WaitingWord word(how_far, run.planned_seconds(), run.arms());
    run.add(study, 0, 1, 1);
  }
  if (settings.replications > 1 && !Interruption::requested()) {
    announce(run, settings.replications, seconds_since(start));
    run.add(study, 1, settings.replications, run.at_once());
  }
  study.information.wall_seconds = seconds_since(start);
  return study;
}

}  // namespace rehearse
