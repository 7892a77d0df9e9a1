#include "calibrate/learn/instances.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <utility>

namespace rehearse {
namespace {

constexpr double wrong = 0.02;
constexpr std::size_t hand_over = 20;

/// Where one instance stands; the last span that says so counts (instances do not move).
struct Place {
  NameId zone = 0;
  NameId host = 0;
};

/// What one trace had to do with one instance.
struct Contact {
  std::int64_t start = 0;
  std::int64_t end = 0;
  NameId instance = 0;
  auto operator<=>(const Contact&) const = default;
};

struct Seen {
  std::map<NameId, Place> places;  // by instance
  std::set<NameId> versions;
  std::uint64_t spans = 0;
  std::vector<Contact> contacts;
  TraceId trace;                                   // being read
  std::map<NameId, std::size_t> contact_of_trace;  // by instance
};

/// When an instance was there, in ranks of contacts: from the first that it had to the last.
struct Presence {
  NameId instance = 0;
  std::size_t count = 0;
  std::size_t first = 0;
  std::size_t last = 0;
};

/// Widens what chance explains: `count` contacts that fall anywhere among all with equal luck.
Presence believed(Presence seen, std::size_t all, double chance) {
  const auto n = static_cast<double>(all);
  const auto k = static_cast<double>(seen.count);
  const double before = std::pow(static_cast<double>(all - seen.first) / n, k);
  const double after = std::pow(static_cast<double>(seen.last + 1) / n, k);
  const double range = static_cast<double>(seen.last + 1 - seen.first) / n;
  // Of the range of k uniform values: Wilks, Mathematical Statistics, 8.7.
  const double as_narrow = k * std::pow(range, k - 1) - (k - 1) * std::pow(range, k);
  if (before > chance && as_narrow > chance) seen.first = 0;
  if (after > chance && as_narrow > chance) seen.last = all - 1;
  return seen;
}

std::vector<Presence> presences_of(const std::vector<Contact>& contacts) {
  std::map<NameId, Presence> found;
  for (std::size_t rank = 0; rank < contacts.size(); ++rank) {
    const NameId instance = contacts[rank].instance;
    Presence& presence =
        found.try_emplace(instance, Presence{instance, 0, rank, rank}).first->second;
    ++presence.count;
    presence.last = rank;
  }
  std::vector<Presence> presences;
  for (const auto& [instance, presence] : found) presences.push_back(presence);
  return presences;
}

/// Who was there when, and how many.
class Crowd {
 public:
  /// `chance`: that an instance that was there all the time is taken for one that was not.
  Crowd(std::vector<Presence> presences, std::size_t contacts, double chance)
      : presences_(std::move(presences)) {
    std::vector<std::ptrdiff_t> change(contacts + 1, 0);
    for (Presence& presence : presences_) {
      presence = believed(presence, contacts, chance);
      ++change[presence.first];
      --change[presence.last + 1];
    }
    std::ptrdiff_t there = 0;
    for (std::size_t rank = 0; rank < contacts; ++rank) {
      there += change[rank];
      at_.push_back(static_cast<std::size_t>(there));
    }
  }

  /// The largest number that so many contacts met, or more than it.
  std::size_t met_by(std::size_t contacts) const {
    std::vector<std::size_t> falling = at_;
    const auto nth =
        falling.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(contacts, 1) - 1);
    std::nth_element(falling.begin(), nth, falling.end(), std::greater<>());
    return *nth;
  }

  /// The largest number that was there for so much of the time, or more than it; by `contacts`, of
  /// which each stands for the time to the next.
  std::size_t there_for(double share, const std::vector<Contact>& contacts) const {
    std::map<std::size_t, double, std::greater<>> times;
    double all = 0;
    for (std::size_t rank = 0; rank + 1 < at_.size(); ++rank) {
      const auto time = static_cast<double>(contacts[rank + 1].start - contacts[rank].start);
      times[at_[rank]] += time;
      all += time;
    }
    double so_far = 0;
    for (const auto& [number, time] : times) {
      so_far += time;
      if (so_far >= share * all) return number;
    }
    return at_.front();
  }

  std::vector<std::size_t> ranks_of_more_than(std::size_t number) const {
    std::vector<std::size_t> ranks;
    for (std::size_t rank = 0; rank < at_.size(); ++rank) {
      if (at_[rank] > number) ranks.push_back(rank);
    }
    return ranks;
  }

  /// The first time that exactly so many were there.
  std::set<NameId> instances_when(std::size_t number) const {
    const auto when =
        static_cast<std::size_t>(std::find(at_.begin(), at_.end(), number) - at_.begin());
    std::set<NameId> instances;
    for (const Presence& presence : presences_) {
      if (presence.first <= when && when <= presence.last) instances.insert(presence.instance);
    }
    return instances;
  }

 private:
  std::vector<Presence> presences_;
  std::vector<std::size_t> at_;  // by rank of contacts: how many were there
};

/// Sets the numbers of `facts`, and returns the instances that were there when so many were.
std::set<NameId> count_at_a_time(std::vector<Contact> contacts, InstanceFacts& facts) {
  std::sort(contacts.begin(), contacts.end());
  const std::vector<Presence> presences = presences_of(contacts);
  const std::size_t all = contacts.size();
  const Crowd crowd(presences, all, wrong);
  const std::size_t most = crowd.met_by((all + hand_over - 1) / hand_over);
  facts.instances = static_cast<int>(most);
  facts.most = facts.instances;
  // So many are asked whether they were there all the time that one may well look as if it was not.
  const Crowd surely(presences, all, wrong / static_cast<double>(presences.size()));
  const std::size_t typical = surely.there_for(0.5 - 1.0 / hand_over, contacts);
  if (typical >= most) return crowd.instances_when(most);  // so some rank of `surely` has more, too
  facts.instances = static_cast<int>(typical);
  const std::vector<std::size_t> more = surely.ranks_of_more_than(typical);
  facts.share_of_more = static_cast<double>(more.size()) / static_cast<double>(all);
  facts.more_from = contacts[more.front()].start;
  facts.more_until = contacts[more.back()].start;
  return surely.instances_when(typical);
}

void see_contact(Seen& seen, const Span& span) {
  const auto [known, fresh] =
      seen.contact_of_trace.try_emplace(span.instance, seen.contacts.size());
  if (fresh) {
    seen.contacts.push_back({span.start, span.end, span.instance});
    return;
  }
  Contact& contact = seen.contacts[known->second];
  contact.start = std::min(contact.start, span.start);
  contact.end = std::max(contact.end, span.end);
}

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

InstanceFacts facts_of(Seen& seen, const NameTable& names) {
  InstanceFacts facts;
  facts.spans = seen.spans;
  facts.ids = seen.places.size();
  if (facts.ids > 1) {
    const std::set<NameId> together = count_at_a_time(std::move(seen.contacts), facts);
    std::erase_if(seen.places, [&](const auto& place) { return !together.contains(place.first); });
  }
  facts.named = facts.ids > 1 || !seen.places.contains(0);
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
    if (span.trace != seen.trace) seen.contact_of_trace.clear();
    seen.trace = span.trace;
    if (span.instance != 0) see_contact(seen, span);
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
