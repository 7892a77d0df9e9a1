#include "calibrate/audit/account.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

using AccountText = std::back_insert_iterator<std::string>;

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
void tell(AccountText out, std::uint64_t count, std::string_view what) {
  if (count > 0) fmt::format_to(out, "  {:>9}  {}\n", count, what);
}

/// Of one or of several things: "span", or "spans", and what is said of each.
void tell(AccountText out, std::uint64_t count, std::string_view one, std::string_view several,
          std::string_view rest) {
  tell(out, count, fmt::format("{} {}", agreeing(count, one, several), rest));
}

void tell_of_spans(AccountText out, const Account& account) {
  const auto spans = [&](std::uint64_t count, std::string_view rest) {
    tell(out, count, "span", "spans", rest);
  };
  spans(account.read.without_id, "without a trace or span id: left out");
  spans(account.read.with_bad_times, "with impossible times: left out");
  spans(account.read.without_service, "without a service: kept as unknown-service");
  tell(out, account.read.unusable_elements, "element", "elements",
       "without any trace that can be read: left out");
  tell(out, account.read.unreadable_values, "value", "values",
       "that cannot be read whole: kept in part, or left out");
  if (const FirstLeftOut& first = account.read.first_left_out; !first.file.empty()) {
    fmt::format_to(out, "             the first: {}\n", text(first));
  }
  tell(out, account.read.inferred_segments, "segment", "segments",
       "that X-Ray inferred from a call: left out, the call itself is used");
  spans(account.read.truncated_trace_ids,
        "with the lower half of a trace id: joined with the trace whose id ends so");
  tell(out, account.read.impossible_sampling, "sampling weight", "sampling weights",
       "that cannot be: left out, each of these spans stands for itself");
  tell(out, account.forest.duplicates, "duplicate", "duplicates", "of spans: left out");
  tell(out, account.forest.differing_duplicates,
       "of these not equal to the one kept (the longest)");
  tell(out, account.forest.ids_shared_by_two_sides, "id", "ids",
       "shared by a client and a server: split in two");
  spans(account.forest.orphans - account.arrivals.begun_below,
        "whose parent was not recorded: used, but not as requests of users");
  tell(out, account.arrivals.begun_below, "request", "requests",
       "begun below a parent that was not recorded, in a trace without a root");
  tell(out, account.forest.cycles, "circle", "circles", "of parents: opened at the earliest span");
  tell(out, account.forest.traces_without_root, "trace", "traces", "without a root");
  tell(out, account.forest.traces_with_several_roots, "trace", "traces", "with several roots");
  tell(out, account.forest.children_ending_late, "child", "children",
       "ending after the parent: kept");
  tell(out, account.forest.children_starting_late, "of these even started after it ended");
  spans(account.visits.fragments, "below no known endpoint: left out");
}

void tell_of_calls(AccountText out, const Account& account) {
  const auto calls = [&](std::uint64_t count, std::string_view rest) {
    tell(out, count, "call", "calls", rest);
  };
  calls(account.visits.servers_not_recorded,
        "whose server span is missing: counted as going to the usual endpoint");
  calls(account.visits.calls_in_circles,
        "whose server span is missing and that would call again without end: part of the "
        "caller's own time");
  calls(account.visits.peers_called, "to an uninstrumented peer: a leaf of its own");
  calls(account.visits.unnamed_peers, "to a peer without a name: part of the caller's own time");
  calls(account.visits.calls_shifted, "outside their caller by the clock of another host: moved");
}

void tell_of_contexts(AccountText out, const Account& account) {
  for (const DroppedContextRow& row : account.dropped_contexts) {
    tell(out, row.visits, "visit", "visits",
         row.joined > 0
             ? fmt::format("of {} in traces of their own, within {} in time: warning, {} taken for "
                           "its calls",
                           row.endpoint, row.caller, count_text(row.joined))
             : fmt::format("of {} in traces of their own, within {} in time: warning, these may be "
                           "its calls, and in the model a fault there does not reach it",
                           row.endpoint, row.caller));
  }
}

void tell_of_instances(AccountText out, const Account& account) {
  for (const ReplacedRow& row : account.replaced) {
    tell(out, row.ids,
         fmt::format("ids of instances of {}, {} at a time: the others took the place of some",
                     row.service, row.at_a_time));
  }
}

void tell_of_databases(AccountText out, const Account& account) {
  for (const DatabaseHosts& row : account.databases) {
    tell(out, row.hosts,
         fmt::format("hosts of {}: {}", row.kind,
                     row.told_apart ? "a peer each" : "taken for one peer, as there are so many"));
  }
}

