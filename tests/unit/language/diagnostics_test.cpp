#include "language/diagnostics.hpp"

#include <catch2/catch.hpp>
#include <ctime>

#include "language/document.hpp"

using namespace rehearse;

TEST_CASE("a hundred mistakes far out in one line once took a minute to show", "[language]") {
  Diagnostics diagnostics;
  const std::string line = std::string(4'000'000, ' ') + std::string(200, 'x');
  const int file = diagnostics.add_source("line.toml", "first\n" + line + "\nlast\n");
  for (int i = 0; i < 100; ++i) diagnostics.add({file, 2, 4'000'001 + i}, "wrong");
  const std::clock_t start = std::clock();

  const std::string text = diagnostics.text();

  // Before: every excerpt read the line from its start, character by character into strings.
  CHECK(std::clock() - start < 5 * CLOCKS_PER_SEC);
  CHECK_THAT(
      text, Catch::Contains("line.toml:2:4000001: error: wrong\n   2 | ..." + std::string(80, ' ') +
                            std::string(16, 'x') + "...\n     | " + std::string(83, ' ') + "^\n"));
  CHECK(text.size() < 100 * 300);
}

TEST_CASE("excerpts of one line stand under their columns whatever is before them", "[language]") {
  Diagnostics diagnostics;
  const int file = diagnostics.add_source("a.toml",
                                          "\u00e4b\xff"
                                          "d\r\n" +
                                              std::string(90, 'y') + "z");
  diagnostics.add({file, 1, 4}, "fourth");
  diagnostics.add({file, 1, 1}, "first");
  diagnostics.add({file, 2, 91}, "z");

  CHECK(diagnostics.text() ==
        "a.toml:1:1: error: first\n   1 | \u00e4b?d\n     | ^\n"
        "a.toml:1:4: error: fourth\n   1 | \u00e4b?d\n     |    ^\n"
        "a.toml:2:91: error: z\n   2 | ..." +
            std::string(80, 'y') + "z\n     | " + std::string(83, ' ') + "^\n");
}

TEST_CASE("hints are looked for only where a mistake is shown", "[language]") {
  Diagnostics diagnostics;
  const int file = diagnostics.add_source("a.toml", "text\n");
  int asked = 0;
  for (int i = 0; i < 5'000; ++i) {
    diagnostics.add({file, 1, 1}, "wrong", [&asked] {
      ++asked;
      return std::string("did you mean 'b'?");
    });
  }

  const std::string text = diagnostics.text();

  CHECK(asked == 100);
  CHECK_THAT(text, Catch::EndsWith("and 4,900 more mistakes\n"));
}

TEST_CASE("paths are found in large tables as in small ones", "[language]") {
  Node root = Node::of_table();
  Node& services = root.add("services", Node::of_table());
  for (int i = 0; i < 1'000; ++i) {
    Node service = Node::of_table();
    service.add("instances", Node::of_integer(i));
    services.add("s" + std::to_string(i), std::move(service));
  }
  NodeFinder finder(root);

  CHECK(finder.nearest("services.s7.instances").integer == 7);
  CHECK(finder.nearest("services.s999.instances.more").integer == 999);
  CHECK(&finder.nearest("services.none.instances") == root.find("services"));
}
