// The decision, against sequences that were worked out by hand from the pseudo-code of RFC 8289,
// section 5. Times are in milliseconds, with 5 and 100 for target and interval.

#include "models/policies/codel.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

namespace rehearse {
namespace {

constexpr double tick = 1e-6;  // a nanosecond

Duration milliseconds(double count) {
  return Duration::rounded_seconds(count / 1000);
}

/// A queue in which so many wait, asked at one instant after another.
struct Asked {
  Codel codel{CodelSpec{}};
  Codel::State state;

  /// Those that come first have waited for so long, the others for as long as the last of them.
  std::uint32_t drops(double now, const std::vector<double>& waits, std::uint32_t waiting = 1'000) {
    std::size_t asked = 0;
    const auto joined = [&] {
      const double wait = waits[std::min(asked++, waits.size() - 1)];
      return Time::after_start(milliseconds(now) - milliseconds(wait));
    };
    return codel.drops(state, Time::after_start(milliseconds(now)), waiting, joined);
  }
  std::uint32_t drops(double now, double wait) { return drops(now, std::vector<double>{wait}); }
  /// One at `now`, and none a nanosecond before.
  bool first_drops_at(double now, double wait = 10) {
    return drops(now - tick, wait) == 0 && drops(now, wait) == 1;
  }
};

/// Drops one each at 1100, 1200 and so on until four were dropped: count is 4 then, and the next
/// drop is due at 1378.445705.
Asked after_four_drops() {
  Asked queue;
  queue.drops(1000, 10);
  for (const double now : {1100.0, 1200.0, 1270.710678, 1328.445705}) queue.drops(now, 10);
  return queue;
}

}  // namespace

TEST_CASE("nobody is dropped while waits are below the target", "[models]") {
  Asked queue;
  for (int now = 1000; now < 3000; ++now) CHECK(queue.drops(now, 5 - tick) == 0);
}

TEST_CASE("nobody is dropped before waits have been long for an interval", "[models]") {
  Asked queue;
  for (int round = 1; round <= 20; ++round) {
    const int start = 1000 * round;
    for (int now = start; now < start + 100; ++now) CHECK(queue.drops(now, 50) == 0);
    CHECK(queue.drops(start + 100, 5 - tick) == 0);
  }
}

TEST_CASE("a wait of the very target is too long", "[models]") {
  Asked queue;
  CHECK(queue.drops(1000, 5) == 0);
  CHECK(queue.first_drops_at(1100, 5));
}

TEST_CASE("the first is dropped an interval after waits became long, then ever sooner",
          "[models]") {
  Asked queue;
  CHECK(queue.drops(1000, 10) == 0);

  CHECK(queue.first_drops_at(1100));
  CHECK(queue.first_drops_at(1200));         // + 100 / sqrt(1)
  CHECK(queue.first_drops_at(1270.710678));  // + 100 / sqrt(2) = 70.710678
  CHECK(queue.first_drops_at(1328.445705));  // + 100 / sqrt(3) = 57.735027
  CHECK(queue.first_drops_at(1378.445705));  // + 100 / sqrt(4) = 50
  CHECK(queue.first_drops_at(1423.167065));  // + 100 / sqrt(5) = 44.721360
  CHECK(queue.state.count == 6);
}

TEST_CASE("drops that are overdue come at once", "[models]") {
  Asked queue;
  queue.drops(1000, 10);
  queue.drops(1100, 10);

  // Due at 1200, 1270.7, 1328.4 and 1378.4; the next at 1423.2.
  CHECK(queue.drops(1400, 10) == 4);
  CHECK(queue.first_drops_at(1423.167065));
}

TEST_CASE("dropping begins with one, however late it is asked, and however long the next waits",
          "[models]") {
  Asked queue;
  queue.drops(1000, 10);

  CHECK(queue.drops(5000, 4000) == 1);
  CHECK(queue.first_drops_at(5100, 4000));
}

TEST_CASE("a short wait ends the dropping", "[models]") {
  Asked queue = after_four_drops();

  CHECK(queue.drops(1400, {5 - tick, 10}) == 0);

  CHECK_FALSE(queue.state.dropping);
  for (int now = 1401; now < 1501; ++now) CHECK(queue.drops(now, 10) == 0);
}

TEST_CASE("a short wait behind one that is dropped ends the dropping, too", "[models]") {
  Asked queue = after_four_drops();

  CHECK(queue.drops(1600, {10, 10, 4, 10}) == 2);

  CHECK_FALSE(queue.state.dropping);
  CHECK(queue.drops(1601, 10) == 0);
}

TEST_CASE("a short wait behind the first that is dropped starts the interval anew", "[models]") {
  Asked queue;
  queue.drops(1000, 10);

  CHECK(queue.drops(1100, {10, 4}) == 1);

  CHECK(queue.drops(1150, 10) == 0);
  CHECK(queue.drops(1200, 10) == 0);  // 1200 would be the second
  CHECK(queue.first_drops_at(1250));
}

TEST_CASE("dropping that begins again soon goes on at about the rate it had", "[models]") {
  Asked queue = after_four_drops();
  queue.drops(1350, 4);
  queue.drops(1400, 10);

  CHECK(queue.first_drops_at(1500));  // 4 drops since there was 1: 3
  CHECK(queue.state.count == 3);
  CHECK(queue.first_drops_at(1557.735027));
  CHECK(queue.first_drops_at(1607.735027));
  queue.drops(1620, 4);
  queue.drops(1630, 10);

  CHECK(queue.first_drops_at(1730));  // 5 since there were 3: 2
  CHECK(queue.state.count == 2);
  queue.drops(1731, 4);
  queue.drops(1732, 10);

  CHECK(queue.first_drops_at(1832));  // none since there were 2: 1
  CHECK(queue.state.count == 1);
}

TEST_CASE("dropping that begins again after sixteen intervals begins slowly", "[models]") {
  for (const double late : {-tick, 0.0}) {
    Asked queue = after_four_drops();  // the next was due at 1378.445705
    queue.drops(1350, 4);
    const double again = 1378.445705 + 1600 + late;
    queue.drops(again - 100, 10);

    CHECK(queue.drops(again, 10) == 1);

    CHECK(queue.state.count == (late < 0 ? 3 : 1));
  }
}

TEST_CASE("a drop that ends the dropping does not say when the next would be due", "[models]") {
  for (const double late : {-tick, 0.0}) {
    Asked queue = after_four_drops();
    CHECK(queue.drops(1378.445705, {10, 4}) == 1);
    const double again = 1378.445705 + 1600 + late;
    queue.drops(again - 100, 10);

    CHECK(queue.drops(again, 10) == 1);

    CHECK(queue.state.count == (late < 0 ? 4 : 1));
  }
}

TEST_CASE("the last who waits is served", "[models]") {
  Asked alone;
  for (int now = 1000; now < 2000; ++now) CHECK(alone.drops(now, {500}, 1) == 0);

  Asked two;
  two.drops(1000, 10);
  CHECK(two.drops(1100, {10}, 2) == 1);

  Asked three = after_four_drops();
  CHECK(three.drops(9000, {10}, 3) == 2);
  CHECK_FALSE(three.state.dropping);
}

TEST_CASE("who is served at once has not waited", "[models]") {
  Asked queue;
  queue.drops(1000, 10);
  queue.codel.note_no_wait(queue.state);
  CHECK(queue.drops(1200, 10) == 0);
  CHECK(queue.first_drops_at(1300));

  Asked dropping = after_four_drops();
  dropping.codel.note_no_wait(dropping.state);
  CHECK(dropping.drops(1400, 10) == 0);
  CHECK(dropping.drops(1500 - tick, 10) == 0);
}

TEST_CASE("pauses that round to nothing still are some", "[models]") {
  Asked queue;
  queue.codel = Codel({.target = milliseconds(5), .interval = Duration::nanoseconds(1)});
  queue.drops(1000, 10);
  queue.drops(1001, 10);

  CHECK(queue.drops(1001 + 10 * tick, 10) == 10);
}

TEST_CASE("a delay that cannot be controlled is a bug", "[models]") {
  CHECK_THROWS_AS(Codel({.target = Duration()}), ContractViolation);
  CHECK_THROWS_AS(Codel({.interval = Duration()}), ContractViolation);
  Asked queue;
  CHECK_THROWS_AS(queue.drops(1000, {10}, 0), ContractViolation);
  CHECK_THROWS_AS(queue.drops(1000, -1), ContractViolation);
}

}  // namespace rehearse
