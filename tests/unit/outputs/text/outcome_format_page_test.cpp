#include "outputs/text/outcome_format_page.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "outputs/atomic_file.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse {

TEST_CASE("docs/outcome_format.md is what the writer's table says", "[outputs]") {
  const std::string path = REHEARSE_SOURCE_DIR "/docs/outcome_format.md";
  if (std::getenv("REHEARSE_ACCEPT") != nullptr) write_atomically(path, outcome_format_page());

  CHECK(testing::content_of(path) == outcome_format_page());
}

}  // namespace rehearse
