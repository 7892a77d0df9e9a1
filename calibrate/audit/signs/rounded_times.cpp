#include "calibrate/audit/signs/rounded_times.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t microsecond = 1'000;
constexpr std::int64_t millisecond = 1'000'000;
constexpr std::size_t fewest_durations = 50;
constexpr std::uint64_t fewest_round = 5;

/// A clock that is too fine for what people write, and how many of its times are as round as that
/// by chance, at least.
struct Clock {
  std::int64_t tick;
  const char* name;
  std::int64_t round;  // what people write
  const char* round_name;
  double by_chance;
};
constexpr Clock clock_kinds[] = {
    {1, "nanoseconds", microsecond, "microseconds", 1.0 / 250},
    {microsecond, "microseconds", millisecond, "milliseconds", 1.0 / 700}};
constexpr std::size_t residues = 1000;
constexpr double millisecond_by_chance = 1.0 / 50'000;  // of nanoseconds

bool all_whole(const std::vector<std::int64_t>& times, std::int64_t grain) {
  return std::all_of(times.begin(), times.end(),
                     [grain](std::int64_t time) { return time % grain == 0; });
}

/// 0: as coarse as what people write.
std::int64_t clock_of(const std::vector<std::int64_t>& times) {
  if (all_whole(times, millisecond)) return 0;
  return all_whole(times, microsecond) ? microsecond : 1;
}

using Residues = std::vector<std::uint64_t>;

/// Clocks that tick at 42, 100 or 244 ns have few residues, each of them often: twice the most
/// frequent one save 0, and `least` at least.
double round_by_chance(const Residues& by_residue, std::uint64_t all, double least) {
  const auto most =
      static_cast<double>(*std::max_element(by_residue.begin() + 1, by_residue.end()));
  return std::clamp(2 * most / static_cast<double>(all), least, 0.999);
}

/// Distinct durations on clocks of one kind, of one service.
struct Counts {
  std::uint64_t all = 0;
  Residues of_ticks = Residues(residues, 0);
  Residues of_microseconds = Residues(residues, 0);  // of those that are whole

  void add(std::int64_t duration, const Clock& clock) {
    ++all;
    ++of_ticks[static_cast<std::size_t>(duration / clock.tick) % residues];
    if (duration % microsecond == 0) {
      ++of_microseconds[static_cast<std::size_t>(duration / microsecond) % residues];
    }
  }
};

SignTest test(const std::string& service, const Counts& counts, std::uint64_t round,
              double by_chance, const Clock& clock, const char* round_name) {
  return {round >= fewest_round ? at_least(round, counts.all, by_chance) : 1,
          fmt::format("of {}, {} of {} are whole {} on clocks that tell {}; by chance {:.2g} "
                      "would be, at most: edited",
                      service, count_text(round), counted(counts.all, "distinct duration"),
                      round_name, clock.name, by_chance * static_cast<double>(counts.all))};
}

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
  std::map<std::pair<NameId, std::size_t>, Counts> services;  // by clock, too
  for (auto& [of, durations] : clocks) {
    std::sort(durations.begin(), durations.end());
    durations.erase(std::unique(durations.begin(), durations.end()), durations.end());
    if (durations.size() < fewest_durations) continue;
    const std::int64_t tick = clock_of(durations);
    for (std::size_t i = 0; i < std::size(clock_kinds); ++i) {
      if (clock_kinds[i].tick != tick) continue;
      Counts& counts = services[{std::get<0>(of), i}];
      for (const std::int64_t duration : durations) counts.add(duration, clock_kinds[i]);
    }
  }
  for (const auto& [of, counts] : services) {
    const std::string& service = recording.names.text(of.first);
    const Clock& clock = clock_kinds[of.second];
    answer.tests.push_back(test(service, counts, counts.of_ticks[0],
                                round_by_chance(counts.of_ticks, counts.all, clock.by_chance),
                                clock, clock.round_name));
    if (clock.round == millisecond) continue;
    answer.tests.push_back(
        test(service, counts, counts.of_microseconds[0],
             round_by_chance(counts.of_microseconds, counts.all, millisecond_by_chance), clock,
             "milliseconds"));
  }
  if (answer.tests.empty()) {
    answer.untold.push_back(
        "whether times were edited: there are too few, or they are whole milliseconds all");
  }
  return answer;
}

}  // namespace rehearse
