#include "language/spec_path.hpp"

#include <catch2/catch.hpp>

using namespace rehearse;

TEST_CASE("a path that was written is read back, whatever the names", "[language]") {
  const std::vector<PathPart> parts{std::string("services"),
                                    std::string("a.b"),
                                    std::string("endpoints"),
                                    std::string("GET /\"x\"\\[0]"),
                                    std::string("behaviours"),
                                    std::size_t{12},
                                    std::string("")};

  const auto read = parse_path(path_text(parts));

  REQUIRE(read);
  CHECK(*read == parts);
}

TEST_CASE("what is not a path is refused", "[language]") {
  for (const char* text : {"", ".", "a.", ".a", "a..b", "a[", "a[x]", "a[1", "a.\"b", "a\"b\"x.",
                           "a[]", "a.[0]", "a[99999999999]"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_path(text).has_value());
  }
}
