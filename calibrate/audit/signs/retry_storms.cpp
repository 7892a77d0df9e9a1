#include "calibrate/audit/signs/retry_storms.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "calibrate/audit/signs/episode.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_windows = 60;
constexpr std::size_t fewest_in_window = 10;
constexpr std::uint64_t fewest_retries = 20;
constexpr double times_as_often = 2;

struct Caller {
  std::int64_t at = 0;
  std::uint64_t again = 0;  // attempts after the first
};

/// Failed calls of a visit that another to the same endpoint follows. Expects them by start.
std::uint64_t tried_again(std::span<const RecordedCall> attempts) {
  std::map<std::uint32_t, std::size_t> last;
  for (std::size_t i = 0; i < attempts.size(); ++i) last[attempts[i].endpoint] = i;
  std::uint64_t again = 0;
  for (std::size_t i = 0; i < attempts.size(); ++i) {
    const RecordedCall& failed = attempts[i];
    const std::size_t later = last.at(failed.endpoint);
    const bool follows = later > i && attempts[later].start >= failed.end;
    again += failed.failed && !failed.detached && follows ? 1 : 0;
  }
  return again;
}

SignTest test(const Recording& recording, const std::string& service,
              const std::vector<Caller>& callers) {
  const std::size_t windows = std::min(most_windows, callers.size() / fewest_in_window);
  const auto first_of = [&](std::size_t window) { return window * callers.size() / windows; };
  std::vector<double> again(windows, 0);
  double all = 0;
  for (std::size_t window = 0; window < windows; ++window) {
    for (std::size_t i = first_of(window); i < first_of(window + 1); ++i) {
      again[window] += static_cast<double>(callers[i].again);
    }
    all += again[window];
  }
  const auto episode = find_episode({again}, EpisodeEnds::anywhere);
  if (!episode) return {};
  const std::size_t from = first_of(episode->from);
  const std::size_t to = first_of(episode->to);
  double inside = 0;
  for (std::size_t i = from; i < to; ++i) inside += static_cast<double>(callers[i].again);
  const double rate = inside / static_cast<double>(to - from);
  const double otherwise = (all - inside) / static_cast<double>(callers.size() - (to - from));
  return {rate >= times_as_often * otherwise ? episode->p_value : 1,
          fmt::format("{} tried calls again {:.3g} times per 100 visits from {} to {}, and {:.3g} "
                      "times otherwise: retries were under way",
                      service, 100 * rate, moment_text(recording, callers[from].at),
                      moment_text(recording, callers[to - 1].at), 100 * otherwise)};
}

}  // namespace

SignAnswer find_retry_storms(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "retries under way";
  std::map<NameId, std::vector<Caller>> services;
  for (const Visit& visit : recording.visits.visits) {
    if (visit.call_count == 0) continue;
    const Span& span = recording.span_of(visit);
    services[span.service].push_back(
        {span.start, tried_again(recording.visits.attempts_of(visit))});
  }
  for (auto& [service, callers] : services) {
    std::stable_sort(callers.begin(), callers.end(),
                     [](const Caller& a, const Caller& b) { return a.at < b.at; });
    std::uint64_t again = 0;
    for (const Caller& caller : callers) again += caller.again;
    const bool enough = callers.size() >= fewest_in_window * fewest_in_window;
    if (again < fewest_retries || !enough) continue;
    answer.tests.push_back(test(recording, recording.names.text(service), callers));
  }
  if (answer.tests.size() > most_services_told) {
    answer.untold.push_back(
        "storms of retries, for sure: of so many services one may look like it by chance");
  }
  return answer;
}

}  // namespace rehearse
