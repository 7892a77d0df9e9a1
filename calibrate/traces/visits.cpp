#include "calibrate/traces/visits.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "calibrate/traces/clock_offsets.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
using EndpointPair = std::pair<NameId, NameId>;

bool consumes_messages(SpanKind caller, SpanKind callee) {
  return caller == SpanKind::producer || callee == SpanKind::consumer;
}

class VisitFinder {
 public:
  VisitFinder(const TraceForest& forest, const std::vector<Role>& roles,
              const std::set<EndpointEdge>& without_lost)
      : forest_(forest),
        roles_(roles),
        without_lost_(without_lost),
        grains_(clock_grains(forest)) {}

  VisitTable find() {
    learn_callees();
    number_endpoints();
    table_.visit_of_span.assign(forest_.spans.size(), none);
    for (std::uint32_t i = 0; i < forest_.spans.size(); ++i) {
      if (roles_[i] == Role::endpoint) add_visit(i);
    }
    count_fragments();
    settle_clocks();
    find_detached_edges();
    return std::move(table_);
  }

 private:
  const Span& span(std::uint32_t i) const { return forest_.spans[i]; }
  EndpointPair key(std::uint32_t i) const { return {span(i).service, span(i).operation}; }

  std::uint64_t endpoints_below(std::uint32_t client) const {
    const auto children = forest_.children(client);
    return static_cast<std::uint64_t>(
        std::count_if(children.begin(), children.end(),
                      [this](std::uint32_t child) { return roles_[child] == Role::endpoint; }));
  }

  std::uint32_t only_endpoint_below(std::uint32_t client) const {
    std::uint32_t found = none;
    for (const std::uint32_t child : forest_.children(client)) {
      if (roles_[child] != Role::endpoint) continue;
      if (found != none) return none;
      found = child;
    }
    return found;
  }

  using Callees = std::map<EndpointPair, std::map<EndpointPair, double>>;  // and how often

  static std::map<EndpointPair, EndpointPair> most_frequent(const Callees& seen) {
    std::map<EndpointPair, EndpointPair> usual;
    for (const auto& [client, callees] : seen) {
      const auto most =
          std::max_element(callees.begin(), callees.end(),
                           [](const auto& a, const auto& b) { return a.second < b.second; });
      usual[client] = most->first;
    }
    return usual;
  }

  /// Where all callees are of one service: what many services have (health checks, reflection)
  /// tells of none.
  static std::map<EndpointPair, EndpointPair> of_one_service(const Callees& seen) {
    std::map<EndpointPair, EndpointPair> usual = most_frequent(seen);
    std::erase_if(usual, [&](const auto& found) {
      const auto& callees = seen.at(found.first);
      return callees.begin()->first.first != callees.rbegin()->first.first;
    });
    return usual;
  }

  /// The remote procedure that a client span names without naming who has it.
  bool has_procedure(std::uint32_t i) const { return span(i).peer == 0 && span(i).peer_host != 0; }
  EndpointPair procedure(std::uint32_t i) const { return {span(i).peer_host, span(i).operation}; }

  /// Whom the client spans of each service and operation mostly call, for those whose server span
  /// was lost, or never was; and who has which remote procedures, for callers that never got
  /// through themselves.
  void learn_callees() {
    Callees seen;
    Callees procedures;
    Callees interfaces;
    for (std::uint32_t i = 0; i < forest_.spans.size(); ++i) {
      if (roles_[i] != Role::client) continue;
      const std::uint32_t callee = only_endpoint_below(i);
      if (callee == none) continue;
      seen[key(i)][key(callee)] += span(i).adjusted_count;
      if (!has_procedure(i)) continue;
      procedures[procedure(i)][key(callee)] += span(i).adjusted_count;
      interfaces[{span(i).peer_host, 0}][{span(callee).service, 0}] += span(i).adjusted_count;
    }
    usual_callee_ = most_frequent(seen);
    callee_with_procedure_ = of_one_service(procedures);
    service_with_interface_ = of_one_service(interfaces);
  }

