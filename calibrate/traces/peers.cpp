#include "calibrate/traces/peers.hpp"

#include <map>
#include <set>
#include <utility>

namespace rehearse {
namespace {

constexpr std::size_t most_hosts = 16;

using HostsByKind = std::map<NameId, std::set<NameId>>;

/// The names that stand for something else than the host of one kind of database.
std::set<NameId> names_taken(const SpanSet& set, const HostsByKind& hosts) {
  std::set<NameId> taken;
  for (const Span& span : set.spans) {
    taken.insert(span.service);
    taken.insert(span.peer);
  }
  std::set<NameId> seen;
  for (const auto& [kind, own] : hosts) {
    for (const NameId host : own) {
      if (!seen.insert(host).second) taken.insert(host);
    }
  }
  return taken;
}

}  // namespace

std::vector<DatabaseHosts> name_databases(SpanSet& set) {
  HostsByKind hosts;
  for (const Span& span : set.spans) {
    if (span.peer != 0 && span.peer_host != 0) hosts[span.peer].insert(span.peer_host);
  }
  std::vector<DatabaseHosts> found;
  if (hosts.empty()) return found;
  std::map<std::pair<NameId, NameId>, NameId> names;  // by kind and host
  const std::set<NameId> taken = names_taken(set, hosts);
  for (const auto& [kind, own] : hosts) {
    if (own.size() < 2) continue;
    found.push_back({set.names.text(kind), own.size(), own.size() <= most_hosts});
    if (!found.back().told_apart) continue;
    for (const NameId host : own) {
      names[{kind, host}] =
          taken.contains(host) ? set.names.intern(set.names.text(kind) + "@" + set.names.text(host))
                               : host;
    }
  }
  for (Span& span : set.spans) {
    const auto name = names.find({span.peer, span.peer_host});
    if (name != names.end()) span.peer = name->second;
    span.peer_host = 0;
  }
  normalise(set);
  return found;
}

}  // namespace rehearse
