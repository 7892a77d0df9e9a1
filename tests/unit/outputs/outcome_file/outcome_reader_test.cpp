#include "outputs/outcome_file/outcome_reader.hpp"

#include <catch2/catch.hpp>
#include <functional>

#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/file_layout.hpp"
#include "outputs/outcome_file/outcome_file.hpp"
#include "sim/error.hpp"
#include "tests/support/same_study.hpp"

namespace rehearse {
namespace {

using testing::study_with;
using testing::TemporaryFolder;

Study read_again(const Study& study, const Findings& findings) {
  const TemporaryFolder folder;
  write_outcome_file(folder.file("a.h5"), study, findings);
  return read_outcome_file(folder.file("a.h5"));
}

/// Everything that a study may say beside its numbers.
Study talkative_study() {
  Study study = study_with(70, 7);
  study.objectives[0].over = {IntervalSpec::Kind::custom, Duration::seconds(30),
                              Duration::seconds(60)};
  study.unknown = {{"shop", 1.5, 0.25, {}}, {"cart", {}, {}, 3.0}};
  study.untried = {{"shop", "cart", 120}};
  study.open = {{risk_of(1, 2, 70), risk_of(69, 0, 70), 8, false, "five", "six"}};
  StudyInformation& said = study.information;
  said.version = "9.8";
  said.command = "rehearse run \u00fc.toml";
  said.created = "2026-11-27T12:00:00Z";
  said.scenario_path = "\u00fc.toml";
  said.model_path = "m.toml";
  said.model_text = "";
  said.provenance = {3, 4, "2026-11-27T12:00:00Z/PT1M", 12.5, "rehearse 9.8", "a.json, b.json"};
  said.user_endpoints = {"shop/GET /", "shop/POST /"};
  said.disturbance_at_seconds = 30;
  said.doubts = {"one", "", "three"};
  said.contradicted = {"four", "five"};
  said.replications_planned = 100;
  said.threads = 4;
  said.threads_per_replication = 2;
  said.wall_seconds = 0.1;
  return study;
}

}  // namespace

TEST_CASE("a study that is read is the one that was written", "[outputs]") {
  testing::check_same(read_again(talkative_study(), findings_of(talkative_study())),
                      talkative_study());
}

TEST_CASE("a study without control, objectives or requests is read again", "[outputs]") {
  OutcomeLayout layout = testing::small_layout();
  layout.objective_intervals.clear();
  Study study{{}, {}, ArmRecord(layout), std::nullopt};
  testing::add(study, testing::silent_outcome(0));

  testing::check_same(read_again(study, findings_of(study)), study);
}

TEST_CASE("sums of latencies beyond 64 bits come back", "[outputs]") {
  Study study = study_with(1, 0);
  const unsigned __int128 sum = static_cast<unsigned __int128>(1) << 100;
  study.experiment.batches[0].intervals[1].endpoints[0].latency =
      LatencyHistogram({{7, 3}, {9, 1}}, sum + 5, Duration::nanoseconds(7), Duration::hours(100));

  testing::check_same(read_again(study, findings_of(study)), study);
}

TEST_CASE("every column of a replication is in the table", "[outputs]") {
  std::size_t columns = 0;
  for (const DatasetEntry& entry : file_layout()) {
    const bool is_row = entry.axes.substr(0, 11) == "replication";
    columns += entry.scope == Scope::arm && is_row && entry.restore;
  }

  CHECK(columns * sizeof(std::vector<double>) == sizeof(ReplicationRows));
}

TEST_CASE("what contradicts itself is damaged, and where is said", "[outputs]") {
  const auto why = [](const std::function<void(Study&)>& spoil) -> std::string {
    Study study = study_with(5, 1);
    const Findings findings = findings_of(study);
    spoil(study);
    try {
      read_again(study, findings);
    } catch (const InvalidInput& mistake) {
      return mistake.what();
    }
    return "nothing";
  };
  using Catch::Contains;

  CHECK(why([](Study&) {}) == "nothing");
  CHECK_THAT(why([](Study& s) { s.experiment.rows.rollout[2] = 9; }),
             Contains("a.h5: the file is damaged: a code is not known"));
  CHECK_THAT(why([](Study& s) { s.control->rows.objective_judgement[0] = 3; }),
             Contains("a code is not known"));
  CHECK_THAT(why([](Study& s) { s.experiment.batches[0].replications = 2; }),
             Contains("its batches are not of all replications"));
  CHECK_THAT(why([](Study& s) { s.experiment.layout.objective_intervals = {2}; }),
             Contains("an interval that is not there"));
  CHECK_THAT(why([](Study& s) { s.objectives[0].expect.text = "p99(luck) < 1"; }),
             Contains("/objectives/expectation: an expectation cannot be read"));
  CHECK_THAT(why([](Study& s) { s.control->layout.services[0] = "elsewhere"; }),
             Contains("its arms are not of the same system"));
}

TEST_CASE("an outcome file of another version is not guessed at", "[outputs]") {
  const TemporaryFolder folder;
  Hdf5Image older;
  older.add("x", {}, std::vector<double>{1});
  older.set_attribute("/", "format_version", std::uint64_t{1});
  write_atomically(folder.file("older.h5"), older.bytes());

  CHECK_THROWS_WITH(read_outcome_file(folder.file("older.h5")),
                    Catch::Contains("of version 1, and this program reads version 3") &&
                        Catch::Contains("--layout"));
}

TEST_CASE("a file that is no outcome file is not read", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("text"), "rehearse = 1\n");
  {
    Hdf5Image foreign;
    foreign.add("x", {}, std::vector<double>{1});
    write_atomically(folder.file("foreign.h5"), foreign.bytes());
  }
  {
    Hdf5Image hollow;
    hollow.set_attribute("/", "format_version", file_format_version);
    write_atomically(folder.file("hollow.h5"), hollow.bytes());
  }

  for (const char* name : {"text", "foreign.h5", "hollow.h5", "missing"}) {
    CHECK_THROWS_AS(read_outcome_file(folder.file(name)), InvalidInput);
  }
}

}  // namespace rehearse
