// Verdicts on systems of which the recording does not tell everything, against what they do.

#include <catch2/catch.hpp>

#include <fmt/format.h>

#include <algorithm>

#include "calibrate/calibrate.hpp"
#include "models/checks/mistakes.hpp"
#include "studies/readings.hpp"
#include "studies/study_run.hpp"
#include "tests/property/recorded_simulation.hpp"
#include "tests/support/unknown_systems.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t replications = 40;  // none missed: at most 8.8 %, of the 10 % accepted
constexpr std::uint64_t true_replications = 100;
constexpr std::uint64_t seed = 7;

StudyWatch nobody_watches() {
  return {.cancelled = [] { return false; },
          .begins_arm = [](int) {},
          .reached = [](Time) {},
          .finished = [](std::uint64_t) {}};
}

Study study_of(const ModelSpec& model, const ExperimentSpec& experiment,
               const StudySettings& settings) {
  StudyRun run(model, experiment, settings, nobody_watches());
  StudyInformation information;
  information.seed = settings.seed;
  information.draws = settings.drawn ? settings.drawn->draws() : 0;
  information.replications_planned = settings.replications;
  Study study = run.empty_study(std::move(information));
  run.add(study, 0, settings.replications, run.at_once());
  return study;
}

/// What the system itself does.
Risk true_risk(const UnknownSystem& system) {
  StudySettings settings;
  settings.replications = true_replications;
  settings.seed = seed + 1;
  settings.threads = 2;
  return findings_of(study_of(system.truth, system.experiment, settings))
      .objectives.at(0)
      .experiment;
}

/// What `rehearse calibrate` and `rehearse run` say of it.
ObjectiveResult verdict_of(const UnknownSystem& system, std::uint64_t number) {
  CalibrateOptions options;
  options.draws = 50;
  options.calibrated_by = "rehearse";
  const Calibration learned =
      calibrate(recorded({system.truth, system.recording}, number), options);
  REQUIRE(find_mistakes(learned.model, system.experiment).empty());
  StudySettings settings;
  settings.replications = replications;
  settings.seed = seed;
  settings.threads = 2;
  settings.drawn = std::make_shared<DrawnModel>(learned.model, learned.draws);
  Study study = study_of(learned.model, system.experiment, settings);
  study.unknown = unknown_capacities(learned.model, study.experiment);
  study.open = search_readings(study, {.model = learned.model,
                                       .recorded = learned.model,
                                       .experiment = system.experiment,
                                       .seed = seed,
                                       .drawn = settings.drawn.get(),
                                       .at_once = 2,
                                       .cancelled = [] { return false; }})
                   .risks;
  return findings_of(study).objectives.at(0);
}

struct Tally {
  std::uint64_t passes = 0;
  std::uint64_t fails = 0;
  std::uint64_t inconclusive = 0;
  std::string false_passes;
  std::string false_fails;
  std::string all;
};

void add_verdict(std::uint64_t number, Tally& tally) {
  const UnknownSystem system = unknown_system(number);
  const Risk truth = true_risk(system);
  const ObjectiveResult said = verdict_of(system, number);
  const std::string line = fmt::format(
      "{} {} {}: said {} (risk {:.3f}, hopeful {:.3f} fearful {:.3f}), true risk {:.2f}; {} {}\n",
      number, word(said.verdict), said.expectation, word(said.verdict), said.experiment.estimate,
      said.open ? said.open->hopeful.estimate : -1, said.open ? said.open->fearful.estimate : -1,
      truth.estimate, said.open ? said.open->decides : "", said.reason);
  tally.all += line;
  tally.passes += said.verdict == Verdict::pass;
  tally.fails += said.verdict == Verdict::fail;
  tally.inconclusive += said.verdict == Verdict::inconclusive;
  if (said.verdict == Verdict::pass && truth.interval.lower > 0.1) tally.false_passes += line;
  if (said.verdict == Verdict::fail && truth.interval.upper < 0.1) tally.false_fails += line;
}

}  // namespace

TEST_CASE("nothing passes that the system itself would not", "[property][.slow]") {
  Tally tally;
  for (std::uint64_t number = 0; number < 200; ++number) {
    add_verdict(number, tally);
    fmt::print("{}", tally.all);
    std::fflush(stdout);
    tally.all.clear();
  }
  CAPTURE(tally.passes, tally.fails, tally.inconclusive);
  CHECK(tally.false_passes == "");
  CHECK(tally.false_fails == "");
  CHECK(tally.passes + tally.fails > 0);
}
