#include "tests/benchmarks/hold.hpp"

#include "sim/events/event_list.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/peers/measure.hpp"

namespace rehearse::bench {

double holds_per_second(std::uint64_t holds, std::uint64_t pending) {
  Luck luck;
  EventList<std::uint64_t> events;
  std::uint64_t order = 0;
  const auto schedule = [&](Time now, std::uint64_t entity) {
    events.schedule(now + Duration::rounded_seconds(luck.exponential(1)), order++, entity);
  };
  for (std::uint64_t entity = 0; entity < pending; ++entity) schedule(Time(), entity);
  const double seconds = processor_seconds_of([&] {
    for (std::uint64_t i = 0; i < holds; ++i) {
      const auto event = events.pop();
      schedule(event.time, event.payload);
    }
  });
  return static_cast<double>(holds) / seconds;
}

}  // namespace rehearse::bench
