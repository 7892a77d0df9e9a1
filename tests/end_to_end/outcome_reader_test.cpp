#include <catch2/catch.hpp>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {

TEST_CASE("h5py reads datasets, units and the scenario text without our code", "[end_to_end]") {
  const testing::Workplace place;
  if (place.run({"/usr/bin/python3", "-c", "import h5py"}).exit_code != 0) {
    WARN("python3-h5py is not installed: skipped");
    return;
  }
  testing::write_model(place);
  testing::write_scenario(place, "a", "50ms", "0.9", 30);
  place.rehearse({"run", "a.toml", "--json", "a.json"});

  const testing::Finished reader =
      place.run({"/usr/bin/python3", REHEARSE_SOURCE_DIR "/tests/end_to_end/read_outcomes.py",
                 "a.h5", "a.toml", "queue.model.toml", "a.json"});

  INFO(reader.errors);
  CHECK(reader.exit_code == 0);
  CHECK(reader.output == "all as documented\n");
}

TEST_CASE("a damaged outcome file is a mistake of the world, not a crash", "[end_to_end]") {
  const testing::Workplace place;
  testing::write_model(place);
  testing::write_scenario(place, "a", "50ms", "0.9", 5);
  place.rehearse({"run", "a.toml"});
  const std::string whole = place.content("a.h5");
  constexpr std::size_t behind_the_superblock = 96;
  place.write("short.h5", whole.substr(0, whole.size() / 2));
  place.write("rotten.h5", whole.substr(0, behind_the_superblock) +
                               std::string(whole.size() - behind_the_superblock, '\xff'));

  const testing::Finished cut = place.rehearse({"inspect", "short.h5"});
  const testing::Finished rotten = place.rehearse({"inspect", "rotten.h5"});

  CHECK(place.rehearse({"inspect", "a.h5"}).exit_code == 0);
  CHECK(cut.exit_code == 104);
  CHECK_THAT(cut.errors, Catch::Contains("short.h5: this is not a readable HDF5 file"));
  CHECK(rotten.exit_code == 104);
  CHECK_THAT(rotten.errors, Catch::StartsWith("rotten.h5: "));
}

}  // namespace rehearse
