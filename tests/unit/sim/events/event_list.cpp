#include "sim/events/event_list.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <vector>

#include "sim/random/random_stream.hpp"
#include "sim/random/ziggurat.hpp"

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

/// A list beside an ordered map that cannot be wrong. Every event taken from the one must be the
/// first of the other.
class Compared {
 public:
  using Delay = std::function<Duration(RandomStream&)>;

  explicit Compared(std::uint64_t seed) : luck(seed, 0, 0) {}

  void set_lanes(std::uint32_t count) { events.set_lanes(count); }

  void add(Duration delay) {
    const Planned event = plan(now + delay);
    events.schedule(event.time, event.order, {event.number});
  }

  /// A lane's delay is its number, in microseconds: lane 0 is the present instant.
  void add_in(std::uint32_t lane) {
    const Planned event = plan(now + Duration::microseconds(lane));
    events.schedule_in(lane, event.time, event.order, {event.number});
  }

  void add_at(Time time) {
    const Planned event = plan(time);
    events.schedule(event.time, event.order, {event.number});
  }

  /// Many times over: compares without Catch, whose assertions are slow, until something differs.
  void take() {
    const auto first = truth_.begin();
    const bool same_instant = events.next_time() == first->first.first;
    const bool same_size = events.size() == truth_.size();
    const Notes::Event event = events.pop();
    if (!same_instant || !same_size || event.time != first->first.first ||
        event.order != first->first.second || event.payload.number != first->second) {
      INFO("event " << first->second << " of " << made_ << ", taken: " << event.payload.number);
      REQUIRE(same_size);
      REQUIRE(same_instant);
      REQUIRE(event.order == first->first.second);
      REQUIRE(event.payload.number == first->second);
    }
    if (event.time != Time::never()) now = event.time;
    truth_.erase(first);
  }

  void take_all() {
    while (!truth_.empty()) take();
    REQUIRE(events.empty());
    REQUIRE(events.next_time() == Time::never());
  }

  void clear() {
    events.clear();
    truth_.clear();
    now = Time();
  }

  std::size_t size() const { return truth_.size(); }

  Notes events;
  RandomStream luck;
  Time now;

 private:
  Planned plan(Time time) {
    const Planned event{time, luck.bits() << 24 | std::uint64_t(made_), made_};
    ++made_;
    truth_[{event.time, event.order}] = event.number;
    return event;
  }

  std::map<std::pair<Time, std::uint64_t>, int> truth_;
  int made_ = 0;
};

Duration nanoseconds(double count) {
  return Duration::rounded_nanoseconds(count);
}

struct NamedDelay {
  const char* name;
  Compared::Delay delay;
};

/// What has hurt calendars: ties, gaps, tails, and dense events among sparse ones.
std::vector<NamedDelay> delays() {
  return {
      {"exponential", [](RandomStream& s) { return nanoseconds(1e6 * standard_exponential(s)); }},
      {"dense", [](RandomStream& s) { return nanoseconds(20 * standard_exponential(s)); }},
      {"none", [](RandomStream&) { return Duration(); }},
      {"constant", [](RandomStream&) { return Duration::milliseconds(1); }},
      {"few instants",
       [](RandomStream& s) { return Duration::milliseconds(std::int64_t(s.below(4))); }},
      {"bimodal",
       [](RandomStream& s) {
         return nanoseconds(1e3 * standard_exponential(s) * (s.chance(0.5) ? 1e6 : 1));
       }},
      {"heavy tail",
       [](RandomStream& s) { return nanoseconds(10 * portable_exp(2 * standard_exponential(s))); }},
      {"bursts",
       [](RandomStream& s) {
         return s.chance(0.01) ? Duration::seconds(1) : nanoseconds(double(s.below(1000)));
       }},
      {"one in a hundred is near",
       [](RandomStream& s) { return nanoseconds(s.chance(0.01) ? 5 : 1e9 * s.uniform()); }},
      {"centuries", [](RandomStream& s) { return nanoseconds(1e14 * standard_exponential(s)); }},
  };
}