void tell_of_names(AccountText out, const Account& account) {
  for (const UnboundedNames& row : account.unbounded_names) {
    tell(
        out, row.names,
        row.name.empty()
            ? fmt::format("operations of {}, seen once or twice each: warning, names without bound "
                          "make endpoints without meaning",
                          row.service)
            : fmt::format("operations of {} that differ in a value: warning, taken for one, {}",
                          row.service, row.name));
  }
}

void write_left_out(AccountText out, const Account& account) {
  std::string lines;
  tell_of_spans(AccountText(lines), account);
  tell_of_calls(AccountText(lines), account);
  tell_of_contexts(AccountText(lines), account);
  tell_of_instances(AccountText(lines), account);
  tell_of_databases(AccountText(lines), account);
  tell_of_names(AccountText(lines), account);
  fmt::format_to(out, "\nLeft out, or repaired:{}\n{}", lines.empty() ? " nothing" : "", lines);
}

void write_roles(AccountText out, const Account& account) {
  fmt::format_to(out,
                 "\nService and operation of every span: {}, {}, {}, "
                 "{} internal:\n",
                 counted(account.roles.size(), "pair"),
                 counted(account.pairs_in_role(Role::endpoint), "endpoint"),
                 counted(account.pairs_in_role(Role::client), "client side"),
                 account.pairs_in_role(Role::internal));
  for (const RoleRow& row : account.roles) {
    fmt::format_to(out, "  {:>9}  {:<11}  {} {}", row.spans, word(row.role), row.service,
                   row.operation);
    if (row.in_other_roles > 0) fmt::format_to(out, "  ({} in other roles)", row.in_other_roles);
    fmt::format_to(out, "\n");
  }
}

void write_endpoints(AccountText out, const Account& account) {
  fmt::format_to(out,
                 "\nEndpoints (visits, structures seen, behaviours kept, mean, own errors):\n");
  for (const EndpointRow& row : account.endpoints) {
    fmt::format_to(out, "  {:>9}  {:>4}  {:>4}  {:>10}  {:>6.2f} %  {}{}\n", row.counts.visits,
                   row.counts.structures, row.behaviours,
                   rounded_duration_text(row.mean_milliseconds / 1e3), row.own_error_percent,
                   row.endpoint, row.peer_only ? "  (peer, seen from its callers)" : "");
  }
  BehaviourCounts all;
  for (const EndpointRow& row : account.endpoints) {
    all.ended_by_failed_call += row.counts.ended_by_failed_call;
    all.taken_for_another_order += row.counts.taken_for_another_order;
    all.taken_for_nearest += row.counts.taken_for_nearest;
    all.with_lost_calls += row.counts.with_lost_calls;
  }
  tell(out, all.ended_by_failed_call, "visit", "visits",
       "cut short by a failed call: explained by its errors");
  tell(out, all.taken_for_another_order, "visit", "visits",
       "with a rare order of calls: taken for the usual");
  tell(out, all.taken_for_nearest, "visit", "visits",
       "with a rare structure: taken for the nearest kept one");
  tell(out, static_cast<std::uint64_t>(std::llround(all.with_lost_calls)), "visit", "visits",
       "without a call that others make: taken for one whose span was lost");
}

void write_edges(AccountText out, const Account& account) {
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
  for (const CallerRow& row : account.callers) {
    fmt::format_to(out, "  {} -> {}: {}\n", row.caller, row.callee, row.seen);
  }
}

}  // namespace

std::size_t Account::pairs_in_role(Role role) const {
  return static_cast<std::size_t>(std::count_if(
      roles.begin(), roles.end(), [role](const RoleRow& row) { return row.role == role; }));
}

std::string text(const Account& account) {
  std::string result;
  AccountText out(result);
  fmt::format_to(out, "Files:\n");
  for (const std::string& file : account.files) fmt::format_to(out, "  {}\n", file);
  fmt::format_to(out, "Spans read: {}, used: {}, in {} of {}.\n", count_text(account.read.spans),
                 count_text(account.spans_used), counted(account.forest.traces, "trace"),
                 counted(account.services, "service"));
  const ArrivalFacts& arrivals = account.arrivals;
  fmt::format_to(out, "Requests: {} ({:.0f} with those not sampled) in {}", arrivals.requests,
                 arrivals.adjusted_requests, rounded_duration_text(arrivals.seconds));
  if (arrivals.pauses > 0) {
    fmt::format_to(out, ", {} left out", counted(arrivals.pauses, "pause"));
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
