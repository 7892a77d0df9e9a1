#include "calibrate/audit/uneven_errors.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "calibrate/audit/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t enough_good = 30;
constexpr double wrong_at_most = 0.01;
constexpr std::size_t callees_named = 3;

using Callees = std::vector<std::uint32_t>;
using ByCallees = std::map<Callees, UnevenErrors::Visits>;

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
    UnevenErrors::Visits& counts = endpoints[visit.endpoint][std::move(callees)];
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

bool are_enough(const UnevenErrors::Visits& visits) {
  return visits.all - visits.failed >= enough_good;
}

std::string callees_text(const Callees& callees, const std::vector<EndpointName>& names) {
  if (callees.empty()) return "call nobody";
  std::string text = "call ";
  for (std::size_t i = 0; i < std::min(callees.size(), callees_named); ++i) {
    text += (i > 0 ? ", " : "") + names[callees[i]].text();
  }
  if (callees.size() > callees_named) {
    text += fmt::format(" and {} more", count_text(callees.size() - callees_named));
  }
  return text;
}

}  // namespace

double p_value_of(const UnevenErrors::Visits& some, const UnevenErrors::Visits& others) {
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

std::vector<UnevenErrors> find_uneven_errors(const TraceForest& forest, const VisitTable& visits) {
  std::vector<UnevenErrors> candidates;
  std::vector<double> p_values;
  for (const auto& [endpoint, kinds] : count_visits(forest, visits)) {
    UnevenErrors::Visits all;
    for (const auto& [callees, counts] : kinds) {
      all.all += counts.all;
      all.failed += counts.failed;
    }
    UnevenErrors least_likely;
    double least = 2;
    double tested = 0;
    for (const auto& [callees, counts] : kinds) {
      const UnevenErrors::Visits others{all.all - counts.all, all.failed - counts.failed};
      if (!are_enough(counts) || !are_enough(others)) continue;
      ++tested;
      const double p_value = p_value_of(counts, others);
      if (p_value >= least) continue;
      least = p_value;
      least_likely = {endpoint, callees, counts, others};
    }
    if (tested == 0) continue;
    candidates.push_back(std::move(least_likely));
    p_values.push_back(std::min(least * tested, 1.0));
  }
  const std::vector<bool> rejected = rejected_by_holm(p_values, wrong_at_most);
  std::vector<UnevenErrors> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (rejected[i]) found.push_back(std::move(candidates[i]));
  }
  return found;
}

std::vector<std::string> sentences(const std::vector<UnevenErrors>& found,
                                   const std::vector<EndpointName>& names) {
  std::vector<std::string> lines;
  for (const UnevenErrors& uneven : found) {
    lines.push_back(fmt::format(
        "{} fails by itself as often whatever it does, and in the recording it does not: warning, "
        "visits that {} failed in {:.1f} %, others in {:.1f} %; errors of an experiment that "
        "hits one of the two are counted too high or too low",
        names[uneven.endpoint].text(), callees_text(uneven.callees, names), uneven.with.percent(),
        uneven.others.percent()));
  }
  return lines;
}

}  // namespace rehearse
