#include "models/policies/load_balancer.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "sim/expects.hpp"
#include "tests/support/scripted_stream.hpp"

namespace rehearse {
namespace {

/// Chooses among instances with so many attempts outstanding.
class Chooser {
 public:
  Chooser(const LoadBalancerSpec& spec, std::vector<int> outstanding)
      : balancer_(spec), outstanding_(std::move(outstanding)) {}

  std::uint32_t choose(const std::vector<double>& luck) {
    return balancer_.choose(
        static_cast<std::uint32_t>(outstanding_.size()), cursor_,
        [&] { return testing::ScriptedStream(luck); },
        [&](std::uint32_t place) { return outstanding_[place]; });
  }

 private:
  LoadBalancer balancer_;
  std::vector<int> outstanding_;
  std::uint32_t cursor_ = 0;
};

}  // namespace

TEST_CASE("round robin takes all in turn and draws nothing", "[models]") {
  Chooser chooser({.policy = BalancingPolicy::round_robin}, {0, 0, 0});

  CHECK(chooser.choose({}) == 0);
  CHECK(chooser.choose({}) == 1);
  CHECK(chooser.choose({}) == 2);
  CHECK(chooser.choose({}) == 0);
}

TEST_CASE("random draws once", "[models]") {
  Chooser chooser({.policy = BalancingPolicy::random}, {0, 0, 0, 0});

  CHECK(chooser.choose({0.30}) == 1);
  CHECK(chooser.choose({0.99}) == 3);
  CHECK_THROWS_AS(chooser.choose({}), ContractViolation);
}

TEST_CASE("least request takes the least loaded of those drawn, of equals the first", "[models]") {
  Chooser chooser({.policy = BalancingPolicy::least_request, .choice_count = 3}, {5, 2, 2, 0});

  CHECK(chooser.choose({0.1, 0.3, 0.6}) == 1);
  CHECK(chooser.choose({0.6, 0.3, 0.1}) == 2);
  CHECK(chooser.choose({0.1, 0.9, 0.3}) == 3);
  CHECK(chooser.choose({0.1, 0.1, 0.1}) == 0);  // with replacement
}

TEST_CASE("of one instance there is no choice and no draw", "[models]") {
  for (const auto policy :
       {BalancingPolicy::round_robin, BalancingPolicy::random, BalancingPolicy::least_request}) {
    Chooser chooser({.policy = policy}, {7});
    CHECK(chooser.choose({}) == 0);
  }
}

TEST_CASE("a choice among no draws is a bug", "[models]") {
  CHECK_THROWS_AS(LoadBalancer({.choice_count = 0}), ContractViolation);
}

}  // namespace rehearse
