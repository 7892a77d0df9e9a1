#include "calibrate/audit/account.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

using AccountText = std::back_insert_iterator<std::string>;

constexpr std::size_t rows_shown = 10;
constexpr std::size_t files_shown = 3;
constexpr std::uint64_t few_visits = 100;

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

void tell_of_sample(AccountText out, const Account& account) {
  if (account.sample.halvings() == 0) return;
  const auto kept_one_in = static_cast<std::uint64_t>(account.sample.kept_one_in());
  fmt::format_to(out,
                 "Kept 1 trace in {}, at random: all have more than {} (--sample). What is kept "
                 "counts {} times.\n",
                 count_text(kept_one_in), counted(account.most_spans, "span"),
                 count_text(kept_one_in));
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
  spans(account.read.without_asked_service,
        "without an attribute that names the service (--name-by): named as without it");
  spans(account.read.without_asked_operation,
        "without an attribute that names the operation (--name-by): named as without it");
  tell(out, account.read.services_in_namespaces, "service", "services",
       "of a name that another namespace has, too: called name.namespace");
  tell(out, account.read.lines_without_json, "line", "lines",
       "between documents that hold no JSON: left out");
  if (const FirstLeftOut& first = account.read.first_left_out; !first.file.empty()) {
    fmt::format_to(out, "             the first: {}\n", text(first));
  }
  tell(out, account.read.inferred_segments, "segment", "segments",
       "that X-Ray inferred from a call: left out, the call itself is used");
  tell(
      out, account.read.unweighted_segments, "segment", "segments",
      "of X-Ray, which does not tell of how many requests it kept one (by default one a second and "
      "5 % of the others): warning, rates are of what was kept; say --sampling-percent");
  tell(out, account.read.calls_without_name, "call", "calls",
       "of a call graph that do not name one of their sides");
  tell(out, account.read.calls_of_nobody, "of these without who recorded it: left out");
  tell(out, account.read.implied_callees, "call", "calls",
       "that only the caller recorded: the callee is taken to answer as fast as the caller saw");
  spans(account.read.truncated_trace_ids,
        "with the lower half of a trace id: joined with the trace whose id ends so");
  tell(out, account.read.impossible_sampling, "sampling weight", "sampling weights",
       "that cannot be: left out, each of these spans stands for itself");
  tell(out, account.traces_skipped, "trace", "traces",
       "that began before the part asked for: left out");
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
  for (const ScaledRow& row : account.scaled) {
    tell(out, static_cast<std::size_t>(row.most),
         fmt::format("instances of {} at a time, and not always: warning, their number changed, {} "
                     "taken: up to {}",
                     row.service,
                     agreeing(static_cast<std::uint64_t>(row.taken), "one is",
                              count_text(static_cast<std::uint64_t>(row.taken)) + " are"),
                     row.text()));
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

/// Pointers to the rows with the largest numbers, in the order of the rows; to all, if so asked.
template <class Row, class Number>
std::vector<const Row*> most_used(const std::vector<Row>& rows, Detail detail,
                                  const Number& number) {
  std::vector<const Row*> chosen;
  for (const Row& row : rows) chosen.push_back(&row);
  if (detail == Detail::all || rows.size() <= rows_shown) return chosen;
  std::stable_sort(chosen.begin(), chosen.end(),
                   [&](const Row* a, const Row* b) { return number(*a) > number(*b); });
  chosen.resize(rows_shown);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

void tell_of_more(AccountText out, std::size_t all, std::size_t shown, std::string_view one,
                  std::string_view several) {
  if (all == shown) return;
  fmt::format_to(out, "             and {} less used {}: --verbose lists them\n",
                 count_text(all - shown), agreeing(all - shown, one, several));
}

void write_roles(AccountText out, const Account& account, Detail detail) {
  fmt::format_to(out,
                 "\nService and operation of every span: {}, {}, {}, "
                 "{} internal{}\n",
                 counted(account.roles.size(), "pair"),
                 counted(account.pairs_in_role(Role::endpoint), "endpoint"),
                 counted(account.pairs_in_role(Role::client), "client side"),
                 account.pairs_in_role(Role::internal), detail == Detail::all ? ":" : "");
  if (detail != Detail::all) return;
  for (const RoleRow& row : account.roles) {
    fmt::format_to(out, "  {:>9}  {:<11}  {} {}", row.spans, word(row.role), row.service,
                   row.operation);
    if (row.in_other_roles > 0) fmt::format_to(out, "  ({} in other roles)", row.in_other_roles);
    fmt::format_to(out, "\n");
  }
}

/// Of few visits no high quantile is known.
void tell_of_thin_data(AccountText out, const Account& account) {
  const auto thin = static_cast<std::size_t>(
      std::count_if(account.endpoints.begin(), account.endpoints.end(),
                    [](const EndpointRow& row) { return row.counts.visits < few_visits; }));
  if (thin == 0) return;
  fmt::format_to(out, "  {} of {} fewer than {} visits: the p99 of {} is a guess\n",
                 count_text(thin),
                 counted(account.endpoints.size(), "endpoint has", "endpoints have"), few_visits,
                 agreeing(thin, "this one", "these"));
}

void write_endpoints(AccountText out, const Account& account, Detail detail) {
  fmt::format_to(out,
                 "\nEndpoints (visits, structures seen, behaviours kept, mean, own errors):\n");
  const auto rows = most_used(account.endpoints, detail,
                              [](const EndpointRow& row) { return row.counts.visits; });
  for (const EndpointRow* row : rows) {
    fmt::format_to(out, "  {:>9}  {:>4}  {:>4}  {:>10}  {:>6.2f} %  {}{}\n", row->counts.visits,
                   row->counts.structures, row->behaviours,
                   rounded_duration_text(row->mean_milliseconds / 1e3), row->own_error_percent,
                   row->endpoint, row->peer_only ? "  (peer, seen from its callers)" : "");
  }
  tell_of_more(out, account.endpoints.size(), rows.size(), "endpoint", "endpoints");
  tell_of_thin_data(out, account);
  BehaviourCounts all;
  for (const EndpointRow& row : account.endpoints) {
    all.ended_by_failed_call += row.counts.ended_by_failed_call;
    all.cut_short += row.counts.cut_short;
    all.taken_for_another_order += row.counts.taken_for_another_order;
    all.taken_for_nearest += row.counts.taken_for_nearest;
    all.with_lost_calls += row.counts.with_lost_calls;
  }
  tell(out, all.ended_by_failed_call, "visit", "visits",
       "cut short by a failed call: explained by its errors");
  tell(out, all.cut_short, "visit", "visits",
       "cut short where the caller gave up: how long they would last is guessed from longer ones");
  tell(out, all.taken_for_another_order, "visit", "visits",
       "with a rare order of calls: taken for the usual");
  tell(out, all.taken_for_nearest, "visit", "visits",
       "with a rare structure: taken for the nearest kept one");
  tell(out, static_cast<std::uint64_t>(std::llround(all.with_lost_calls)), "visit", "visits",
       "without a call that others make: taken for one whose span was lost");
}

std::string survived_text(double share) {
  if (share == 0) return "";
  return share >= 1 ? "  (failures survived)"
                    : fmt::format("  ({:.0f} % of the failures survived)", 100 * share);
}

void write_edges(AccountText out, const Account& account, Detail detail) {
  if (account.edges.empty()) {
    fmt::format_to(out, "\nCalls: none\n");
    return;
  }
  fmt::format_to(
      out, "\nCalls (number, failed, with both sides recorded, server longer than client):\n");
  const auto rows =
      most_used(account.edges, detail, [](const EdgeRow& row) { return row.facts.calls; });
  for (const EdgeRow* row : rows) {
    const EdgeFacts& facts = row->facts;
    fmt::format_to(
        out, "  {:>9}  {:>6}  {:>7}  {:>5}  {} -> {}{}{}{}\n", facts.calls, facts.failed,
        facts.both_sides, facts.negative_gaps, row->caller, row->callee,
        facts.detached > 0 ? "  (fire and forget)" : "", survived_text(row->failures_survived),
        row->slower_way ? "  (slower on its way than its like: work of the caller)" : "");
  }
  tell_of_more(out, account.edges.size(), rows.size(), "call", "calls");
  for (const CallerRow& row : account.callers) {
    fmt::format_to(out, "  {} -> {}: {}\n", row.caller, row.callee, row.seen);
  }
}

}  // namespace

std::string ScaledRow::text() const {
  return fmt::format("{} for {:.0f} % of the visits, from {} to {}", most, 100 * share_of_more,
                     rounded_duration_text(from), rounded_duration_text(until));
}

std::size_t Account::pairs_in_role(Role role) const {
  return static_cast<std::size_t>(std::count_if(
      roles.begin(), roles.end(), [role](const RoleRow& row) { return row.role == role; }));
}

std::string text(const Account& account, Detail detail) {
  std::string result;
  AccountText out(result);
  fmt::format_to(out, "Files:\n");
  const std::size_t files =
      detail == Detail::all ? account.files.size() : std::min(account.files.size(), files_shown);
  for (std::size_t i = 0; i < files; ++i) fmt::format_to(out, "  {}\n", account.files[i]);
  if (files < account.files.size()) {
    fmt::format_to(out, "  and {} more\n", count_text(account.files.size() - files));
  }
  fmt::format_to(out, "Spans read: {}, used: {}, in {} of {}.\n", count_text(account.read.spans),
                 count_text(account.spans_used), counted(account.forest.traces, "trace"),
                 counted(account.services, "service"));
  tell_of_sample(out, account);
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
  write_roles(out, account, detail);
  write_endpoints(out, account, detail);
  write_edges(out, account, detail);
  fmt::format_to(out, "\nAssumed, as the recording cannot tell:\n");
  for (const std::string& sentence : account.assumptions) fmt::format_to(out, "  {}\n", sentence);
  for (const std::string& sentence : sentences(account.stationarity)) {
    fmt::format_to(out, "  {}\n", sentence);
  }
  if (account.self_check) result += text(*account.self_check, detail == Detail::all);
  return result;
}

}  // namespace rehearse
