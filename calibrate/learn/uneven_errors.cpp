#include "calibrate/learn/uneven_errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "calibrate/learn/p_values.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t enough_good = 30;
constexpr double wrong_at_most = 0.01;

using Callees = std::vector<std::uint32_t>;
using ByCallees = std::map<Callees, FailedVisits>;

/// By endpoint. Visits of which it is not known what they would have done are left out.
std::map<std::uint32_t, ByCallees> count_visits(const TraceForest& forest,
                                                const VisitTable& table) {
  std::map<std::uint32_t, ByCallees> endpoints;
  for (const Visit& visit : table.visits) {
    const auto calls = table.calls_of(visit);
    const auto failed = [](const RecordedCall& call) { return call.failed && !call.detached; };
    if (visit.cut_short || std::any_of(calls.begin(), calls.end(), failed)) continue;
    Callees callees;
    for (const RecordedCall& call : calls) callees.push_back(call.endpoint);
    std::sort(callees.begin(), callees.end());
    callees.erase(std::unique(callees.begin(), callees.end()), callees.end());
    FailedVisits& counts = endpoints[visit.endpoint][std::move(callees)];
    ++counts.all;
    counts.failed += forest.spans[visit.span].error ? 1 : 0;
  }
  return endpoints;
}

double log_ways(std::uint64_t from, std::uint64_t chosen) {
  const auto n = static_cast<double>(from);
  const auto k = static_cast<double>(chosen);
  return std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1);
}

bool are_enough(const FailedVisits& visits) {
  return visits.all - visits.failed >= enough_good;
}

}  // namespace

double p_value_of(const FailedVisits& some, const FailedVisits& others) {
  const std::uint64_t failed = some.failed + others.failed;
  const std::uint64_t least = failed > others.all ? failed - others.all : 0;
  const std::uint64_t most = std::min(failed, some.all);
  const double all_ways = log_ways(some.all + others.all, failed);
  double below = 0;
  double above = 0;
  for (std::uint64_t k = least; k <= most; ++k) {
    const double chance =
        std::exp(log_ways(some.all, k) + log_ways(others.all, failed - k) - all_ways);
    if (k <= some.failed) below += chance;
    if (k >= some.failed) above += chance;
  }
  return std::min(2 * std::min(below, above), 1.0);
}

std::set<std::uint32_t> find_uneven_errors(const TraceForest& forest, const VisitTable& visits) {
  std::vector<std::uint32_t> endpoints;
  std::vector<double> p_values;
  for (const auto& [endpoint, kinds] : count_visits(forest, visits)) {
    FailedVisits all;
    for (const auto& [callees, counts] : kinds) {
      all.all += counts.all;
      all.failed += counts.failed;
    }
    double least = 1;
    double tested = 0;
    for (const auto& [callees, counts] : kinds) {
      const FailedVisits others{all.all - counts.all, all.failed - counts.failed};
      if (!are_enough(counts) || !are_enough(others)) continue;
      ++tested;
      least = std::min(least, p_value_of(counts, others));
    }
    if (tested == 0) continue;
    endpoints.push_back(endpoint);
    p_values.push_back(std::min(least * tested, 1.0));
  }
  const std::vector<bool> rejected = rejected_by_holm(p_values, wrong_at_most);
  std::set<std::uint32_t> uneven;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    if (rejected[i]) uneven.insert(endpoints[i]);
  }
  return uneven;
}

}  // namespace rehearse
