// The hold model: take the earliest event, schedule it again. Increments are made beforehand, so
// that no generator is measured; orders are what the engine makes: an entity's address above its
// count, so that ties do not leave in the order of scheduling.

#include "sim/events/event_list.hpp"

#include <algorithm>
#include <array>
#include <queue>

#include "models/run/run_event.hpp"
#include "sim/random/ziggurat.hpp"
#include "tests/benchmarks/bench.hpp"

namespace rehearse::bench {
namespace {

using Event = ScheduledEvent<RunEvent>;

/// The event list before the ring of buckets: a four-ary heap of 16-byte entries.
class FourAryHeap {
 public:
  bool empty() const { return heap_.empty(); }

  void schedule(Time time, std::uint64_t order, const RunEvent& payload) {
    std::uint32_t slot;
    if (free_.empty()) {
      slot = static_cast<std::uint32_t>(slots_.size());
      slots_.push_back({order, payload});
    } else {
      slot = free_.back();
      free_.pop_back();
      slots_[slot] = {order, payload};
    }
    heap_.push_back({time, slot});
    sift_up(heap_.size() - 1);
  }

  Event pop() {
    const Entry top = heap_.front();
    const Slot& slot = slots_[top.slot];
    const Event event{top.time, slot.order, slot.payload};
    free_.push_back(top.slot);
    const Entry last = heap_.back();
    heap_.pop_back();
    if (!heap_.empty()) sift_down(last);
    return event;
  }

 private:
  struct Entry {
    Time time;
    std::uint32_t slot = 0;
  };
  struct Slot {
    std::uint64_t order;
    RunEvent payload;
  };

  bool before(const Entry& a, const Entry& b) const {
    if (a.time != b.time) [[likely]] {
      return a.time < b.time;
    }
    return slots_[a.slot].order < slots_[b.slot].order;
  }

  void sift_up(std::size_t position) {
    const Entry moving = heap_[position];
    while (position > 0) {
      const std::size_t parent = (position - 1) / 4;
      if (!before(moving, heap_[parent])) break;
      heap_[position] = heap_[parent];
      position = parent;
    }
    heap_[position] = moving;
  }

  void sift_down(const Entry& moving) {
    const std::size_t size = heap_.size();
    std::size_t position = 0;
    for (;;) {
      const std::size_t first = position * 4 + 1;
      if (first >= size) break;
      const std::size_t last = first + 4 < size ? first + 4 : size;
      std::size_t best = first;
      for (std::size_t child = first + 1; child < last; ++child) {
        if (before(heap_[child], heap_[best])) best = child;
      }
      if (!before(heap_[best], moving)) break;
      heap_[position] = heap_[best];
      position = best;
    }
    heap_[position] = moving;
  }

  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::uint32_t> free_;
};

/// The standard library's heap of whole events.
class StandardQueue {
 public:
  bool empty() const { return heap_.empty(); }
  void schedule(Time time, std::uint64_t order, const RunEvent& payload) {
    heap_.push({time, order, payload});
  }
  Event pop() {
    const Event event = heap_.top();
    heap_.pop();
    return event;
  }

 private:
  struct LeavesAfter {
    bool operator()(const Event& a, const Event& b) const { return leaves_before(b, a); }
  };
  std::priority_queue<Event, std::vector<Event>, LeavesAfter> heap_;
};

constexpr std::int64_t mean = 100'000'000;  // nanoseconds: few ties even among a million
constexpr std::uint32_t some = 8191;        // increments; a prime, and small enough for the cache

using Increments = std::vector<std::int64_t>;

template <class Law>
Increments increments_of(Law law) {
  RandomStream luck(1, 2, 3);
  Increments increments;
  for (std::uint32_t i = 0; i < some; ++i) {
    increments.push_back(static_cast<std::int64_t>(law(luck) * static_cast<double>(mean)));
  }
  return increments;
}

/// Fixed increments one after another, stretched a millionfold for events with `extra` 1.
struct Increase {
  Increments increments;
  std::uint32_t next = 0;

