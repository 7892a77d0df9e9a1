#include <regex>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/end_to_end/program.hpp"

namespace rehearse {
namespace {

/// Where lines break is the page's affair, and how long a run took the machine's.
std::string plain(const std::string& text) {
  static const std::regex blanks(R"(\s+)");
  static const std::regex pace(R"( spans in [0-9.]+m?s\.)");
  return std::regex_replace(std::regex_replace(text, blanks, " "), pace, " spans.");
}

/// What README.md shows of the demo, in pieces: "..." stands for what it leaves out.
std::vector<std::string> shown_pieces(const std::string& page) {
  const std::size_t begin = page.find("pricing is 200 ms slower");
  const std::size_t end = page.find("Outcome file", begin);
  const std::string block = page.substr(begin, end - begin);
  static const std::regex omission(R"(\n\s*\.\.\.\n)");
  std::vector<std::string> pieces;
  for (std::sregex_token_iterator piece(block.begin(), block.end(), omission, -1), none;
       piece != none; ++piece) {
    pieces.push_back(plain(*piece));
  }
  return pieces;
}

}  // namespace

TEST_CASE("README.md shows what the demo says", "[.slow]") {
  const testing::Workplace place;
  const std::string page = place.content(REHEARSE_SOURCE_DIR "/README.md");
  const std::string samples = REHEARSE_SOURCE_DIR "/scenarios/samples/";
  place.write("recorded_shop.toml", place.content(samples + "recorded_shop.toml"));
  const testing::Finished learned = place.rehearse(
      {"calibrate", REHEARSE_SOURCE_DIR "/tests/testbed/recording/shop.otlp.jsonl.gz", "-o",
       "recorded_shop.model.toml"});
  REQUIRE(learned.exit_code == 0);

  const testing::Finished run = place.rehearse({"run", "recorded_shop.toml"});

  CHECK(run.exit_code == 99);
  const std::string said = plain(run.output);
  const std::vector<std::string> pieces = shown_pieces(page);
  CHECK(pieces.size() > 3);
  for (const std::string& piece : pieces) CHECK_THAT(said, Catch::Contains(piece));
}

}  // namespace rehearse