  /// Nothing when nobody was seen to have it, or only the caller itself.
  const EndpointPair* callee_with_procedure(std::uint32_t client, EndpointPair& storage) const {
    const auto known = callee_with_procedure_.find(procedure(client));
    if (known != callee_with_procedure_.end()) {
      storage = known->second;
    } else {
      const auto service = service_with_interface_.find({span(client).peer_host, 0});
      if (service == service_with_interface_.end()) return nullptr;
      storage = {service->second.first, span(client).operation};
    }
    return storage.first == span(client).service ? nullptr : &storage;
  }

  /// Whom a client span without a server below it called; nothing when it says no name.
  const EndpointPair* target(std::uint32_t client, EndpointPair& storage) const {
    const auto usual = usual_callee_.find(key(client));
    // Many messages may be consumed by one span, which has one of them as its parent.
    const bool may_be_lost = span(client).kind != SpanKind::producer;
    if (usual != usual_callee_.end() && may_be_lost) return &usual->second;
    if (has_procedure(client)) return callee_with_procedure(client, storage);
    if (span(client).peer == 0 || span(client).peer == span(client).service) return nullptr;
    storage = {span(client).peer, span(client).operation};
    return &storage;
  }

  void number_endpoints() {
    std::map<EndpointPair, bool> seen;  // whether at least once as an endpoint
    for (std::uint32_t i = 0; i < forest_.spans.size(); ++i) {
      if (roles_[i] == Role::endpoint) seen[key(i)] = true;
      if (roles_[i] != Role::client || endpoints_below(i) > 0) continue;
      EndpointPair storage;
      if (const EndpointPair* called = target(i, storage)) seen.emplace(*called, false);
    }
    for (const auto& [pair, observed] : seen) {
      numbers_[pair] = static_cast<std::uint32_t>(table_.endpoints.size());
      table_.endpoints.push_back({pair.first, pair.second, !observed});
    }
  }

  void add_visit(std::uint32_t i) {
    Visit visit;
    visit.span = i;
    visit.endpoint = numbers_.at(key(i));
    visit.first_call = static_cast<std::uint32_t>(table_.calls.size());
    std::vector<std::uint32_t> open{i};
    while (!open.empty()) {
      const std::uint32_t at = open.back();
      open.pop_back();
      for (const std::uint32_t child : forest_.children(at)) {
        if (roles_[child] == Role::endpoint) {
          add_call(visit, none, child);
        } else if (roles_[child] == Role::client) {
          add_client(visit, child, open);
        } else {
          open.push_back(child);
        }
      }
    }
    visit.call_count = static_cast<std::uint32_t>(table_.calls.size()) - visit.first_call;
    table_.visit_of_span[i] = static_cast<std::uint32_t>(table_.visits.size());
    table_.visits.push_back(visit);
  }

  void add_client(const Visit& visit, std::uint32_t client, std::vector<std::uint32_t>& open) {
    const std::uint32_t callee = only_endpoint_below(client);
    if (callee != none) {
      add_call(visit, client, callee);
      for (const std::uint32_t child : forest_.children(client)) {
        if (child != callee) open.push_back(child);
      }
    } else if (endpoints_below(client) == 0) {
      add_call(visit, client, none);  // what is below is part of it: a connection, a look-up
    } else {
      open.push_back(client);  // several servers below one client: each is a call of its own
    }
  }

  void add_call(const Visit& visit, std::uint32_t client, std::uint32_t callee) {
    RecordedCall call;
    call.client = client;
    call.callee = callee;
    const Span& timed = span(client != none ? client : callee);
    call.start = timed.start;
    call.end = timed.end;
    call.failed = timed.error || (callee != none && span(callee).error);
    if (callee != none) {
      call.endpoint = numbers_.at(key(callee));
    } else {
      EndpointPair storage;
      const EndpointPair* called = target(client, storage);
      if (!called) {
        ++table_.counts.unnamed_peers;
        return;
      }
      call.endpoint = numbers_.at(*called);
      if (without_lost_.contains({visit.endpoint, call.endpoint})) {
        ++table_.counts.calls_in_circles;
        return;
      }
      const bool observed = !table_.endpoints[call.endpoint].peer_only;
      ++(observed ? table_.counts.servers_not_recorded : table_.counts.peers_called);
    }
    const SpanKind caller_kind = client != none ? span(client).kind : SpanKind::unknown;
    const SpanKind callee_kind = callee != none ? span(callee).kind : SpanKind::unknown;
    call.detached = consumes_messages(caller_kind, callee_kind);
    if (client == none && !call.detached) clocks_.note(span(visit.span), span(callee));
    table_.calls.push_back(call);
  }

