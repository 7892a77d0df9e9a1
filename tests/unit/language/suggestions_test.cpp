#include "language/suggestions.hpp"

#include <catch2/catch.hpp>

using namespace rehearse;

TEST_CASE("the nearest word is found within a third of its letters", "[language]") {
  CHECK(nearest("instnaces", {"endpoints", "instances"}) == "instances");
  CHECK(nearest("time_out", {"timeout", "retry"}) == "timeout");
  CHECK(nearest("paymnet", {"payment", "shipping"}) == "payment");
  CHECK(nearest("zebra", {"payment", "shipping"}).empty());
  CHECK(nearest("a", {"b"}).empty());
  CHECK(nearest(std::string(1'000'000, 'x'), {std::string(1'000'000, 'y')}).empty());
}

TEST_CASE("of many names that are alike the nearest is found, swapped letters being one edit",
          "[language]") {
  std::vector<std::string> names;
  for (int i = 0; i < 20'000; ++i) names.push_back("name-of-a-service-" + std::to_string(i));
  CHECK(nearest("name-of-a-srevice-777", names) == "name-of-a-service-777");
  CHECK(nearest("name-of-a-service-77x", names) == "name-of-a-service-77");
  CHECK(nearest("ame-of-a-service-19999x", names) == "name-of-a-service-19999");
}

TEST_CASE("a hint names the nearest word as files write it, or says something else", "[language]") {
  CHECK(did_you_mean("time_out", {"timeout"}) == "did you mean 'timeout'?");
  CHECK(did_you_mean("fifi", {"fifo"}, "", '"') == "did you mean \"fifo\"?");
  CHECK(did_you_mean("zebra", {"fifo"}, "there is only 'fifo'") == "there is only 'fifo'");
  CHECK(quoted_choices({"a", "b", "c"}) == R"("a", "b" or "c")");
}