  Time operator()(Time now, const RunEvent& event) {
    next = next + 1 == some ? 0 : next + 1;
    return now + Duration::nanoseconds(increments[next] * (event.extra == 1 ? 1'000'000 : 1));
  }
};

/// A thousand events within each microsecond that begins a second, in as many seconds as needed.
struct Burst {
  std::int64_t clusters = 1;
  Increments increments;
  std::uint32_t next = 0;

  Time operator()(Time now, const RunEvent&) {
    next = next + 1 == some ? 0 : next + 1;
    const std::int64_t second = now.since_start() / Duration::seconds(1);
    return Time::after_start(Duration::seconds(second + clusters) +
                             Duration::nanoseconds(increments[next] % 1000));
  }
};

struct Population {
  std::uint32_t pending = 0;
  std::uint32_t near = 0xffffffffU;  // the others' increments are stretched
  bool one_far = false;              // and one more event, which never comes
  bool turns = false;                // at one instant, first scheduled leaves first
};

/// A list in a steady state, which every measurement goes on with.
template <class List, class Next>
class Hold {
 public:
  Hold(const Population& population, const Next& next) : next_(next), turns_(population.turns) {
    for (std::uint32_t entity = 0; entity < population.pending; ++entity) {
      RunEvent event;
      event.slot = entity;
      event.extra = entity < population.near ? 0 : 1;
      list_.schedule(next_(Time(), event), order_of(event), event);
    }
    if (population.one_far) list_.schedule(Time::never(), 0, {});
  }

  double rate(std::uint64_t count) {
    return static_cast<double>(count) / seconds_of([&] {
             for (std::uint64_t i = 0; i < count; ++i) {
               const Event event = list_.pop();
               list_.schedule(next_(event.time, event.payload), order_of(event.payload),
                              event.payload);
             }
           });
  }

 private:
  std::uint64_t order_of(const RunEvent& event) {
    ++made_;
    if (turns_) return made_;
    // Scrambled: the address of an entity is no guide to when it was made.
    return (std::uint64_t{event.slot} * 0x9E3779B1U & 0xffffffffU) << 32 | (made_ & 0xffffffffU);
  }

