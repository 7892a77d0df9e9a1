#include "sim/event_list.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "sim/random_stream.hpp"

using namespace rehearse;

namespace {

struct Note {
  int number = 0;
};

using Notes = EventList<Note>;

Time at(std::int64_t nanoseconds) {
  return Time::after_start(Duration::nanoseconds(nanoseconds));
}

struct Planned {
  Time time;
  std::uint64_t order = 0;
  int number = 0;
};

/// Events at few different instants, so that most are ties; orders are distinct.
std::vector<Planned> many_ties(std::size_t count, std::uint64_t seed) {
  RandomStream luck(seed, 0, 0);
  std::vector<Planned> plan;
  for (std::size_t i = 0; i < count; ++i) {
    plan.push_back({at(static_cast<std::int64_t>(luck.below(7))), (luck.bits() << 12) | i,
                    static_cast<int>(i)});
  }
  return plan;
}

std::vector<int> left_in_order(Notes& events) {
  std::vector<int> numbers;
  while (!events.empty()) numbers.push_back(events.pop().payload.number);
  return numbers;
}

}  // namespace

TEST_CASE("events leave by time, and at one instant by their order", "[sim]") {
  std::vector<Planned> plan = many_ties(2000, 1);
  Notes events;
  for (const Planned& event : plan) events.schedule(event.time, event.order, {event.number});

  std::sort(plan.begin(), plan.end(), [](const Planned& a, const Planned& b) {
    return a.time != b.time ? a.time < b.time : a.order < b.order;
  });
  std::vector<int> expected;
  for (const Planned& event : plan) expected.push_back(event.number);

  CHECK(left_in_order(events) == expected);
}

TEST_CASE("the order of ties does not depend on the order of scheduling", "[sim]") {
  std::vector<Planned> plan = many_ties(500, 2);
  Notes forwards;
  for (const Planned& event : plan) forwards.schedule(event.time, event.order, {event.number});
  std::reverse(plan.begin(), plan.end());
  Notes backwards;
  for (const Planned& event : plan) backwards.schedule(event.time, event.order, {event.number});

  CHECK(left_in_order(forwards) == left_in_order(backwards));
}

TEST_CASE("slots that are used again keep times, orders and payloads apart", "[sim]") {
  // The classic hold model beside a sorted list that cannot be wrong.
  RandomStream luck(3, 0, 0);
  Notes events;
  std::vector<Planned> truth;
  std::uint64_t order = 0;
  const auto add = [&](Time time) {
    ++order;
    events.schedule(time, order, {static_cast<int>(order)});
    truth.push_back({time, order, static_cast<int>(order)});
  };
  for (int i = 0; i < 50; ++i) add(at(static_cast<std::int64_t>(luck.below(100))));
  for (int i = 0; i < 5000; ++i) {
    const auto earliest =
        std::min_element(truth.begin(), truth.end(), [](const Planned& a, const Planned& b) {
          return a.time != b.time ? a.time < b.time : a.order < b.order;
        });
    REQUIRE(events.next_time() == earliest->time);
    const Notes::Event event = events.pop();
    REQUIRE(event.payload.number == earliest->number);
    REQUIRE(event.order == earliest->order);
    truth.erase(earliest);
    if (luck.chance(0.5)) add(event.time + Duration::nanoseconds(luck.below(20)));
    if (truth.size() < 50) add(event.time + Duration::nanoseconds(luck.below(20)));
  }
}

TEST_CASE("an empty list never comes", "[sim]") {
  Notes events;
  CHECK(events.next_time() == Time::never());
  events.schedule(at(5), 1, {1});
  CHECK(events.next_time() == at(5));
  events.clear();
  CHECK(events.empty());
  CHECK(events.next_time() == Time::never());
}
