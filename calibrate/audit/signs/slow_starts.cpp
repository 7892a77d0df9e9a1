#include "calibrate/audit/signs/slow_starts.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "calibrate/audit/signs/presences.hpp"
#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr double new_by_chance = 0.01;
constexpr std::size_t most_instances = 50;  // of a service
constexpr std::size_t first_visits = 10;
constexpr std::size_t fewest_first_visits = 5;
constexpr double least_times = 1.25;

double median_of(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::map<NameId, std::vector<const Visit*>> visits_by_service(const Recording& recording) {
  std::map<NameId, std::vector<const Visit*>> services;
  for (const Visit& visit : recording.visits.visits) {
    services[recording.span_of(visit).service].push_back(&visit);
  }
  for (auto& [service, visits] : services) {
    std::stable_sort(visits.begin(), visits.end(), [&](const Visit* a, const Visit* b) {
      return recording.span_of(*a).start < recording.span_of(*b).start;
    });
  }
  return services;
}

/// Nanoseconds, without the time in which it waited for calls: whom it calls may be slow, too.
double own_time(const Recording& recording, const Visit& visit) {
  const Span& span = recording.span_of(visit);
  std::int64_t own = span.duration();
  std::int64_t covered_to = span.start;
  for (const RecordedCall& call : recording.visits.calls_of(visit)) {
    if (call.detached) continue;
    const std::int64_t from = std::clamp(call.start, covered_to, std::max(covered_to, span.end));
    const std::int64_t to = std::clamp(call.end, from, std::max(from, span.end));
    own -= to - from;
    covered_to = to;
  }
  return static_cast<double>(own);
}

/// `visits`: those of its service, by time.
SignTest test(const Recording& recording, const Presence& instance,
              const std::vector<const Visit*>& visits) {
  std::map<std::uint32_t, std::vector<RankSum::Value>> endpoints;
  std::vector<double> first;
  std::vector<double> rest;
  for (const Visit* visit : visits) {
    const Span& span = recording.span_of(*visit);
    if (span.error) continue;
    const bool is_first = span.instance == instance.name && first.size() < first_visits;
    const double nanoseconds = own_time(recording, *visit);
    (is_first ? first : rest).push_back(nanoseconds);
    endpoints[visit->endpoint].push_back({nanoseconds, is_first});
  }
  RankSum ranks;
  for (auto& [endpoint, values] : endpoints) ranks.add_stratum(std::move(values));
  const double times = median_of(first) / std::max(median_of(rest), 1.0);
  const bool tells = first.size() >= fewest_first_visits && times >= least_times;
  return {
      tells ? ranks.p_value() : 1,
      fmt::format(
          "{} of {} is first seen {}, and its first {} took {} of its own at the median, {} times "
          "as long as others: it took requests before it was ready",
          visible_name(recording.names.text(instance.name)), recording.service_of(*visits.front()),
          moment_text(recording, instance.first), counted(first.size(), "visit"),
          rounded_duration_text(median_of(first) * 1e-9), times_text(times))};
}

}  // namespace

SignAnswer find_slow_starts(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "readiness delay";
  const auto services = visits_by_service(recording);
  for (auto [service, presences] : find_presences(recording, &Span::instance)) {
    std::stable_sort(presences.begin(), presences.end(), [](const Presence& a, const Presence& b) {
      return a.appears_by_chance < b.appears_by_chance;
    });
    const std::size_t asked = std::min(presences.size(), most_instances);
    for (std::size_t i = 0; i < asked && presences[i].appears_by_chance <= new_by_chance; ++i) {
      answer.tests.push_back(test(recording, presences[i], services.at(service)));
    }
  }
  if (answer.tests.empty()) {
    answer.untold.push_back("how long new instances take to be ready: none appears");
  }
  return answer;
}

}  // namespace rehearse
