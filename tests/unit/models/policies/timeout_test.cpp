#include "models/policies/timeout.hpp"

#include <catch2/catch.hpp>

namespace rehearse {
namespace {

Time at(std::int64_t seconds) {
  return Time::after_start(Duration::seconds(seconds));
}

}  // namespace

TEST_CASE("who waits for ever has no deadline", "[models]") {
  CHECK(Timeout().deadline(at(5)) == Time::never());
  CHECK(Timeout().expires(at(5), Time::never()) == Time::never());
}

TEST_CASE("an attempt ends with its own time or with that of the call", "[models]") {
  const Timeout timeout(Duration::seconds(10), Duration::seconds(3));
  const Time deadline = timeout.deadline(at(1));

  CHECK(deadline == at(11));
  CHECK(timeout.expires(at(1), deadline) == at(4));
  CHECK(timeout.expires(at(9), deadline) == at(11));
}

TEST_CASE("a timeout that takes no time is a bug", "[models]") {
  CHECK_THROWS_AS(Timeout(Duration(), Duration::longest()), ContractViolation);
  CHECK_THROWS_AS(Timeout(std::nullopt, Duration()), ContractViolation);
}

}  // namespace rehearse
