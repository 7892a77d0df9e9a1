#include "calibrate/audit/signs/changes.hpp"

#include <fmt/format.h>

#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

/// Of Kuiper's statistic at its limit.
constexpr double p_value_of_part = 1e-5;
/// Six standard deviations, in any of twenty windows.
constexpr double p_value_of_rate = 1e-7;

std::string from_to(double from, double to) {
  return fmt::format("from {} to {} after the first request", rounded_duration_text(from),
                     rounded_duration_text(to));
}

}  // namespace

SignAnswer find_changes(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "change";
  for (const OddPart& part : recording.stationarity.parts) {
    answer.tests.push_back(
        {p_value_of_part,
         fmt::format("{} {} took {} times the median and {} times the p90 of the rest",
                     from_to(part.from, part.to), counted(part.requests, "request"),
                     times_text(part.median_times), times_text(part.p90_times))});
  }
  for (const OddRate& rate : recording.stationarity.rates) {
    answer.tests.push_back(
        {p_value_of_rate, fmt::format("{} requests came {} times as often as on average",
                                      from_to(rate.from, rate.to), times_text(rate.times))});
  }
  if (recording.stationarity.parts.empty()) answer.tests.push_back({});
  if (recording.stationarity.rates.empty()) answer.tests.push_back({});
  return answer;
}

}  // namespace rehearse
