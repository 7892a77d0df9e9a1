#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "tests/end_to_end/small_scenarios.hpp"
#include "tests/support/skipped.hpp"

namespace rehearse {

TEST_CASE("h5py reads datasets, units and the scenario text without our code", "[end_to_end]") {
  const testing::Workplace place;
  if (place.run({"/usr/bin/python3", "-c", "import h5py"}).exit_code != 0) {
    testing::skip("python3-h5py is not installed");
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

TEST_CASE("inspect prints again what run printed, to the byte", "[end_to_end]") {
  const testing::Workplace place;
  const std::string samples = REHEARSE_SOURCE_DIR "/scenarios/samples/";
  testing::write_model(place);
  testing::write_scenario(place, "small", "50ms", "0.9", 30);

  for (const std::string& scenario :
       {std::string("small.toml"), samples + "slow_payments.toml", samples + "black_friday.toml",
        samples + "canary.toml", samples + "recorded_shop.toml"}) {
    CAPTURE(scenario);
    const testing::Finished run =
        place.rehearse({"run", scenario, "-o", "out.h5", "--replications", "4"});
    const testing::Finished inspected = place.rehearse({"inspect", "out.h5"});

    CHECK_THAT(run.output, Catch::Contains("Outcome digest"));
    CHECK(inspected.output == run.output);
    CHECK(inspected.exit_code == 0);
  }
  CHECK_THAT(place.rehearse({"inspect", "--layout", "out.h5"}).output,
             Catch::Contains("/arms/experiment/replications/digest\n"));
  CHECK(place.rehearse({"inspect", "--layout", "queue.model.toml"}).exit_code == 104);
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

namespace {

constexpr long most_kilobytes = 1'000'000;

/// The most memory that any child of this program has had.
long kilobytes_of_children() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return usage.ru_maxrss;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string outcome_file_in(const testing::Workplace& place) {
  testing::write_model(place);
  testing::write_scenario(place, "a", "50ms", "0.9", 5);
  place.rehearse({"run", "a.toml"});
  return place.content("a.h5");
}

/// As another program would have written it: nothing tells damage beforehand.
std::string without_checksum(const std::string& file) {
  constexpr std::size_t checksum = 32;
  return file.substr(0, file.size() - checksum);
}

}  // namespace

TEST_CASE("half a megabyte once took gigabytes to look into", "[end_to_end]") {
  const testing::Workplace place;
  std::string damaged = without_checksum(outcome_file_in(place));
  // The type of a text of any length, made of letters of one byte; the damage makes them of 2 GB.
  const std::string type("\x10\0\0\0\x10\0\0\0\x01\0\0\0", 12);
  std::size_t texts = 0;
  for (std::size_t at = damaged.find(type); at != std::string::npos; at = damaged.find(type, at)) {
    damaged[at + type.size() - 1] = '\x7f';
    ++texts;
  }
  REQUIRE(texts > 0);
  place.write("damaged.h5", damaged);

  const testing::Finished inspected = place.rehearse({"inspect", "--layout", "damaged.h5"});

  CHECK(inspected.exit_code == 104);
  CHECK_THAT(inspected.errors, Catch::Contains("damaged.h5: the file is damaged"));
  CHECK(kilobytes_of_children() < most_kilobytes);
}

TEST_CASE("who reads an outcome file does not outlive who asked for it", "[end_to_end]") {
  const testing::Workplace place;
  // A pipe that begins as the file does and then never opens again: reading it would not end.
  const std::string command = std::string("mkfifo slow.h5; ") +
                              "(printf '\\x89HDF\\r\\n\\x1a\\n' > slow.h5 &); (" + REHEARSE_BINARY +
                              " inspect slow.h5 & sleep 0.5; kill -9 $!) | timeout 20 cat";
  const auto start = std::chrono::steady_clock::now();

  place.run({"bash", "-c", command});

  CHECK(seconds_since(start) < 5);
}

TEST_CASE("a single bit that flipped in an outcome file is noticed", "[end_to_end]") {
  const testing::Workplace place;
  const std::string whole = outcome_file_in(place);
  place.write("whole.h5", whole);
  place.write("foreign.h5", without_checksum(whole));
  CHECK(place.rehearse({"inspect", "whole.h5"}).exit_code == 0);
  CHECK(place.rehearse({"inspect", "--layout", "foreign.h5"}).exit_code == 0);
  const testing::Finished unvouched = place.rehearse({"inspect", "foreign.h5"});
  CHECK(unvouched.exit_code == 104);
  CHECK_THAT(unvouched.errors, Catch::Contains("the checksum behind its content is gone"));

  constexpr std::size_t flips = 64;
  constexpr std::size_t signature = 8;
  const std::size_t content = without_checksum(whole).size();
  for (std::size_t flip = 0; flip < flips; ++flip) {
    std::string damaged = whole;
    const std::size_t at = signature + flip * (content - signature) / flips;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << flip % 8));
    place.write("damaged.h5", damaged);
    const testing::Finished inspected = place.rehearse({"inspect", "damaged.h5"});
    CAPTURE(at, inspected.errors);
    CHECK(inspected.exit_code == 104);
    CHECK(inspected.output.empty());
  }
}

TEST_CASE("damaged outcome files are refused in time and in little memory", "[.slow]") {
  const testing::Workplace place;
  const std::string whole = without_checksum(outcome_file_in(place));
  constexpr std::size_t variants = 300;
  std::size_t refused = 0;
  for (std::size_t variant = 0; variant < variants; ++variant) {
    std::string damaged = whole;
    const std::size_t at = variant * 7919 % (whole.size() - 4);
    const std::size_t bytes = 1 + variant % 4;
    damaged.replace(at, bytes, bytes, "\xff\x7f\x80\x03\x10"[variant % 5]);
    place.write("damaged.h5", damaged);
    const auto start = std::chrono::steady_clock::now();
    const testing::Finished inspected = place.rehearse({"inspect", "--layout", "damaged.h5"});
    CAPTURE(variant, inspected.errors);
    CHECK(seconds_since(start) < 10);
    CHECK((inspected.exit_code == 0 || inspected.exit_code == 104));
    if (inspected.exit_code == 104) ++refused;
  }
  CHECK(refused > 0);
  CHECK(kilobytes_of_children() < most_kilobytes);
}

}  // namespace rehearse