/// Holds about `population` events for so many steps, now and then more or fewer.
void hold(Compared& both, const Compared::Delay& delay, std::size_t population, int steps) {
  for (int i = 0; i < steps; ++i) {
    while (both.size() < population) both.add(delay(both.luck));
    both.take();
    if (both.luck.chance(0.3)) both.add(delay(both.luck));
    if (both.size() > 2 * population) both.take();
  }
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

TEST_CASE("an empty list never comes", "[sim]") {
  Notes events;
  CHECK(events.next_time() == Time::never());
  events.schedule(at(5), 1, {1});
  CHECK(events.next_time() == at(5));
  events.clear();
  CHECK(events.empty());
  CHECK(events.next_time() == Time::never());
}

TEST_CASE("whatever the delays, the earliest event leaves", "[sim]") {
  for (const NamedDelay& kind : delays()) {
    for (const std::size_t population : {1U, 7U, 60U, 700U, 6000U}) {
      INFO(kind.name << ", " << population);
      Compared both(population);

      hold(both, kind.delay, population, 30'000);

      both.take_all();
    }
  }
}

TEST_CASE("a list that has learnt one density follows another", "[sim]") {
  Compared both(4);
  for (int round = 0; round < 2; ++round) {
    for (const NamedDelay& kind : delays()) {
      INFO(kind.name);
      hold(both, kind.delay, round == 0 ? 300 : 2000, 10'000);
    }
  }
  both.take_all();
}

TEST_CASE("a population may grow a thousandfold and shrink again", "[sim]") {
  for (const NamedDelay& kind : delays()) {
    INFO(kind.name);
    Compared both(5);
    both.add(Duration());
    for (int round = 0; round < 2; ++round) {
      while (both.size() < 20'000) {
        both.take();
        for (int i = 0; i < 3; ++i) both.add(kind.delay(both.luck));
      }
      while (both.size() > 5) {
        both.take();
        if (both.luck.chance(0.3)) both.add(kind.delay(both.luck));
      }
    }
    both.take_all();
  }
}

TEST_CASE("an event may come before those that were next, after any pause", "[sim]") {
  // As messages from another partition do: the list has opened a bucket far ahead by then.
  for (const std::size_t population : {3U, 100U, 3000U}) {
    Compared both(6);
    for (int i = 0; i < 20'000; ++i) {
      while (both.size() < population) {
        both.add(nanoseconds(1e9 * standard_exponential(both.luck)));
      }
      both.take();
      const Duration pause = both.events.next_time() - both.now;
      if (both.luck.chance(0.5)) both.add(scaled(pause, both.luck.uniform()));
      if (both.luck.chance(0.1)) both.add(Duration());
      if (both.luck.chance(0.001)) {
        for (int burst = 0; burst < 500; ++burst) both.add(scaled(pause, both.luck.uniform()));
      }
    }
    both.take_all();
  }
}

TEST_CASE("a drained list goes on wherever time has got to", "[sim]") {
  Compared both(7);
  for (int round = 0; round < 40; ++round) {
    for (int i = 0; i < 200; ++i) both.add(nanoseconds(1e5 * standard_exponential(both.luck)));
    both.take_all();
    both.now = both.now + Duration::hours(round);
  }
}

TEST_CASE("a list that empties from its last bucket goes on", "[sim]") {
  Compared both(9);
  for (const int at_once : {20, 60, 100, 3000}) {
    for (int i = 0; i < 60; ++i) both.add(Duration::microseconds(i));
    for (int i = 0; i < at_once; ++i) both.add(Duration::seconds(1));
    both.take_all();
    for (int i = 0; i < 5; ++i) {
      both.add(Duration::seconds(i));
      both.take_all();
    }
  }
}

TEST_CASE("the last instants of all are instants like others", "[sim]") {
  for (const std::size_t population : {2U, 50U, 2000U}) {
    Compared both(8);
    for (std::size_t i = 0; i < population; ++i) {
      both.add_at(Time::never());
      both.add_at(Time::never() - Duration::nanoseconds(std::int64_t(both.luck.below(1000))));
      both.add(Duration::nanoseconds(std::int64_t(both.luck.below(1000))));
    }
    both.take_all();
  }
}

TEST_CASE("lanes and the queue leave in one order", "[sim]") {
  for (const std::uint32_t lanes : {1U, 2U, 3U, 8U, 9U, 16U, 40U}) {
    INFO(lanes << " lanes");
    Compared both(lanes);
    both.set_lanes(lanes);
    for (int round = 0; round < 2; ++round) {
      for (int i = 0; i < 20'000; ++i) {
        const std::uint64_t more = both.luck.below(both.size() < 300 ? 4 : 2);
        for (std::uint64_t k = 0; k < more; ++k) {
          both.add_in(static_cast<std::uint32_t>(both.luck.below(lanes)));
        }
        if (both.luck.chance(0.5)) both.add(nanoseconds(1e4 * standard_exponential(both.luck)));
        if (both.size() > 0) both.take();
      }
      both.take_all();
    }
    both.add_in(lanes - 1);
    both.clear();
    both.add_in(0);
    both.take_all();
  }
}

TEST_CASE("lanes cannot be counted anew while events are pending", "[sim]") {
  Notes events;
  events.set_lanes(2);
  events.schedule_in(1, at(1), 1, {1});

  CHECK_THROWS_AS(events.set_lanes(3), ContractViolation);
}

TEST_CASE("a copy pops what the original pops", "[sim]") {
  for (const NamedDelay& kind : delays()) {
    for (const std::size_t population : {20U, 1000U}) {
      INFO(kind.name << ", " << population);
      Compared both(9);
      both.set_lanes(9);
      hold(both, kind.delay, population, 5000);
      for (std::uint32_t lane = 0; lane < 9; ++lane) both.add_in(lane);

      Compared copy = both;
      copy.take_all();
      hold(both, kind.delay, population, 5000);

      both.take_all();
    }
  }
}

TEST_CASE("a cleared list behaves like a new one", "[sim]") {
  // Also where two events share their time and their order, and only history could tell.
  const auto story = [](Notes& events) {
    RandomStream luck(10, 0, 0);
    std::vector<int> numbers;
    for (int i = 0; i < 3000; ++i) {
      events.schedule(at(std::int64_t(luck.below(500))), luck.below(3), {i});
      if (i % 3 == 0) events.schedule_in(0, at(1000), 7, {i});
    }
    while (!events.empty()) numbers.push_back(events.pop().payload.number);
    return numbers;
  };
  Notes fresh;
  fresh.set_lanes(1);
  Notes used;
  used.set_lanes(1);
  for (int i = 0; i < 5000; ++i) used.schedule(at(std::int64_t{1} << i % 60), 1, {i});
  for (int i = 0; i < 1000; ++i) used.pop();

  used.clear();

  CHECK(used.size() == 0);
  CHECK(story(used) == story(fresh));
}