  List list_;
  Next next_;
  bool turns_;
  std::uint64_t made_ = 0;
};

/// The lists go on in turns, so that what disturbs the machine disturbs all. A turn is shorter than
/// the operating system's, but no shorter than a period of a periodic population.
template <class Next>
std::vector<Row> hold(const std::string& name, Population population, const Next& next) {
  const auto begin = [&]<class List>(List*) { return Hold<List, Next>(population, next); };
  auto ours = begin(static_cast<EventList<RunEvent>*>(nullptr));
  auto heap = begin(static_cast<FourAryHeap*>(nullptr));
  auto standard = begin(static_cast<StandardQueue*>(nullptr));
  const std::uint64_t steps = std::max(50'000U, population.pending);
  const int rounds = population.pending > 100'000 ? 9 : 41;
  const std::uint64_t warm_up = 200'000 + 2 * std::uint64_t{population.pending};
  ours.rate(warm_up);
  heap.rate(warm_up);
  standard.rate(warm_up);
  std::vector<double> rates;
  std::vector<double> to_heap;
  std::vector<double> to_standard;
  for (int i = 0; i < rounds; ++i) {
    const double rate = ours.rate(steps);
    const double heap_rate = heap.rate(steps);
    const double standard_rate = standard.rate(steps);
    rates.push_back(rate);
    to_heap.push_back(rate / heap_rate);
    to_standard.push_back(rate / standard_rate);
  }
  return {{name, median(rates), "holds/s", "4-ary heap", median(to_heap)},
          {name, median(rates), "holds/s", "std::priority_queue", median(to_standard)}};
}

/// From ten events to `most`, two for each that leaves, and back again. Events that left per
/// second.
template <class List>
double grow_and_shrink(std::uint32_t most, Increase next) {
  List list;
  std::uint64_t made = 0;
  std::uint64_t left = 0;
  const auto add = [&](Time now, std::uint64_t& size) {
    list.schedule(next(now, {}), ++made, {});
    ++size;
  };
  const double seconds = seconds_of([&] {
    std::uint64_t size = 0;
    while (size < 10) add(Time(), size);
    for (bool growing = true; growing || size > 10; ++left) {
      const Event event = list.pop();
      --size;
      if (growing || left % 2 == 0) add(event.time, size);
      if (growing) add(event.time, size);
      if (size >= most) growing = false;
    }
  });
  return static_cast<double>(left) / seconds;
}

std::vector<Row> grow(const std::string& name, const Increase& next) {
  std::vector<double> rates;
  std::vector<double> to_heap;
  std::vector<double> to_standard;
  for (int i = 0; i < 5; ++i) {
    const double rate = grow_and_shrink<EventList<RunEvent>>(1'000'000, next);
    rates.push_back(rate);
    to_heap.push_back(rate / grow_and_shrink<FourAryHeap>(1'000'000, next));
    to_standard.push_back(rate / grow_and_shrink<StandardQueue>(1'000'000, next));
  }
  return {{name, median(rates), "events/s", "4-ary heap", median(to_heap)},
          {name, median(rates), "events/s", "std::priority_queue", median(to_standard)}};
}

Increase exponential() {
  return {increments_of([](RandomStream& luck) { return standard_exponential(luck); })};
}

Increase always(double increment) {
  return {increments_of([=](RandomStream&) { return increment; })};
}

Increase bimodal() {
  return {increments_of([](RandomStream& luck) {
    return standard_exponential(luck) * (luck.chance(0.5) ? 1e6 : 1.0);
  })};
}

/// Without a variance: the exponent of the tail is 1.5.
Increase pareto() {
  return {increments_of(
      [](RandomStream& luck) { return portable_exp(standard_exponential(luck) / 1.5) / 3; })};
}

template <class Next>
Benchmark hold_benchmark(const std::string& name, Population population, const Next& next) {
  const std::string full = name + "_" + std::to_string(population.pending);
  return {full, [=] { return hold(full, population, next); }};
}

}  // namespace

std::vector<Benchmark> event_list_benchmarks() {
  std::vector<Benchmark> all;
  for (const std::uint32_t pending : {2U, 16U, 100U, 1'000U, 10'000U, 100'000U, 1'000'000U}) {
    all.push_back(hold_benchmark("hold", {pending}, exponential()));
  }
  for (const std::uint32_t pending : {100U, 10'000U, 1'000'000U}) {
    const std::int64_t clusters = std::max(1U, pending / 1000);
    all.push_back(hold_benchmark("hold_ties", {.pending = pending, .turns = true}, always(0)));
    all.push_back(hold_benchmark("hold_constant", {pending}, always(1)));
    all.push_back(
        hold_benchmark("hold_one_far", {.pending = pending, .one_far = true}, exponential()));
    all.push_back(hold_benchmark("hold_bimodal", {pending}, bimodal()));
    all.push_back(hold_benchmark("hold_pareto", {pending}, pareto()));
    all.push_back(
        hold_benchmark("hold_bursts", {pending}, Burst{clusters, exponential().increments}));
  }
  for (const std::uint32_t pending : {110U, 10'010U, 100'010U, 1'000'010U}) {
    all.push_back(hold_benchmark("hold_ten_near", {pending, 10}, exponential()));
  }
  all.push_back(
      {"hold_grow_and_shrink", [] { return grow("hold_grow_and_shrink_1000000", exponential()); }});
  return all;
}

}  // namespace rehearse::bench
