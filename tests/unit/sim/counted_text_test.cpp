#include "sim/counted_text.hpp"

#include <catch2/catch.hpp>

namespace rehearse {

TEST_CASE("one is singular, none and several are plural", "[counted_text]") {
  CHECK(counted(0, "span") == "0 spans");
  CHECK(counted(1, "span") == "1 span");
  CHECK(counted(2, "span") == "2 spans");
  CHECK(counted(1, "branch", "branches") == "1 branch");
  CHECK(counted(2, "branch", "branches") == "2 branches");
  CHECK(agreeing(1, "goes", "go") == "goes");
  CHECK(agreeing(2, "goes", "go") == "go");
}

TEST_CASE("long counts are read in groups of three digits", "[counted_text]") {
  CHECK(count_text(12) == "12");
  CHECK(count_text(1234567) == "1,234,567");
  CHECK(counted(1000, "instance") == "1,000 instances");
}

}  // namespace rehearse