  /// Another host's clock may say that a call began before its caller did, or ended after it.
  void settle_clocks() {
    clocks_.settle();
    for (const Visit& visit : table_.visits) {
      const std::span<RecordedCall> calls(table_.calls.data() + visit.first_call, visit.call_count);
      for (RecordedCall& call : calls) shift_into(visit, call);
      std::sort(calls.begin(), calls.end(), [](const RecordedCall& a, const RecordedCall& b) {
        return std::tie(a.start, a.end, a.endpoint, a.client, a.callee) <
               std::tie(b.start, b.end, b.endpoint, b.client, b.callee);
      });
    }
  }

  void shift_into(const Visit& visit, RecordedCall& call) {
    if (call.client != none) return;
    const Span& caller = span(visit.span);
    std::int64_t later = -clocks_.between(caller, span(call.callee));
    later = std::max(later, caller.start - call.start);
    if (later == 0) return;
    call.start += later;
    call.end += later;
    ++table_.counts.calls_shifted;
  }

  void count_fragments() {
    // A parent may come after its child in the order of ids, hence the walk up, remembered.
    std::vector<std::uint8_t> state(forest_.spans.size(), 0);  // 1: below a visit, 2: below none
    std::vector<std::uint32_t> path;
    for (std::uint32_t i = 0; i < forest_.spans.size(); ++i) {
      std::uint32_t at = i;
      while (at != none && state[at] == 0 && roles_[at] != Role::endpoint) {
        path.push_back(at);
        at = forest_.parent[at];
      }
      const bool inside = at != none && state[at] != 2;
      for (const std::uint32_t walked : path) state[walked] = inside ? 1 : 2;
      path.clear();
      if (state[i] == 2) ++table_.counts.fragments;
    }
  }

  /// Of both sides, not said to be a call, and no shorter than it: a server that seems to begin
  /// when its client is done, and would fit into it, has another clock.
  bool may_be_message(const RecordedCall& call) const {
    if (call.client == none || call.callee == none) return false;
    if (span(call.callee).duration() <= span(call.client).duration()) return false;
    return span(call.client).kind != SpanKind::client || span(call.callee).kind != SpanKind::server;
  }

  /// By how much a call may seem to outlive its visit without doing so.
  std::int64_t tolerance(const Visit& visit) const {
    const Span& own = span(visit.span);
    return grains_[own.service] + own.duration() / 100;
  }

  /// How the calls of an edge ended, beside the visits that made them.
  struct SeenEnds {
    double good = 0;
    double outliving = 0;
    double begun_afterwards = 0;                  // after the client span was over
    std::vector<std::int64_t> stayed_before_end;  // visits that calls outlived, from their start
    std::int64_t longest_stay_otherwise = 0;
  };

  static bool is_detached(const SeenEnds& seen) {
    if (seen.begun_afterwards * 2 > seen.good) return true;
    return seen.outliving * 10 >= seen.good && !gave_up(seen);
  }

  /// Whether visits stayed for one time, longer than with all other calls, before they left without
  /// the answer: that is a timeout.
  static bool gave_up(const SeenEnds& seen) {
    constexpr double width = 0.05;
    std::vector<std::int64_t> stays = seen.stayed_before_end;
    if (stays.size() < 3 || seen.outliving * 2 > seen.good) return false;
    std::sort(stays.begin(), stays.end());
    const auto value = static_cast<double>(stays[stays.size() / 2]);
    return static_cast<double>(stays.front()) >= value * (1 - width) &&
           static_cast<double>(stays.back()) <= value * (1 + width) &&
           static_cast<double>(seen.longest_stay_otherwise) < value * (1 - width);
  }

