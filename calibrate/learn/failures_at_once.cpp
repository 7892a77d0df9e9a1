#include "calibrate/learn/failures_at_once.hpp"

#include <algorithm>
#include <map>

namespace rehearse {
namespace {

constexpr double enough_failures = 5;

struct Visits {
  double count = 0;
  double with_calls = 0;
  double nanoseconds = 0;

  void add(const Span& span, bool calls) {
    count += 1;
    with_calls += calls ? 1 : 0;
    nanoseconds += static_cast<double>(span.duration());
  }
  double mean() const { return nanoseconds / count; }
};

}  // namespace

bool failed_by_itself(const TraceForest& forest, const VisitTable& table, const Visit& visit) {
  if (!forest.spans[visit.span].error || visit.cut_short) return false;
  const auto calls = table.calls_of(visit);
  return std::none_of(calls.begin(), calls.end(),
                      [](const RecordedCall& call) { return call.failed && !call.detached; });
}

std::set<std::uint32_t> find_failures_at_once(const TraceForest& forest, const VisitTable& table) {
  std::map<std::uint32_t, Visits> failed;
  std::map<std::uint32_t, Visits> good;
  for (const Visit& visit : table.visits) {
    const Span& span = forest.spans[visit.span];
    if (!span.error) {
      good[visit.endpoint].add(span, visit.call_count > 0);
    } else if (failed_by_itself(forest, table, visit)) {
      failed[visit.endpoint].add(span, visit.call_count > 0);
    }
  }
  std::set<std::uint32_t> found;
  for (const auto& [endpoint, visits] : failed) {
    const auto others = good.find(endpoint);
    if (others == good.end() || visits.count < enough_failures) continue;
    if (visits.with_calls * 10 > visits.count) continue;
    if (visits.mean() < 0.5 * others->second.mean()) found.insert(endpoint);
  }
  return found;
}

}  // namespace rehearse
