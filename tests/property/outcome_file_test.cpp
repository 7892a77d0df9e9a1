// read(write(x)) == x, for random studies and all samples.

#include "outputs/outcome_file/outcome_file.hpp"

#include <catch2/catch.hpp>

#include "outputs/outcome_file/outcome_reader.hpp"
#include "scenarios/scenario.hpp"
#include "studies/recorded_load.hpp"
#include "studies/study_run.hpp"
#include "studies/untried_failures.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/same_study.hpp"

using namespace rehearse;

namespace {

constexpr std::uint64_t random_studies = 50;

Study study_of(const ModelSpec& model, const ExperimentSpec& experiment,
               std::uint64_t replications) {
  StudySettings settings;
  settings.replications = replications;
  settings.seed = 5;
  StudyRun run(model, experiment, settings,
               {.cancelled = [] { return false; },
                .begins_arm = [](int) {},
                .reached = [](Time) {},
                .finished = [](std::uint64_t) {}});
  StudyInformation information;
  information.seed = settings.seed;
  information.replications_planned = replications;
  information.provenance = model.provenance;
  Study study = run.empty_study(information);
  run.add(study, 0, replications, 1);
  study.unknown = unknown_capacities(model, study.experiment);
  study.untried = failures_never_recorded(model, experiment, study.experiment);
  return study;
}

Study read_again(const Study& study) {
  const rehearse::testing::TemporaryFolder folder;
  write_outcome_file(folder.file("a.h5"), study, findings_of(study));
  return read_outcome_file(folder.file("a.h5"));
}

}  // namespace

TEST_CASE("random studies are read as they were written", "[property]") {
  std::uint64_t with_control = 0;
  std::uint64_t with_objectives = 0;
  for (std::uint64_t number = 0; number < random_studies; ++number) {
    CAPTURE(number);
    const auto scenario = rehearse::testing::random_scenario(number);
    const Study study = study_of(scenario.model, scenario.experiment, 1 + number % 5);
    with_control += study.control.has_value();
    with_objectives += !study.objectives.empty();

    rehearse::testing::check_same(read_again(study), study);
  }
  // There was something to lose.
  CHECK(with_control > random_studies / 2);
  CHECK(with_objectives > 5);
}

TEST_CASE("studies of the samples are read as they were written", "[property]") {
  for (const char* name : {"slow_payments", "black_friday", "canary", "recorded_shop"}) {
    CAPTURE(name);
    const Scenario scenario =
        load_scenario(std::string(REHEARSE_SOURCE_DIR "/scenarios/samples/") + name + ".toml");
    const Study study = study_of(scenario.model, scenario.experiment, 2);

    rehearse::testing::check_same(read_again(study), study);
  }
}
