#include "calibrate/audit/signs/incidents.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "calibrate/audit/signs/episode.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_windows = 60;
constexpr std::size_t fewest_in_window = 10;
constexpr std::uint64_t fewest_errors = 10;
constexpr double times_the_errors = 2;
constexpr double times_the_time = 1.25;

struct Visited {
  std::int64_t at = 0;
  double nanoseconds = 0;
  double median = 1;  // of its endpoint
  double rank = 0;    // among those of its endpoint, in (0, 1)
  bool error = false;
};

/// By service, by time.
std::map<NameId, std::vector<Visited>> visited(const Recording& recording) {
  std::map<std::uint32_t, std::vector<Visited>> endpoints;
  for (const Visit& visit : recording.visits.visits) {
    const Span& span = recording.span_of(visit);
    endpoints[visit.endpoint].push_back(
        {span.start, static_cast<double>(span.duration()), 1, 0, span.error});
  }
  std::map<NameId, std::vector<Visited>> services;
  for (auto& [endpoint, visits] : endpoints) {
    std::sort(visits.begin(), visits.end(), [](const Visited& a, const Visited& b) {
      return a.nanoseconds != b.nanoseconds ? a.nanoseconds < b.nanoseconds : a.at < b.at;
    });
    const double median = std::max(visits[visits.size() / 2].nanoseconds, 1.0);
    std::vector<Visited>& of_service = services[recording.visits.endpoints[endpoint].service];
    for (std::size_t i = 0; i < visits.size(); ++i) {
      visits[i].median = median;
      visits[i].rank = (static_cast<double>(i) + 0.5) / static_cast<double>(visits.size());
      of_service.push_back(visits[i]);
    }
  }
  for (auto& [service, visits] : services) {
    std::stable_sort(visits.begin(), visits.end(),
                     [](const Visited& a, const Visited& b) { return a.at < b.at; });
  }
  return services;
}

struct Part {
  std::uint64_t visits = 0;
  std::uint64_t errors = 0;
  std::vector<double> times;

  void add(const Visited& visit) {
    ++visits;
    errors += visit.error ? 1 : 0;
    times.push_back(visit.nanoseconds / visit.median);
  }
  double error_share() const {
    return static_cast<double>(errors) / static_cast<double>(std::max<std::uint64_t>(visits, 1));
  }
  double quantile(double level) const {
    std::vector<double> sorted = times;
    const auto at = sorted.begin() +
                    static_cast<std::ptrdiff_t>(level * static_cast<double>(sorted.size() - 1));
    std::nth_element(sorted.begin(), at, sorted.end());
    return *at;
  }
};

SignTest test(const Recording& recording, const std::string& service,
              const std::vector<Visited>& visits) {
  const std::size_t windows = std::min(most_windows, visits.size() / fewest_in_window);
  const auto first_of = [&](std::size_t window) { return window * visits.size() / windows; };
  std::vector<double> errors(windows, 0);
  std::vector<double> ranks(windows, 0);
  for (std::size_t window = 0; window < windows; ++window) {
    const std::size_t end = first_of(window + 1);
    for (std::size_t i = first_of(window); i < end; ++i) {
      errors[window] += visits[i].error ? 1 : 0;
      ranks[window] += visits[i].rank;
    }
    const auto size = static_cast<double>(end - first_of(window));
    errors[window] /= size;
    ranks[window] /= size;
  }
  const auto episode = find_episode({errors, ranks}, EpisodeEnds::comes_back);
  if (!episode) return {};
  Part inside;
  Part outside;
  const std::size_t from = first_of(episode->from);
  const std::size_t to = first_of(episode->to);
  for (std::size_t i = 0; i < visits.size(); ++i) {
    (i >= from && i < to ? inside : outside).add(visits[i]);
  }
  const double median_times = inside.quantile(0.5) / std::max(outside.quantile(0.5), 1e-9);
  const double p90_times = inside.quantile(0.9) / std::max(outside.quantile(0.9), 1e-9);
  const bool worse = inside.error_share() >= times_the_errors * outside.error_share() &&
                     std::max(median_times, p90_times) >= times_the_time;
  return {
      worse ? episode->p_value : 1,
      fmt::format("errors and times of {} rise together from {} to {}, and come back: {:.3g} % "
                  "errors (otherwise {:.3g} %), median {} and p90 {} times that of the rest",
                  service, moment_text(recording, visits[from].at),
                  moment_text(recording, visits[to].at), 100 * inside.error_share(),
                  100 * outside.error_share(), times_text(median_times), times_text(p90_times))};
}

}  // namespace

SignAnswer find_incidents(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "incident";
  for (const auto& [service, visits] : visited(recording)) {
    const auto errors = static_cast<std::uint64_t>(std::count_if(
        visits.begin(), visits.end(), [](const Visited& visit) { return visit.error; }));
    if (errors < fewest_errors || visits.size() < fewest_in_window * fewest_in_window) continue;
    answer.tests.push_back(test(recording, recording.names.text(service), visits));
  }
  if (answer.tests.size() > most_services_told) {
    answer.untold.push_back(
        "incidents, for sure: of so many services one may look like it by chance");
  }
  return answer;
}

}  // namespace rehearse
