#include "calibrate/audit/signs/deployments.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "calibrate/audit/signs/presences.hpp"
#include "sim/counted_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// Of several that come or go, those as sure as this are counted.
constexpr double sure = 1e-4;
constexpr std::uint64_t fewest_visits = 5;
constexpr std::size_t most_versions = 200;

/// Whether any of a service came or went: the least sure of chance, times how many were asked.
SignTest test(const Recording& recording, const std::string& service, const char* noun,
              const std::vector<Presence>& presences) {
  double least = 1;
  std::uint64_t appear = 0;
  std::uint64_t go = 0;
  const Presence* first = &presences.front();
  bool first_appears = true;
  for (const Presence& presence : presences) {
    appear += presence.appears_by_chance <= sure ? 1 : 0;
    go += presence.goes_by_chance <= sure ? 1 : 0;
    const double own = std::min(presence.appears_by_chance, presence.goes_by_chance);
    if (own >= least) continue;
    least = own;
    first = &presence;
    first_appears = presence.appears_by_chance <= presence.goes_by_chance;
  }
  const double asked = 2 * static_cast<double>(presences.size());
  return {std::min(1.0, least * asked),
          fmt::format("of {} of {}, {} {} and {} {} in between; surest: {} {} {}, {} of {} visits",
                      counted(presences.size(), noun), service, count_text(appear),
                      agreeing(appear, "appears", "appear"), count_text(go),
                      agreeing(go, "goes", "go"), visible_name(recording.names.text(first->name)),
                      first_appears ? "is first seen" : "is last seen",
                      moment_text(recording, first_appears ? first->first : first->last),
                      count_text(first->visits),
                      count_text(first->visits + first->before + first->after))};
}

std::optional<std::string> versions_at_once(const Recording& recording, const std::string& service,
                                            const std::vector<Presence>& versions) {
  const std::size_t asked = std::min(versions.size(), most_versions);
  for (std::size_t i = 0; i < asked; ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const Presence& a = versions[k];
      const Presence& b = versions[i];
      const std::int64_t from = std::max(a.first, b.first);
      const std::int64_t to = std::min(a.last, b.last);
      if (from >= to || std::min(a.visits, b.visits) < fewest_visits) continue;
      return fmt::format("of {}, versions {} and {} answer at once, from {} to {}", service,
                         visible_name(recording.names.text(a.name)),
                         visible_name(recording.names.text(b.name)), moment_text(recording, from),
                         moment_text(recording, to));
    }
  }
  return std::nullopt;
}

}  // namespace

SignAnswer find_deployments(const Recording& recording) {
  SignAnswer answer;
  answer.sign = "deployment";
  const auto instances = find_presences(recording, &Span::instance);
  for (const auto& [service, presences] : instances) {
    if (presences.size() < 2) continue;
    answer.tests.push_back(test(recording, recording.names.text(service), "instance", presences));
  }
  const auto versions = find_presences(recording, &Span::version);
  for (const auto& [service, presences] : versions) {
    if (presences.size() < 2) continue;
    const std::string& name = recording.names.text(service);
    answer.tests.push_back(test(recording, name, "version", presences));
    if (const auto both = versions_at_once(recording, name, presences)) {
      answer.tests.push_back({0, *both});
    }
  }
  if (instances.empty()) {
    answer.untold.push_back("whether instances came or went: no service names all of its own");
  }
  if (versions.empty()) {
    answer.untold.push_back("whether versions changed: no service names all of its own");
  }
  return answer;
}

}  // namespace rehearse
