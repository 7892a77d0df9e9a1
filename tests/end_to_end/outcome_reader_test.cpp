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

}  // namespace rehearse
