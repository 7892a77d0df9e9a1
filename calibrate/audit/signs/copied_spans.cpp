#include "calibrate/audit/signs/copied_spans.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t fewest_units = 20;
constexpr std::int64_t least_spread = 1000;  // ticks between the quartiles
constexpr std::int64_t near_ticks = 10;
constexpr std::int64_t grains[] = {1'000'000, 1'000};
constexpr std::size_t constant_from = 5;
constexpr std::uint64_t fewest_repeated = 5;
constexpr double times_expected = 2;
constexpr double most_pairs = 5e6;

using Numbers = std::vector<std::int64_t>;  // the first: how long it took

struct Repeats {
  std::uint64_t tested = 0;
  std::uint64_t repeated = 0;
  double near = 0;  // pairs, differing by up to `near_ticks`

  void add(const Repeats& other) {
    tested += other.tested;
    repeated += other.repeated;
    near += other.near;
  }
  double expected() const { return near / (2.0 * near_ticks); }
  double p_value() const {
    const auto seen = static_cast<double>(repeated);
    if (repeated < fewest_repeated || seen < times_expected * expected()) return 1;
    return at_least(repeated, repeated + static_cast<std::uint64_t>(near),
                    1 / (1 + 2.0 * near_ticks));
  }
};

bool are_near(const Numbers& a, const Numbers& b, std::int64_t distance) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (std::abs(a[i] - b[i]) > distance) return false;
  }
  return true;
}

/// Pairs of distinct units that are nearly equal. Of very many, those of some units stand for all.
double near_pairs(const std::vector<Numbers>& units, std::int64_t distance) {
  const auto reach_of = [&](std::size_t i) {
    std::size_t to = i + 1;
    while (to < units.size() && units[to][0] - units[i][0] <= distance) ++to;
    return to;
  };
  double pairs = 0;
  constexpr std::size_t looked_at = 256;
  const std::size_t step = std::max<std::size_t>(units.size() / looked_at, 1);
  for (std::size_t i = 0; i < units.size(); i += step) {
    pairs += static_cast<double>(reach_of(i) - i) * static_cast<double>(step);
  }
  const auto every = static_cast<std::size_t>(pairs / most_pairs) + 1;
  std::uint64_t near = 0;
  for (std::size_t i = 0; i < units.size(); i += every) {
    for (std::size_t k = i + 1; k < units.size() && units[k][0] - units[i][0] <= distance; ++k) {
      near += are_near(units[i], units[k], distance) ? 1 : 0;
    }
  }
  return static_cast<double>(near) * static_cast<double>(every);
}

/// Of units of one shape, without those that are there before; sorted.
struct Distinct {
  std::vector<Numbers> units;
  std::uint64_t all = 0;
  std::uint64_t repeated = 0;
};

Distinct distinct_among(std::vector<Numbers> units) {
  std::sort(units.begin(), units.end());
  Distinct distinct;
  distinct.all = units.size();
  for (std::size_t from = 0; from < units.size();) {
    std::size_t to = from + 1;
    while (to < units.size() && units[to] == units[from]) ++to;
    distinct.repeated += to - from > 1 && to - from < constant_from ? 1 : 0;
    distinct.units.push_back(std::move(units[from]));
    from = to;
  }
  return distinct;
}

/// Some clocks tell nanoseconds and tick at hundreds of them, and what is twice a latency is even:
/// the fifth smallest difference between neighbours, above what rounding makes, is a tick, or few
/// pairs are closer than it.
std::int64_t tick_seen(const std::vector<Numbers>& units, std::int64_t tick) {
  constexpr std::size_t which = 4;
  constexpr std::int64_t rounding = 2;  // of both ends of a span, to nanoseconds
  std::vector<std::int64_t> gaps;
  for (std::size_t i = 1; i < units.size(); ++i) {
    const std::int64_t gap = units[i][0] - units[i - 1][0];
    if (gap > rounding) gaps.push_back(gap);
  }
  if (gaps.size() <= which) return tick;
  std::nth_element(gaps.begin(), gaps.begin() + which, gaps.end());
  return std::max(tick, gaps[which]);
}

Repeats count_repeats(const Distinct& distinct, std::int64_t tick) {
  Repeats repeats;
  const std::vector<Numbers>& units = distinct.units;
  const std::size_t size = units.size();
  if (size < fewest_units || 2 * size < distinct.all) return repeats;
  if (units[size * 3 / 4][0] - units[size / 4][0] < least_spread * tick) return repeats;
  repeats.tested = distinct.all;
  repeats.repeated = distinct.repeated;
  repeats.near = near_pairs(units, near_ticks * tick);
  return repeats;
}

/// What a span is, save when it was and how long.
using Kind = std::tuple<NameId, NameId, SpanKind, bool>;

Kind kind_of(const Span& span) {
  return {span.service, span.operation, span.kind, span.error};
}

