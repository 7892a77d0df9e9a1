#include <regex>

#include <catch2/catch.hpp>

#include "tests/end_to_end/small_scenarios.hpp"

namespace rehearse {

TEST_CASE("cmake --install once ended with 0 and installed nothing", "[end_to_end]") {
  const testing::Workplace place;

  const testing::Finished installed = place.run(
      {"sh", "-c", REHEARSE_CMAKE " --install " REHEARSE_BUILD_DIR " --prefix \"$PWD/there\""});
  const testing::Finished version = place.run({"there/bin/rehearse", "--version"});
  const std::string documents = "there/share/doc/rehearse/";
  const testing::Finished run =
      place.run({"there/bin/rehearse", "run", documents + "scenarios/samples/slow_payments.toml",
                 "--replications", "2"});

  CAPTURE(installed.errors, run.errors);
  CHECK(installed.exit_code == 0);
  CHECK_THAT(version.output, Catch::StartsWith("rehearse "));
  CHECK_THAT(run.output, Catch::Contains("Outcome file slow_payments.h5"));
  for (const std::string page : {"README.md", "LICENSE", "docs/language.md", "docs/columns.md"}) {
    CAPTURE(page);
    CHECK(place.has(documents + page));
  }
  const std::string page = place.content(documents + "README.md");
  const std::regex link(R"(\]\(([^)#:]+)\))");
  for (std::sregex_iterator match(page.begin(), page.end(), link), end; match != end; ++match) {
    const std::string target = (*match)[1];
    CAPTURE(target);
    CHECK(place.has(documents + target));
  }
}

TEST_CASE("the first examples of the README are found by a shell", "[end_to_end]") {
  const testing::Workplace place;
  const std::string page = place.content(REHEARSE_SOURCE_DIR "/README.md");
  const std::size_t verbs = page.find("## The verbs");

  const std::size_t said = page.find("build/release/rehearse", verbs);

  CHECK(said < page.find("\n    rehearse ", verbs));
  CHECK(page.find("cmake --install build/release", verbs) < page.find("\n    rehearse ", verbs));
}

}  // namespace rehearse
