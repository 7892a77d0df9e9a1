#include "models/outcomes/exit_code.hpp"

#include <catch2/catch.hpp>

#include "tests/support/page_row.hpp"

using namespace rehearse;

TEST_CASE("the pages tell the exit codes as the program does", "[models]") {
  for (const ExitCodeRow& row : exit_codes) {
    for (const char* page : {"README.md", "docs/architecture.md"}) {
      INFO(page);
      CHECK(testing::page_shows(page, {std::to_string(number_of(row.code)), row.meaning}, 1));
    }
  }
}
