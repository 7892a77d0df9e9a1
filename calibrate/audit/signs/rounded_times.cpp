#include "calibrate/audit/signs/rounded_times.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include <fmt/format.h>

#include "calibrate/audit/signs/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::size_t fewest_durations = 50;
constexpr std::uint64_t fewest_round = 5;

/// A grain that people write, and how many times of a finer clock may have it by chance.
struct Grain {
  std::int64_t clock;
  std::int64_t round;
  double probability;
  const char* name;
};
constexpr Grain grains[] = {{1, microsecond, 1.0 / 250, "microseconds"},
                            {1, millisecond, 1.0 / 50'000, "milliseconds"},
                            {microsecond, millisecond, 1.0 / 700, "milliseconds"}};

bool all_whole(const std::vector<std::int64_t>& times, std::int64_t grain) {
  return std::all_of(times.begin(), times.end(),
                     [grain](std::int64_t time) { return time % grain == 0; });
}

/// 0: as coarse as what people write.
std::int64_t clock_of(const std::vector<std::int64_t>& times) {
  if (all_whole(times, millisecond)) return 0;
  return all_whole(times, microsecond) ? microsecond : 1;
}

struct Counts {
  std::uint64_t round[std::size(grains)] = {};
  std::uint64_t of_clock[std::size(grains)] = {};
};

}  // namespace

SignAnswer find_rounded_times(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "rounded times";
  std::map<std::tuple<NameId, NameId, SpanKind>, std::vector<std::int64_t>> clocks;
  for (const Span& span : recording.forest.spans) {
    if (span.duration() > 0) {
      clocks[{span.service, span.instance, span.kind}].push_back(span.duration());
    }
  }
  std::map<NameId, Counts> services;
  for (auto& [of, durations] : clocks) {
    std::sort(durations.begin(), durations.end());
    durations.erase(std::unique(durations.begin(), durations.end()), durations.end());
    if (durations.size() < fewest_durations) continue;
    const std::int64_t clock = clock_of(durations);
    Counts& counts = services[std::get<0>(of)];
    for (std::size_t i = 0; i < std::size(grains); ++i) {
      if (grains[i].clock != clock) continue;
      counts.of_clock[i] += durations.size();
      counts.round[i] += static_cast<std::uint64_t>(
          std::count_if(durations.begin(), durations.end(),
                        [&](std::int64_t time) { return time % grains[i].round == 0; }));
    }
  }
  for (const auto& [service, counts] : services) {
    for (std::size_t i = 0; i < std::size(grains); ++i) {
      if (counts.of_clock[i] == 0) continue;
      const bool enough = counts.round[i] >= fewest_round;
      answer.tests.push_back(
          {enough ? at_least(counts.round[i], counts.of_clock[i], grains[i].probability) : 1,
           fmt::format("of {}, {} of {} are whole {} on clocks that tell {}: edited",
                       recording.names.text(service), count_text(counts.round[i]),
                       counted(counts.of_clock[i], "distinct duration"), grains[i].name,
                       grains[i].clock == 1 ? "nanoseconds" : "microseconds")});
    }
  }
  if (answer.tests.empty()) {
    answer.untold.push_back(
        "whether times were edited: there are too few, or they are whole milliseconds all");
  }
  return answer;
}

}  // namespace rehearse
