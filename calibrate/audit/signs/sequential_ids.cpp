#include "calibrate/audit/signs/sequential_ids.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "calibrate/learn/p_values.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t fewest_traces = 20;
constexpr std::uint64_t nearest_by_chance = std::uint64_t{1} << 20U;
constexpr double probability = 0x1.0p-40;  // eight times what it is for 64 random bits

using Dated = std::pair<std::int64_t, std::uint64_t>;  // when, id

SignTest test(std::vector<Dated> ids, const char* what) {
  std::sort(ids.begin(), ids.end());
  std::uint64_t close = 0;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const std::uint64_t up = ids[i].second - ids[i - 1].second;
    const std::uint64_t distance = std::min(up, ~up + 1);
    close += distance > 0 && distance < nearest_by_chance ? 1 : 0;
  }
  const std::uint64_t pairs = ids.size() - 1;
  const bool some = 20 * close >= pairs;
  return {some ? at_least(close, pairs, probability) : 1,
          fmt::format("{} count: {} of {} differ by less than a million from the one before, and "
                      "ids that a tracer drew never do",
                      what, count_text(close), count_text(pairs))};
}

}  // namespace

SignAnswer find_sequential_ids(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "sequential ids";
  std::vector<Dated> traces;
  std::vector<Dated> tops;
  const std::vector<Span>& spans = recording.forest.spans;
  for (std::size_t from = 0; from < spans.size();) {
    std::size_t to = from;
    std::size_t first = from;
    for (; to < spans.size() && spans[to].trace == spans[from].trace; ++to) {
      if (spans[to].start < spans[first].start) first = to;
    }
    traces.emplace_back(spans[first].start, spans[from].trace.low);
    tops.emplace_back(spans[first].start, spans[first].id);
    from = to;
  }
  if (traces.size() < fewest_traces) {
    answer.untold.push_back("whether ids were made up: there are too few traces");
    return answer;
  }
  answer.tests.push_back(test(std::move(traces), "ids of traces"));
  answer.tests.push_back(test(std::move(tops), "ids of the first spans of traces"));
  return answer;
}

}  // namespace rehearse
