#include "outputs/outcome_file/outcome_file.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/file_layout.hpp"
#include "outputs/outcome_file/hdf5.hpp"
#include "sim/error.hpp"
#include "sim/expects.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse {
namespace {

using testing::TemporaryFolder;

const Hdf5Entry* find(const std::vector<Hdf5Entry>& entries, const std::string& path) {
  for (const Hdf5Entry& entry : entries) {
    if (entry.path == path) return &entry;
  }
  return nullptr;
}

std::vector<Hdf5Entry> written(const Study& study, const TemporaryFolder& folder) {
  write_outcome_file(folder.file("a.h5"), study, findings_of(study));
  return list_hdf5(folder.file("a.h5"));
}

}  // namespace

TEST_CASE("every dataset of the layout is in the file with its unit, axes and meaning",
          "[outputs]") {
  const TemporaryFolder folder;
  const std::vector<Hdf5Entry> entries = written(testing::study_with(20, 3), folder);
  const std::vector<std::string> prefixes = {"/", "/arms/control/",
                                             "/arms/experiment/intervals/fault/"};

  for (const DatasetEntry& dataset : file_layout()) {
    const std::string path = prefixes[static_cast<std::size_t>(dataset.scope)] + dataset.name;
    CAPTURE(path);
    const Hdf5Entry* entry = find(entries, path);
    REQUIRE(entry != nullptr);
    CHECK(entry->attributes.count("description") == 1);
    CHECK(entry->attributes.count("axes") == (dataset.axes.empty() ? 0 : 1));
    CHECK(entry->attributes.count("unit") == (dataset.unit.empty() ? 0 : 1));
  }
  CHECK(find(entries, "/arms/experiment/objectives/value")->shape ==
        std::vector<std::uint64_t>{20, 1});
  CHECK(find(entries, "/arms/experiment/intervals/run/workloads/latency_histogram")->shape ==
        std::vector<std::uint64_t>{1, LatencyBins::count});
}

TEST_CASE("codes and digests were once numbers without a unit", "[outputs]") {
  const TemporaryFolder folder;

  for (const Hdf5Entry& entry : written(testing::study_with(20, 3), folder)) {
    if (entry.is_group || entry.type == "text") continue;
    CAPTURE(entry.path);
    CHECK(entry.attributes.count("unit") == 1);
  }
}

TEST_CASE("the root says what the file is and whether it is complete", "[outputs]") {
  const TemporaryFolder folder;
  Study study = testing::study_with(20, 20);
  study.information.replications_planned = 21;

  const Hdf5Entry root = written(study, folder).front();

  for (const AttributeEntry& attribute : file_attributes()) {
    CHECK(root.attributes.count(attribute.name) == 1);
  }
  CHECK(root.attributes.at("complete") == Hdf5Attribute(std::uint64_t{0}));
  CHECK(root.attributes.at("replications") == Hdf5Attribute(std::uint64_t{20}));
  CHECK(root.attributes.at("verdict") == Hdf5Attribute(std::string("fail")));
}

TEST_CASE("equal studies give equal bytes", "[outputs]") {
  const Study study = testing::study_with(50, 5);
  const Findings findings = findings_of(study);

  const std::string image = outcome_file_image(study, findings);

  CHECK(image == outcome_file_image(testing::study_with(50, 5), findings));
  CHECK(image != outcome_file_image(testing::study_with(50, 6), findings));
}

TEST_CASE("a study without control, objectives or requests can be written", "[outputs]") {
  const TemporaryFolder folder;
  OutcomeLayout layout = testing::small_layout();
  layout.objective_intervals.clear();
  Study study{{}, {}, ArmRecord(layout), std::nullopt};
  testing::add(study, testing::silent_outcome(0));

  const std::vector<Hdf5Entry> entries = written(study, folder);

  CHECK(find(entries, "/arms/control") == nullptr);
  CHECK(find(entries, "/objectives/name")->shape == std::vector<std::uint64_t>{0});
}

TEST_CASE("a file that is no outcome file is refused", "[outputs]") {
  const TemporaryFolder folder;
  write_atomically(folder.file("text"), "rehearse = 1\n");
  Hdf5Image foreign;
  foreign.add("x", {}, std::vector<double>{1});
  write_atomically(folder.file("foreign.h5"), foreign.bytes());
  const std::string whole = foreign.bytes();
  write_atomically(folder.file("cut.h5"), whole.substr(0, whole.size() / 2));

  for (const char* name : {"text", "foreign.h5", "cut.h5", "missing"}) {
    CHECK_THROWS_AS(describe_outcome_file(folder.file(name)), InvalidInput);
  }
}

TEST_CASE("a dataset with too few values is a bug", "[outputs]") {
  Hdf5Image image;

  CHECK_THROWS_AS(image.add("x", {2}, std::vector<double>{1}), ContractViolation);
}

}  // namespace rehearse
