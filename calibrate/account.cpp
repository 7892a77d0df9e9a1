#include "calibrate/account.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

namespace rehearse {
namespace {

using Text = std::back_insert_iterator<std::string>;

std::string_view word(Role role) {
  switch (role) {
    case Role::endpoint:
      return "endpoint";
    case Role::client:
      return "client side";
    case Role::internal:
      return "internal";
  }
  return "";
}

/// A line only when there is something to tell.
void tell(Text out, std::uint64_t count, std::string_view what) {
  if (count > 0) fmt::format_to(out, "  {:>9}  {}\n", count, what);
}

void tell_left_out(Text out, const Account& account) {
  tell(out, account.read.without_id, "spans without a trace or span id: left out");
  tell(out, account.read.with_bad_times, "spans with impossible times: left out");
  tell(out, account.read.without_service, "spans without a service: kept as unknown-service");
  tell(out, account.read.unusable_elements, "elements that are not traces: left out");
  tell(out, account.read.impossible_sampling,
       "sampling weights that cannot be: left out, these spans stand for themselves");
  tell(out, account.forest.duplicates, "duplicates of spans: left out");
  tell(out, account.forest.differing_duplicates,
       "of these not equal to the one kept (the longest)");
  tell(out, account.forest.ids_shared_by_two_sides,
       "ids shared by a client and a server: split in two");
  tell(out, account.forest.orphans,
       "spans whose parent was not recorded: used, but not as requests of users");
  tell(out, account.forest.cycles, "circles of parents: opened at their earliest span");
  tell(out, account.forest.traces_without_root, "traces without a root");
  tell(out, account.forest.traces_with_several_roots, "traces with several roots");
  tell(out, account.forest.children_ending_late, "children that end after their parent: kept");
  tell(out, account.forest.children_starting_late,
       "of these children that even start after it ended");
  tell(out, account.visits.fragments, "spans below no known endpoint: left out");
  tell(out, account.visits.servers_not_recorded,
       "calls whose server span is missing: counted as calls to the usual endpoint");
  tell(out, account.visits.calls_in_circles,
       "calls whose server span is missing and that would call again without end: part of the "
       "caller's own time");
  tell(out, account.visits.peers_called, "calls to uninstrumented peers: leaves of their own");
  tell(out, account.visits.unnamed_peers,
       "calls to peers without a name: part of the caller's own time");
  tell(out, account.visits.calls_shifted, "calls that began before their caller: moved");
}

void write_left_out(Text out, const Account& account) {
  std::string lines;
  tell_left_out(Text(lines), account);
  fmt::format_to(out, "\nLeft out, or repaired:{}\n{}", lines.empty() ? " nothing" : "", lines);
}

void write_roles(Text out, const Account& account) {
  fmt::format_to(out,
                 "\nService and operation of every span: {} pairs, {} endpoints, {} client sides, "
                 "{} internal:\n",
                 account.roles.size(), account.pairs_in_role(Role::endpoint),
                 account.pairs_in_role(Role::client), account.pairs_in_role(Role::internal));
  for (const RoleRow& row : account.roles) {
    fmt::format_to(out, "  {:>9}  {:<11}  {} {}", row.spans, word(row.role), row.service,
                   row.operation);
    if (row.in_other_roles > 0) fmt::format_to(out, "  ({} in other roles)", row.in_other_roles);
    fmt::format_to(out, "\n");
  }
}

void write_endpoints(Text out, const Account& account) {
  fmt::format_to(out,
                 "\nEndpoints (visits, structures seen, behaviours kept, mean, own errors):\n");
  for (const EndpointRow& row : account.endpoints) {
    fmt::format_to(out, "  {:>9}  {:>4}  {:>4}  {:>10.3f} ms  {:>6.2f} %  {}{}\n",
                   row.counts.visits, row.counts.structures, row.behaviours, row.mean_milliseconds,
                   row.own_error_percent, row.endpoint,
                   row.peer_only ? "  (peer, seen from its callers)" : "");
  }
  BehaviourCounts all;
  for (const EndpointRow& row : account.endpoints) {
    all.ended_by_failed_call += row.counts.ended_by_failed_call;
    all.taken_for_another_order += row.counts.taken_for_another_order;
    all.taken_for_nearest += row.counts.taken_for_nearest;
  }
  tell(out, all.ended_by_failed_call, "visits cut short by a failed call: explained by its errors");
  tell(out, all.taken_for_another_order, "visits with a rare order of calls: taken for the usual");
  tell(out, all.taken_for_nearest, "visits with a rare structure: taken for the nearest kept one");
}

void write_edges(Text out, const Account& account) {
  if (account.edges.empty()) {
    fmt::format_to(out, "\nCalls: none\n");
    return;
  }
  fmt::format_to(
      out, "\nCalls (number, failed, with both sides recorded, server longer than client):\n");
  for (const EdgeRow& row : account.edges) {
    fmt::format_to(out, "  {:>9}  {:>6}  {:>7}  {:>5}  {} -> {}{}{}{}\n", row.facts.calls,
                   row.facts.failed, row.facts.both_sides, row.facts.negative_gaps, row.caller,
                   row.callee, row.facts.detached > 0 ? "  (fire and forget)" : "",
                   row.ignored_when_failed ? "  (failures survived)" : "",
                   row.slower_way ? "  (slower on its way than its like: work of the caller)" : "");
  }
}

}  // namespace

std::size_t Account::pairs_in_role(Role role) const {
  return static_cast<std::size_t>(std::count_if(
      roles.begin(), roles.end(), [role](const RoleRow& row) { return row.role == role; }));
}

std::string text(const Account& account) {
  std::string result;
  Text out(result);
  fmt::format_to(out, "Files:\n");
  for (const std::string& file : account.files) fmt::format_to(out, "  {}\n", file);
  fmt::format_to(out, "Spans read: {}, used: {}, in {} traces of {} services.\n",
                 account.read.spans, account.spans_used, account.forest.traces, account.services);
  const ArrivalFacts& arrivals = account.arrivals;
  fmt::format_to(out, "Requests: {} ({:.0f} with those not sampled) in {:.3f} s", arrivals.requests,
                 arrivals.adjusted_requests, arrivals.seconds);
  if (arrivals.pauses > 0) {
    fmt::format_to(out, ", {} pause{} left out", arrivals.pauses, arrivals.pauses == 1 ? "" : "s");
  }
  fmt::format_to(out, "{}.\n",
                 arrivals.per_second > 0 ? fmt::format(": {:.3f}/s", arrivals.per_second)
                                         : std::string(", which tells no rate"));
  write_left_out(out, account);
  write_roles(out, account);
  write_endpoints(out, account);
  write_edges(out, account);
  fmt::format_to(out, "\nAssumed, as the recording cannot tell:\n");
  for (const std::string& sentence : account.assumptions) fmt::format_to(out, "  {}\n", sentence);
  return result;
}

}  // namespace rehearse
