#include "calibrate/readers/call_graph_rows.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "calibrate/readers/identifiers.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

constexpr std::size_t longest_number = 256;
constexpr std::ptrdiff_t deepest_call = 63;  // two to stand in at each level, see span.cpp
constexpr std::string_view user = "USER";

/// What the tables write where a name was not recorded.
bool is_missing(std::string_view name) {
  constexpr std::array<std::string_view, 7> words{"",    "(?)", "UNKNOWN", "UNAVAILABLE",
                                                  "nan", "NAN", "null"};
  return std::find(words.begin(), words.end(), name) != words.end();
}

bool is_call_number(std::string_view number) {
  if (number.empty() || number.size() > longest_number) return false;
  if (std::count(number.begin(), number.end(), '.') > deepest_call) return false;
  return number.front() != '.' && number.back() != '.' && number.find("..") == number.npos;
}

enum class Side : std::uint64_t { caller = 1, callee = 2 };

/// Of a hash of the call's number. Never 0, never `unreadable_id`.
std::uint64_t id_of(std::uint64_t number, Side side) {
  return (extended(number, static_cast<std::uint64_t>(side)) & 0x7FFF'FFFF'FFFF'FFFF) | 1;
}

}  // namespace

CallGraphReader::CallGraphReader(SpanSet& set) : set_(set) {}

/// Two sides for each number on the way down, the row's own last.
void CallGraphReader::find_way_to(std::string_view number) {
  std::uint64_t hash = 0xCBF2'9CE4'8422'2325;
  way_.clear();
  for (std::size_t i = 0; i <= number.size(); ++i) {
    if (i == number.size() || number[i] == '.') {
      way_.push_back({id_of(hash, Side::caller), id_of(hash, Side::callee)});
    }
    if (i < number.size()) {
      hash = (hash ^ static_cast<unsigned char>(number[i])) * 0x0000'0100'0000'01B3;
    }
  }
}

/// Nothing stands in for the first call: what is below it, and nothing of which was recorded, has
/// a parent that is missing. What was noted of a call was noted of all above it.
void CallGraphReader::note_way(const TraceId& trace) {
  if (!set_.sample.keeps(trace)) return;
  for (std::size_t level = way_.size(); level-- > 0;) {
    const Sides& sides = way_[level];
    if (!set_.stand_ins.insert({trace, sides.callee, sides.caller}).second) return;
    if (level > 0) set_.stand_ins.insert({trace, sides.caller, way_[level - 1].callee});
  }
}

void CallGraphReader::name(Span& span, std::string_view service, std::string_view instance) {
  span.service = is_missing(service) ? 0 : set_.names.intern(service_name_of(service));
  span.instance = is_missing(instance) ? 0 : set_.names.intern(service_name_of(instance));
}

Span CallGraphReader::span_of(const CallGraphRow& row, const TraceId& trace) {
  Span span;
  span.trace = trace;
  span.start = row.start;
  // What does not fit ends before it starts.
  if (row.duration < 0 || __builtin_add_overflow(row.start, row.duration, &span.end)) span.end = -1;
  const std::string_view operation = is_missing(row.interface) ? row.type : row.interface;
  span.operation = set_.names.intern(operation_name_of(operation));
  return span;
}

std::string CallGraphReader::add(const CallGraphRow& row) {
  const TraceId trace = trace_id_of(row.trace);
  if (trace == TraceId{} || !is_call_number(row.number)) {
    ++set_.counts.spans;
    ++set_.counts.without_id;
    return "a call without a trace or a number such as 0.1.3";
  }
  const bool of_user = row.caller == user;
  const bool caller_missing = is_missing(row.caller);
  const bool callee_missing = is_missing(row.callee);
  const bool message = row.type == "mq";
  const bool remote = row.type == "rpc" || row.type == "http";
  if (caller_missing || callee_missing) ++set_.counts.calls_without_name;
  const bool by_callee = message || (remote && row.of_callee);
  const bool nobody =
      by_callee ? callee_missing : (caller_missing || of_user) && (callee_missing || !remote);
  if (nobody) {
    ++set_.counts.spans;
    ++set_.counts.calls_of_nobody;
    return "a call that does not name the service that recorded it";
  }
  Span span = span_of(row, trace);
  // A database records nothing itself.
  if (!keeps_times(span) || (!by_callee && row.of_callee)) {
    ++set_.counts.spans;
    ++set_.counts.with_bad_times;
    return "a call with impossible times";
  }
  find_way_to(row.number);
  note_way(trace);
  const Sides sides = way_.back();
  const std::uint64_t above = way_.size() > 1 ? way_[way_.size() - 2].callee : 0;
  Span callee = span;
  callee.id = sides.callee;
  // Requests of users have nothing above them.
  callee.parent = of_user || (above == 0 && caller_missing) ? 0 : sides.caller;
  callee.kind = message ? SpanKind::consumer : SpanKind::server;
  name(callee, row.callee, row.callee_instance);
  if (by_callee) {
    keep_span(set_, callee);
    return {};
  }
  if (caller_missing || of_user) {
    ++set_.counts.spans;
  } else {
    span.id = sides.caller;
    span.parent = above;
    span.kind = SpanKind::client;
    name(span, row.caller, row.caller_instance);
    if (!callee_missing) span.peer = set_.names.intern(service_name_of(row.callee));
    keep_span(set_, span);
  }
  if (remote && !callee_missing) keep_implied_callee(set_, callee);
  return {};
}

}  // namespace rehearse
