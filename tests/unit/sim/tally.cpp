#include "tests/support/tally.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/digest.hpp"

using namespace rehearse;

namespace {

Time at(std::int64_t nanoseconds) {
  return Time::after_start(Duration::nanoseconds(nanoseconds));
}

}  // namespace

TEST_CASE("a tally knows count, mean and unbiased variance", "[sim]") {
  Tally tally;
  for (const double value : {2., 4., 4., 4., 5., 5., 7., 9.}) tally.add(value);

  CHECK(tally.count() == 8);
  CHECK(tally.mean() == Approx(5));
  CHECK(tally.variance() == Approx(32. / 7));
  CHECK(tally.standard_error() == Approx(std::sqrt(32. / 7 / 8)));
}

TEST_CASE("a tally keeps the variance of small differences of large numbers", "[sim]") {
  Tally tally;
  for (const double value : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) tally.add(value);

  CHECK(tally.variance() == Approx(30).epsilon(1e-12));  // E x^2 - (E x)^2 gives -170 or so
}

TEST_CASE("merged tallies agree with one tally of all values", "[sim]") {
  Tally all;
  Tally left;
  Tally right;
  for (int i = 0; i < 100; ++i) {
    all.add(std::sqrt(i));
    (i < 37 ? left : right).add(std::sqrt(i));
  }

  left.merge(right);
  left.merge(Tally());

  CHECK(left.count() == all.count());
  CHECK(left.mean() == Approx(all.mean()).epsilon(1e-14));
  CHECK(left.variance() == Approx(all.variance()).epsilon(1e-13));
}

TEST_CASE("an empty tally is all zeros, and takes over what is merged into it", "[sim]") {
  Tally empty;
  Tally one;
  one.add(3);

  CHECK(empty.mean() == 0);
  CHECK(empty.variance() == 0);
  CHECK(empty.standard_error() == 0);
  empty.merge(one);
  CHECK(empty.mean() == 3);
  CHECK(empty.count() == 1);
}

TEST_CASE("a time average weighs each level with the time it lasted", "[sim]") {
  TimeAverage busy;
  busy.set(at(10), 3);
  busy.set(at(20), 1);

  CHECK(busy.mean(at(40)) == (0. * 10 + 3. * 10 + 1. * 20) / 40);
  CHECK(busy.maximum() == 3);
  CHECK(busy.level() == 1);
}

TEST_CASE("a time average that is reset keeps the level and forgets the past", "[sim]") {
  TimeAverage busy;
  busy.set(at(10), 5);
  busy.set(at(20), 2);
  busy.reset(at(30));

  CHECK(busy.mean(at(30)) == 2);
  CHECK(busy.maximum() == 2);
  busy.set(at(40), 4);
  CHECK(busy.mean(at(50)) == 3);
}

TEST_CASE("the integral of a level is exact beyond 64 bits", "[sim]") {
  TimeAverage busy;
  busy.set(at(0), std::uint64_t{1} << 40);

  CHECK(busy.integral(at(std::int64_t{1} << 60)) == static_cast<unsigned __int128>(1) << 100);
}

TEST_CASE("a time average is not asked about the past", "[sim]") {
  TimeAverage busy;
  busy.set(at(10), 1);

  CHECK_THROWS_AS(busy.mean(at(9)), ContractViolation);
  CHECK_THROWS_AS(busy.set(at(9), 0), ContractViolation);
}

TEST_CASE("a digest depends on the values, their order and their number", "[sim]") {
  const auto digest_of = [](std::initializer_list<std::uint64_t> values) {
    Digest digest;
    for (const std::uint64_t value : values) digest.add(value);
    return digest.value();
  };

  CHECK(digest_of({1, 2}) == digest_of({1, 2}));
  CHECK(digest_of({1, 2}) != digest_of({2, 1}));
  CHECK(digest_of({0}) != digest_of({}));
  CHECK(digest_of({0, 0}) != digest_of({0}));
}

TEST_CASE("a digest is shown as sixteen hexadecimal digits", "[sim]") {
  CHECK(to_hex(0) == "0000000000000000");
  CHECK(to_hex(0x0123456789abcdefULL) == "0123456789abcdef");
}