  void find_detached_edges() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, SeenEnds> edges;
    for (const Visit& visit : table_.visits) {
      for (const RecordedCall& call : table_.calls_of(visit)) {
        // Who fails may have given up; and of a message it is known already.
        if (call.failed || call.detached || span(visit.span).error) continue;
        SeenEnds& edge = edges[{visit.endpoint, call.endpoint}];
        const double weight = span(visit.span).adjusted_count;
        const std::int64_t stayed = span(visit.span).end - call.start;
        edge.good += weight;
        if (call.end > span(visit.span).end + tolerance(visit)) {
          edge.outliving += weight;
          edge.stayed_before_end.push_back(stayed);
        } else {
          edge.longest_stay_otherwise = std::max(edge.longest_stay_otherwise, stayed);
        }
        if (may_be_message(call) && span(call.callee).start >= call.end) {
          edge.begun_afterwards += weight;
        }
      }
    }
    for (const Visit& visit : table_.visits) {
      for (std::uint32_t i = 0; i < visit.call_count; ++i) {
        RecordedCall& call = table_.calls[visit.first_call + i];
        const auto edge = edges.find({visit.endpoint, call.endpoint});
        if (edge == edges.end()) continue;
        if (is_detached(edge->second)) call.detached = true;
      }
    }
  }

  const TraceForest& forest_;
  const std::vector<Role>& roles_;
  const std::set<EndpointEdge>& without_lost_;
  std::vector<std::int64_t> grains_;
  ClockOffsets clocks_;
  std::map<EndpointPair, EndpointPair> usual_callee_;
  std::map<EndpointPair, EndpointPair> callee_with_procedure_;
  std::map<EndpointPair, EndpointPair> service_with_interface_;  // without operations
  std::map<EndpointPair, std::uint32_t> numbers_;
  VisitTable table_;
};

/// Drops edges towards endpoints from which no edge goes on, until there are none.
void drop_dead_ends(std::set<EndpointEdge>& edges, std::size_t endpoints) {
  std::vector<std::size_t> outgoing(endpoints, 0);
  std::vector<std::vector<std::uint32_t>> callers(endpoints);
  for (const auto& [caller, callee] : edges) {
    ++outgoing[caller];
    callers[callee].push_back(caller);
  }
  std::vector<std::uint32_t> dead;
  for (std::uint32_t i = 0; i < endpoints; ++i) {
    if (outgoing[i] == 0) dead.push_back(i);
  }
  while (!dead.empty()) {
    const std::uint32_t at = dead.back();
    dead.pop_back();
    for (const std::uint32_t caller : callers[at]) {
      edges.erase({caller, at});
      if (--outgoing[caller] == 0) dead.push_back(caller);
    }
  }
}

}  // namespace

std::vector<std::int64_t> clock_grains(const TraceForest& forest) {
  struct Starts {
    std::uint64_t count = 0;
    bool whole_milliseconds = true;
    bool whole_microseconds = true;
  };
  NameId largest = 0;
  for (const Span& span : forest.spans) largest = std::max(largest, span.service);
  std::vector<Starts> starts(largest + 1);
  for (const Span& span : forest.spans) {
    Starts& own = starts[span.service];
    ++own.count;
    own.whole_milliseconds = own.whole_milliseconds && span.start % 1'000'000 == 0;
    own.whole_microseconds = own.whole_microseconds && span.start % 1'000 == 0;
  }
  std::vector<std::int64_t> grains;
  for (const Starts& own : starts) {
    const bool enough = own.count >= 20;
    grains.push_back(enough && own.whole_milliseconds   ? 1'000'000
                     : enough && own.whole_microseconds ? 1'000
                                                        : 1);
  }
  return grains;
}

VisitTable find_visits(const TraceForest& forest, const std::vector<Role>& roles,
                       const std::set<EndpointEdge>& without_lost) {
  return VisitFinder(forest, roles, without_lost).find();
}

std::set<EndpointEdge> circular_edges(const VisitTable& table) {
  std::set<EndpointEdge> edges;
  for (const Visit& visit : table.visits) {
    for (const RecordedCall& call : table.calls_of(visit)) {
      edges.insert({visit.endpoint, call.endpoint});
    }
  }
  std::set<EndpointEdge> backwards;
  drop_dead_ends(edges, table.endpoints.size());
  for (const auto& [caller, callee] : edges) backwards.insert({callee, caller});
  drop_dead_ends(backwards, table.endpoints.size());
  std::set<EndpointEdge> circular;
  for (const auto& [callee, caller] : backwards) circular.insert({caller, callee});
  return circular;
}

}  // namespace rehearse
