#include "calibrate/learn/p_values.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace rehearse {

TEST_CASE("tails are those of the binomial and of the normal law", "[calibrate]") {
  CHECK(at_least(0, 10, 0.5) == 1);
  CHECK(at_least(10, 10, 0.5) == Approx(1.0 / 1024));
  CHECK(at_least(9, 10, 0.5) == Approx(11.0 / 1024));
  CHECK_THROWS(at_least(3, 2, 0.5));
  CHECK(normal_tail(0) == Approx(0.5));
  CHECK(normal_tail(1.6448536) == Approx(0.05).epsilon(1e-6));
}

TEST_CASE("marked values are compared within their stratum only", "[calibrate]") {
  std::vector<RankSum::Value> low;
  std::vector<RankSum::Value> high;
  for (int i = 0; i < 40; ++i) {
    low.push_back({static_cast<double>(i), i % 2 == 0});
    high.push_back({static_cast<double>(1000 + i), i < 4});
  }
  RankSum apart;
  apart.add_stratum(low);
  RankSum both;
  both.add_stratum({{1, false}, {2, false}, {3, false}, {4, true}, {5, true}, {6, true}});

  // 20 of 40, each a rank before one that is not marked.
  CHECK(apart.p_value() == Approx(normal_tail(-10 / 36.96846)).epsilon(1e-4));
  // Three of six are the largest: one of 20 orders; the normal law says z = 1.96.
  CHECK(both.p_value() == Approx(normal_tail(4.5 / 2.29129)).epsilon(1e-4));
  CHECK(RankSum().p_value() == 1);
  both.add_stratum(high);
  CHECK(both.p_value() > 0.05);
}

TEST_CASE("ranks that rise together are told, and falling ones are not", "[calibrate]") {
  std::vector<double> rising;
  std::vector<double> falling;
  for (int i = 0; i < 20; ++i) {
    rising.push_back(i * i);
    falling.push_back(-i);
  }

  CHECK(rank_correlation_p_value(rising, rising) < 1e-4);
  CHECK(rank_correlation_p_value(rising, falling) > 0.999);
  CHECK(rank_correlation_p_value({1, 2}, {1, 2}) == 1);
  CHECK(rank_correlation_p_value(rising, std::vector<double>(20, 3)) == 1);
}

TEST_CASE("Holm rejects from the least on, until one may be chance", "[calibrate]") {
  CHECK(rejected_by_holm({0.01, 0.04, 0.03, 0.005}, 0.05) ==
        std::vector<bool>{true, false, false, true});
  CHECK(rejected_by_holm({0.02, 0.02, 0.02}, 0.05) == std::vector<bool>{false, false, false});
  CHECK(rejected_by_holm({}, 0.05).empty());
}

TEST_CASE("p-values are told to two digits, and very small ones as such", "[calibrate]") {
  CHECK(p_value_text(0.01234) == "p = 0.012");
  CHECK(p_value_text(1e-12) == "p < 1e-09");
}

}  // namespace rehearse
