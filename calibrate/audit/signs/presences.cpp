#include "calibrate/audit/signs/presences.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace rehearse {
namespace {

struct Sighting {
  std::int64_t at = 0;
  NameId name = 0;
};

/// None of the first `silent` of `all` is among `own` that stand anywhere.
double silence_by_chance(std::uint64_t silent, std::uint64_t own, std::uint64_t all) {
  const std::uint64_t few = std::min(silent, own);
  const auto many = static_cast<double>(std::max(silent, own));
  double logarithm = 0;
  for (std::uint64_t i = 0; i < few; ++i) {
    logarithm += std::log1p(-many / static_cast<double>(all - i));
  }
  return std::exp(logarithm);
}

std::vector<Presence> presences_in(std::vector<Sighting> sightings) {
  std::stable_sort(sightings.begin(), sightings.end(),
                   [](const Sighting& a, const Sighting& b) { return a.at < b.at; });
  std::map<NameId, Presence> names;
  const std::uint64_t all = sightings.size();
  for (std::uint64_t i = 0; i < all; ++i) {
    const auto [known, fresh] = names.try_emplace(sightings[i].name);
    Presence& presence = known->second;
    if (fresh) {
      presence.name = sightings[i].name;
      presence.before = i;
      presence.first = sightings[i].at;
    }
    ++presence.visits;
    presence.after = all - i - 1;
    presence.last = sightings[i].at;
  }
  std::vector<Presence> presences;
  for (auto& [name, presence] : names) {
    presence.appears_by_chance = silence_by_chance(presence.before, presence.visits, all);
    presence.goes_by_chance = silence_by_chance(presence.after, presence.visits, all);
    presences.push_back(presence);
  }
  return presences;
}

}  // namespace

std::map<NameId, std::vector<Presence>> find_presences(const Recording& recording,
                                                       NameId Span::*name) {
  // By service, trace and name: the first visit.
  std::map<NameId, std::map<std::tuple<TraceId, NameId>, std::int64_t>> services;
  for (const Visit& visit : recording.visits.visits) {
    const Span& span = recording.span_of(visit);
    const auto [known, fresh] =
        services[span.service].try_emplace({span.trace, span.*name}, span.start);
    known->second = std::min(known->second, span.start);
  }
  std::map<NameId, std::vector<Presence>> result;
  for (const auto& [service, visits] : services) {
    std::vector<Sighting> sightings;
    bool named = true;
    for (const auto& [of, at] : visits) {
      const NameId who = std::get<1>(of);
      named = named && !recording.names.text(who).empty();
      sightings.push_back({at, who});
    }
    if (named) result[service] = presences_in(std::move(sightings));
  }
  return result;
}

}  // namespace rehearse
