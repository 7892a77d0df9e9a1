#include "calibrate/learn/instances.hpp"

#include <algorithm>
#include <set>

namespace rehearse {
namespace {

/// Where one instance stands; the last span that says so counts (instances do not move).
struct Place {
  NameId zone = 0;
  NameId host = 0;
};

struct Seen {
  std::map<NameId, Place> places;  // by instance
  std::set<NameId> versions;
  std::uint64_t spans = 0;
};

std::vector<std::string> names_of(const Seen& seen, NameId Place::*field, const NameTable& names) {
  std::vector<std::string> texts;
  for (const auto& [instance, place] : seen.places) {
    if (place.*field == 0) return {};
    texts.push_back(names.text(place.*field));
  }
  const bool all_equal =
      std::adjacent_find(texts.begin(), texts.end(), std::not_equal_to<>()) == texts.end();
  if (all_equal) texts.resize(1);
  return texts;
}

InstanceFacts facts_of(const Seen& seen, const NameTable& names) {
  InstanceFacts facts;
  facts.spans = seen.spans;
  facts.instances = static_cast<int>(std::max<std::size_t>(seen.places.size(), 1));
  facts.named = seen.places.size() > 1 || !seen.places.contains(0);
  facts.placement.zones = names_of(seen, &Place::zone, names);
  facts.placement.hosts = names_of(seen, &Place::host, names);
  for (const NameId version : seen.versions) {
    if (version == 0) continue;
    facts.versions += (facts.versions.empty() ? "" : ", ") + names.text(version);
  }
  return facts;
}

}  // namespace

std::map<NameId, InstanceFacts> study_instances(const TraceForest& forest, const NameTable& names) {
  std::map<NameId, Seen> services;
  for (const Span& span : forest.spans) {
    Seen& seen = services[span.service];
    ++seen.spans;
    seen.versions.insert(span.version);
    Place& place = seen.places[span.instance];
    if (span.zone != 0) place.zone = span.zone;
    if (span.host != 0) place.host = span.host;
  }
  std::map<NameId, InstanceFacts> facts;
  for (auto& [service, seen] : services) {
    // Some spans without an instance beside others with one are not an instance more.
    if (seen.places.size() > 1) seen.places.erase(0);
    facts[service] = facts_of(seen, names);
  }
  return facts;
}

}  // namespace rehearse
