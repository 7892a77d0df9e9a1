#include "scenarios/language_page.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace rehearse;

TEST_CASE("the reference page is what the table of the parser says", "[scenarios]") {
  const std::string path = REHEARSE_SOURCE_DIR "/docs/language.md";
  if (std::getenv("REHEARSE_ACCEPT") != nullptr) std::ofstream(path) << language_page();

  std::ifstream stream(path);
  const std::string page((std::istreambuf_iterator<char>(stream)),
                         std::istreambuf_iterator<char>());

  CHECK(page == language_page());
}