/// The coarsest of the clocks of each service: its instances may have libraries that differ, and
/// what they have in common are the ticks of the coarsest. Of those with few spans nothing is told.
std::map<NameId, std::int64_t> coarsest_ticks(const TraceForest& forest) {
  struct Clock {
    std::uint64_t spans = 0;
    std::uint64_t whole[std::size(grains)] = {};
  };
  std::map<std::tuple<NameId, NameId, SpanKind>, Clock> clocks;
  for (const Span& span : forest.spans) {
    Clock& clock = clocks[{span.service, span.instance, span.kind}];
    ++clock.spans;
    for (std::size_t i = 0; i < std::size(grains); ++i) {
      clock.whole[i] += span.duration() % grains[i] == 0 ? 1 : 0;
    }
  }
  std::map<NameId, std::int64_t> ticks;
  for (const auto& [of, clock] : clocks) {
    std::int64_t& coarsest = ticks.try_emplace(std::get<0>(of), 1).first->second;
    for (std::size_t i = 0; i < std::size(grains); ++i) {
      if (clock.spans < fewest_units || clock.whole[i] < clock.spans) continue;
      coarsest = std::max(coarsest, grains[i]);
    }
  }
  return ticks;
}

/// Whole traces by the kinds of their spans, in the order of their starts.
Repeats repeated_traces(const TraceForest& forest, const std::map<NameId, std::int64_t>& ticks) {
  struct Shape {
    std::vector<std::pair<Numbers, std::int64_t>> traces;  // when they begin, too
    std::int64_t tick = 1;
  };
  std::map<std::vector<Kind>, Shape> shapes;
  const std::vector<Span>& spans = forest.spans;
  std::vector<std::tuple<std::int64_t, std::int64_t, Kind>> rows;
  for (std::size_t from = 0; from < spans.size();) {
    std::size_t to = from;
    std::int64_t begin = spans[from].start;
    std::int64_t end = spans[from].end;
    for (; to < spans.size() && spans[to].trace == spans[from].trace; ++to) {
      begin = std::min(begin, spans[to].start);
      end = std::max(end, spans[to].end);
    }
    rows.clear();
    std::int64_t tick = 1;
    for (std::size_t i = from; i < to; ++i) {
      rows.emplace_back(spans[i].start - begin, spans[i].end - begin, kind_of(spans[i]));
      tick = std::max(tick, ticks.at(spans[i].service));
    }
    std::sort(rows.begin(), rows.end());
    std::vector<Kind> kinds;
    Numbers numbers = {end - begin};
    for (const auto& [start, finish, kind] : rows) {
      kinds.push_back(kind);
      numbers.push_back(start);
      numbers.push_back(finish);
    }
    Shape& shape = shapes[kinds];
    shape.traces.emplace_back(std::move(numbers), begin);
    shape.tick = std::max(shape.tick, tick);
    from = to;
  }
  Repeats all;
  for (auto& [kinds, shape] : shapes) {
    // What is at the same time, too, is one event of which several traces tell: a batch.
    std::sort(shape.traces.begin(), shape.traces.end());
    const auto last = std::unique(shape.traces.begin(), shape.traces.end());
    std::vector<Numbers> units;
    for (auto trace = shape.traces.begin(); trace != last; ++trace) {
      units.push_back(std::move(trace->first));
    }
    all.add(count_repeats(distinct_among(std::move(units)), shape.tick));
  }
  return all;
}

/// By service. `ticks` become those that are seen.
std::map<NameId, Repeats> repeated_spans(const TraceForest& forest,
                                         std::map<NameId, std::int64_t>& ticks) {
  std::map<Kind, std::vector<std::pair<std::int64_t, std::int64_t>>> kinds;
  for (const Span& span : forest.spans) {
    kinds[kind_of(span)].emplace_back(span.duration(), span.start);
  }
  std::map<NameId, Repeats> services;
  std::map<NameId, std::int64_t> least_seen;
  for (auto& [kind, times] : kinds) {
    std::sort(times.begin(), times.end());
    times.erase(std::unique(times.begin(), times.end()), times.end());
    std::vector<Numbers> units;
    for (const auto& [duration, start] : times) units.push_back({duration});
    const Distinct distinct = distinct_among(std::move(units));
    const NameId service = std::get<0>(kind);
    const std::int64_t tick = tick_seen(distinct.units, ticks.at(service));
    const Repeats repeats = count_repeats(distinct, tick);
    services[service].add(repeats);
    if (repeats.tested == 0) continue;
    std::int64_t& least = least_seen.try_emplace(service, tick).first->second;
    least = std::min(least, tick);
  }
  for (const auto& [service, tick] : least_seen) ticks.at(service) = tick;
  return services;
}

}  // namespace

SignAnswer find_copied_spans(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "copied spans";
  std::map<NameId, std::int64_t> ticks = coarsest_ticks(recording.forest);
  const std::map<NameId, Repeats> services = repeated_spans(recording.forest, ticks);
  const Repeats traces = repeated_traces(recording.forest, ticks);
  if (traces.tested > 0) {
    answer.tests.push_back(
        {traces.p_value(),
         fmt::format("{} {} there again at another time, every start and every end to the tick of "
                     "the clock; by chance {:.1f} would be: copies",
                     counted(traces.repeated, "trace"), agreeing(traces.repeated, "is", "are"),
                     traces.expected())});
  }
  bool coarse = traces.tested == 0;
  for (const auto& [service, repeats] : services) {
    if (repeats.tested == 0) continue;
    coarse = false;
    answer.tests.push_back(
        {repeats.p_value(),
         fmt::format("of {}, {} of {} spans are there two to four times to the tick of the clock; "
                     "by chance {:.1f} would be: copies",
                     recording.names.text(service), counted(repeats.repeated, "duration"),
                     count_text(repeats.tested), repeats.expected())});
  }
  if (coarse) {
    answer.untold.push_back(
        "whether spans were copied: there are too few of a kind, or clocks are too coarse");
  }
  return answer;
}

}  // namespace rehearse
