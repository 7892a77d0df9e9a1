#include "calibrate/audit/signs/sampling_by_outcome.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr double slow_share = 0.1;

struct Kept {
  double weight = 1;
  double nanoseconds = 0;
  bool failed = false;
};

/// Requests by endpoint.
std::map<std::uint32_t, std::vector<Kept>> kept_requests(const Recording& recording) {
  std::map<TraceId, bool> failed;
  for (const Span& span : recording.forest.spans) {
    bool& any = failed[span.trace];
    any = any || span.error;
  }
  std::map<std::uint32_t, std::vector<Kept>> endpoints;
  for (const std::uint32_t index : recording.arrivals.visits) {
    const Visit& visit = recording.visits.visits[index];
    const Span& span = recording.span_of(visit);
    endpoints[visit.endpoint].push_back({static_cast<double>(span.adjusted_count),
                                         static_cast<double>(span.duration()),
                                         failed.at(span.trace)});
  }
  return endpoints;
}

/// Marks the slowest tenth.
std::vector<RankSum::Value> by_slowness(std::vector<Kept> requests) {
  std::erase_if(requests, [](const Kept& one) { return one.failed; });
  std::stable_sort(requests.begin(), requests.end(),
                   [](const Kept& a, const Kept& b) { return a.nanoseconds > b.nanoseconds; });
  const auto slow = static_cast<std::size_t>(slow_share * static_cast<double>(requests.size()));
  std::vector<RankSum::Value> values;
  for (std::size_t i = 0; i < requests.size(); ++i) {
    values.push_back({-requests[i].weight, i < slow});
  }
  return values;
}

struct Means {
  double marked = 0;
  double others = 0;
};

Means mean_weights(const std::vector<std::vector<RankSum::Value>>& strata) {
  double sums[2] = {0, 0};
  double counts[2] = {0, 0};
  for (const auto& stratum : strata) {
    for (const RankSum::Value& one : stratum) {
      sums[one.marked ? 1 : 0] -= one.value;
      counts[one.marked ? 1 : 0] += 1;
    }
  }
  return {sums[1] / std::max(counts[1], 1.0), sums[0] / std::max(counts[0], 1.0)};
}

SignTest test(const std::vector<std::vector<RankSum::Value>>& strata, const char* who) {
  RankSum ranks;
  for (const auto& stratum : strata) ranks.add_stratum(stratum);
  const Means means = mean_weights(strata);
  return {ranks.p_value(),
          fmt::format("{} were kept more often: they stand for {:.3g} requests on average, others "
                      "for {:.3g}; a model is right only as far as these numbers are",
                      who, means.marked, means.others)};
}

}  // namespace

SignAnswer find_sampling_by_outcome(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "sampling by outcome";
  std::vector<std::vector<RankSum::Value>> by_errors;
  std::vector<std::vector<RankSum::Value>> by_times;
  bool differs = false;
  for (const auto& [endpoint, requests] : kept_requests(recording)) {
    std::vector<RankSum::Value> errors;
    for (const Kept& one : requests) {
      differs = differs || one.weight != requests.front().weight;
      errors.push_back({-one.weight, one.failed});
    }
    by_errors.push_back(std::move(errors));
    by_times.push_back(by_slowness(requests));
  }
  if (!differs) {
    answer.untold.push_back(
        "whether errors or slow requests were kept more often than others: no spans of one "
        "endpoint say that they stand for different numbers of requests");
    return answer;
  }
  answer.tests.push_back(test(by_errors, "traces with an error"));
  answer.tests.push_back(test(by_times, "the slowest tenth of traces without an error"));
  return answer;
}

}  // namespace rehearse
