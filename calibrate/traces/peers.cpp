#include "calibrate/traces/peers.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "calibrate/readers/peer_place.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_hosts = 16;
/// Addresses say less than names: where one database has more of them they are its instances, and
/// so they are where they are not used at one time.
constexpr std::size_t most_addresses = 4;

struct Use {
  std::int64_t first = INT64_MAX;
  std::int64_t last = INT64_MIN;
};

/// What spans say of the databases of one kind.
struct Kind {
  std::set<NameId> named;
  std::map<NameId, std::string> addresses;                    // by what the span has
  std::map<std::string, std::set<std::string>> addresses_of;  // by the database's name
  std::map<std::string, Use> uses;                            // by address

  /// Else one took the place of another, as when a database moves.
  bool are_there_at_once(const std::set<std::string>& some) const {
    Use all{INT64_MIN, INT64_MAX};
    for (const std::string& address : some) {
      all.first = std::max(all.first, uses.at(address).first);
      all.last = std::min(all.last, uses.at(address).last);
    }
    return all.first < all.last;
  }
};
using Kinds = std::map<NameId, Kind>;
using NamesOfHosts = std::map<std::pair<NameId, NameId>, NameId>;  // by kind and host

Kinds kinds_of(const SpanSet& set) {
  std::map<std::pair<NameId, NameId>, Use> pairs;
  for (const Span& span : set.spans) {
    if (span.peer == 0 || span.peer_host == 0) continue;
    Use& use = pairs[{span.peer, span.peer_host}];
    use.first = std::min(use.first, span.start);
    use.last = std::max(use.last, span.end);
  }
  Kinds kinds;
  for (const auto& [pair, use] : pairs) {
    const auto& [kind, host] = pair;
    const auto place = place_of(set.names.text(host));
    if (!place) {
      kinds[kind].named.insert(host);
      continue;
    }
    const std::string address = shown_address(*place);
    kinds[kind].addresses[host] = address;
    kinds[kind].addresses_of[place->database].insert(address);
    Use& all = kinds[kind].uses[address];
    all.first = std::min(all.first, use.first);
    all.last = std::max(all.last, use.last);
  }
  // Those of which only an address is known may be the named ones.
  for (auto& [id, kind] : kinds) {
    if (kind.named.empty()) continue;
    kind.addresses.clear();
    kind.addresses_of.clear();
  }
  return kinds;
}

/// The names that stand for something else than the host of one kind of database.
std::set<NameId> names_taken(const SpanSet& set, const Kinds& kinds) {
  std::set<NameId> taken;
  for (const Span& span : set.spans) {
    taken.insert(span.service);
    taken.insert(span.peer);
  }
  std::set<NameId> seen;
  for (const auto& [kind, own] : kinds) {
    for (const NameId host : own.named) {
      if (!seen.insert(host).second) taken.insert(host);
    }
  }
  return taken;
}

/// Names the databases of one kind.
class KindNamer {
 public:
  KindNamer(SpanSet& set, NameId id, const Kind& kind, const std::set<NameId>& taken,
            NamesOfHosts& names)
      : set_(set), id_(id), kind_(kind), taken_(taken), names_(names) {
    for (const auto& [database, addresses] : kind.addresses_of) {
      if (addresses.size() > most_addresses || !kind.are_there_at_once(addresses)) {
        clusters_.insert(database);
      } else {
        single_.insert(addresses.begin(), addresses.end());
      }
    }
    if (single_.size() > most_hosts) {
      single_.clear();
      for (const auto& [database, addresses] : kind.addresses_of) clusters_.insert(database);
    }
    // One server may hold a database of its own beside those of the cluster.
    for (const std::string& database : clusters_) {
      for (const std::string& address : kind.addresses_of.at(database)) {
        single_.erase(address);
        cluster_of_.emplace(address, database);  // the first one stays
      }
    }
  }

  /// What is told of it, where there is more than one.
  std::vector<DatabaseHosts> name() {
    std::vector<DatabaseHosts> found;
    const bool few_named = kind_.named.size() <= most_hosts;
    const std::size_t peers =
        (few_named ? kind_.named.size() : 1) + single_.size() + clusters_.size();
    const std::size_t apart = (few_named ? kind_.named.size() : 0) + single_.size();
    if (peers > 1 && apart > 0) found.push_back({text(id_), apart, true});
    if (!few_named) found.push_back({text(id_), kind_.named.size(), false});
    for (const std::string& database : clusters_) {
      found.push_back({text(id_), kind_.addresses_of.at(database).size(), false});
    }
    if (peers < 2) return found;
    if (few_named) {
      for (const NameId host : kind_.named) names_[{id_, host}] = name_of(host);
    }
    for (const auto& [host, address] : kind_.addresses) name_address(host, address);
    return found;
  }

 private:
  const std::string& text(NameId name) const { return set_.names.text(name); }

  NameId name_of(NameId host) {
    return taken_.contains(host) ? set_.names.intern(text(id_) + "@" + text(host)) : host;
  }

  void name_address(NameId host, const std::string& address) {
    std::string where = address;
    if (!single_.contains(address)) {
      const std::string database = place_of(text(host))->database;
      where = clusters_.contains(database) ? database : cluster_of_.at(address);
    }
    if (!where.empty()) names_[{id_, host}] = set_.names.intern(text(id_) + "@" + where);
  }

  SpanSet& set_;
  NameId id_;
  const Kind& kind_;
  const std::set<NameId>& taken_;
  NamesOfHosts& names_;
  std::set<std::string> clusters_;                 // databases of many addresses
  std::map<std::string, std::string> cluster_of_;  // by address
  std::set<std::string> single_;                   // addresses that are a peer each
};

}  // namespace

std::vector<DatabaseHosts> name_databases(SpanSet& set) {
  const Kinds kinds = kinds_of(set);
  std::vector<DatabaseHosts> found;
  if (kinds.empty()) return found;
  NamesOfHosts names;
  const std::set<NameId> taken = names_taken(set, kinds);
  for (const auto& [id, kind] : kinds) {
    for (const DatabaseHosts& row : KindNamer(set, id, kind, taken, names).name()) {
      found.push_back(row);
    }
  }
  for (Span& span : set.spans) {
    if (span.peer == 0) continue;
    const auto name = names.find({span.peer, span.peer_host});
    if (name != names.end()) span.peer = name->second;
    span.peer_host = 0;
  }
  normalise(set);
  return found;
}

}  // namespace rehearse
