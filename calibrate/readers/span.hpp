#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "calibrate/readers/name_by.hpp"
#include "calibrate/readers/name_table.hpp"
#include "calibrate/readers/trace_id.hpp"
#include "calibrate/readers/trace_sample.hpp"
#include "sim/hash.hpp"

namespace rehearse {

/// The id of a span of which a part could not be read: none that it could be found by, but not
/// "none" either, so that who names it as a parent has a parent that was not recorded.
constexpr std::uint64_t unreadable_id = 0xFFFD'FFFD'FFFD'FFFD;

enum class SpanKind : std::uint8_t { unknown, server, client, internal, producer, consumer };

/// The caller's side of a call or of a message.
inline bool calls_out(SpanKind kind) {
  return kind == SpanKind::client || kind == SpanKind::producer;
}
/// The side that is called, or gets the message.
inline bool is_called(SpanKind kind) {
  return kind == SpanKind::server || kind == SpanKind::consumer;
}

/// What is kept of one recorded span: 88 bytes, whatever its attributes weighed. Texts are kept
/// once, in the NameTable. `parent` is 0 when the span says that it has none.
struct Span {
  TraceId trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::int64_t start = 0;  // nanoseconds of some epoch, the same for all spans
  std::int64_t end = 0;
  NameId service = 0;
  NameId operation = 0;
  NameId instance = 0;
  NameId version = 0;
  NameId zone = 0;
  NameId host = 0;
  NameId peer = 0;           // of a client span: whom it says that it called
  NameId peer_host = 0;      // of a kind of database: its host, or PeerPlace; of no peer: the RPC's
  float adjusted_count = 1;  // how many requests this one stands for: 1 / sampling probability
  SpanKind kind = SpanKind::unknown;
  bool error = false;
  bool implied = false;  // until relations are settled: nobody recorded it, its caller told of it

  std::int64_t duration() const { return end - start; }
  auto operator<=>(const Span&) const = default;
};
static_assert(sizeof(Span) == 88);

/// All that are numbers of names.
inline constexpr std::array names_of_span{&Span::service, &Span::operation, &Span::instance,
                                          &Span::version, &Span::zone,      &Span::host,
                                          &Span::peer,    &Span::peer_host};

/// Where the first part of a file stood that was left out, and why.
struct FirstLeftOut {
  std::string file;  // empty: nothing was
  std::uint64_t byte = 0;
  std::string why;
  std::string found;  // in words of the file, which anonymous accounts do not show
  bool operator==(const FirstLeftOut&) const = default;
};

/// Why spans were left out by the readers. One bad span never spoils a file. Counts are of all that
/// was read, in the sample of traces that is kept or not, save where they say it.
struct ReadCounts {
  std::uint64_t spans = 0;                // met, usable or not
  std::uint64_t without_id = 0;           // no usable trace or span id
  std::uint64_t with_bad_times = 0;       // absent, negative, ending before they start, over a week
  std::uint64_t without_service = 0;      // kept, in the sample, under the name "unknown-service"
  std::uint64_t unusable_elements = 0;    // elements of a document that are not traces, or not JSON
  std::uint64_t impossible_sampling = 0;  // what they say of sampling cannot be; otherwise kept
  std::uint64_t truncated_trace_ids = 0;  // in the sample: kept, in the trace whose id ends so
  std::uint64_t unreadable_values = 0;    // no JSON; what they were of is kept as far as it can be
  std::uint64_t lines_without_json = 0;   // between documents: of a log
  std::uint64_t without_asked_service = 0;    // no attribute that NameBy asks for: named as ever
  std::uint64_t without_asked_operation = 0;  // likewise
  std::uint64_t services_in_namespaces = 0;   // in the sample: of a name that others have elsewhere
  std::uint64_t inferred_segments = 0;        // X-Ray's; the calls that they repeat are kept
  std::uint64_t unweighted_segments = 0;      // X-Ray's: of how many requests these are is not told
  std::uint64_t calls_without_name = 0;  // of a call graph, where one of the two sides has none
  std::uint64_t calls_of_nobody = 0;     // of these: left out, for want of who recorded it
  std::uint64_t implied_callees = 0;     // in the sample: kept as long as their callers waited
  FirstLeftOut first_left_out;           // of several files, in the first by name
  bool operator==(const ReadCounts&) const = default;
};

/// A span that was not kept and whose place its parent takes.
struct StandIn {
  TraceId trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  auto operator<=>(const StandIn&) const = default;
};

struct HashOfStandIn {
  std::size_t operator()(const StandIn& one) const {
    return extended(extended(extended(one.trace.high, one.trace.low), one.id), one.parent);
  }
};

/// A span that is of the same process as its parent, and does not say which that is.
struct Follower {
  TraceId trace;
  std::uint64_t id = 0;
  auto operator<=>(const Follower&) const = default;
};

/// The spans of some files: all of them, or those of a sample of traces.
struct SpanSet {
  std::vector<Span> spans;
  /// While files are read: what was kept before `spans`. One long array that grows takes three
  /// times its memory.
  std::vector<std::vector<Span>> earlier;
  std::uint64_t spans_in_earlier = 0;
  /// Each once, so that how many there are does not depend on the order of what told of them.
  std::unordered_set<StandIn, HashOfStandIn> stand_ins;
  std::vector<Follower> followers;
  NameTable names;
  NameBy name_by;  // of parts, too
  ReadCounts counts;
  TraceSample sample;  // whose traces alone are here
};

/// Of those that were met, kept or not, how many could be used.
inline std::uint64_t usable_spans(const ReadCounts& counts) {
  return counts.spans - counts.without_id - counts.with_bad_times - counts.calls_of_nobody;
}

/// Adds what was read of a part of a file, which has noted nothing that was left out first, and of
/// which the sample of the set is a part.
void add_part(SpanSet& set, const SpanSet& part);

/// Empties what was a part of a set, for the next one; keeps its memory, and names where these are
/// few: the next part may have the same.
void begin_part_again(SpanSet& part);

/// Keeps half of the traces, and of these half, until there are at most `most_spans` spans (a
/// relation between spans counts as one), and forgets the names of the others from time to time.
/// Which are kept does not depend on the order in which they were added, or on when this was
/// called. Not to be called while somebody holds numbers of names, save who looks at
/// `NameTable::renumberings`.
void thin(SpanSet& set, std::uint64_t most_spans);

/// After all were read: puts them into `spans`. Memory: hardly more than they take.
void gather(SpanSet& set);

/// Counts again what is said of the sample only, before relations are settled.
void count_sample(SpanSet& set);

/// Lets each span of a sample stand for as many more as were not kept.
void weigh_sample(SpanSet& set);

/// Keeps what was left out first of a file: of several files the first by name counts, whatever
/// their order.
void note_left_out(SpanSet& set, FirstLeftOut left_out);

/// "file: byte 7: why: what was found". Expects that something was left out.
std::string text(const FirstLeftOut& left_out);

/// Sets the times of `span`; impossible ones, which `keep_span` counts, where there is none to be
/// read or it does not fit.
void set_times_in_microseconds(Span& span, std::optional<std::int64_t> start,
                               std::optional<std::int64_t> duration);

/// Notes the namespace of the service of `span`, if it has one: behind the name, until
/// `settle_namespaces`.
void name_in_namespace(SpanSet& set, Span& span, NameId name_space);

/// Where services of one name are in two namespaces or more, "name.namespace" is what each of them
/// is called from now on; all others are called by their names alone.
void settle_namespaces(SpanSet& set);

/// Checks the times of `span` and stores it where its trace is in the sample, or counts why not.
/// Times are in nanoseconds; what is outside [0, 2^63) or longer than a week is taken for damage.
void keep_span(SpanSet& set, Span span);

/// What `keep_span` asks of the times.
bool keeps_times(const Span& span);

/// The called side of a call, of which its caller alone told as yet: stored as `keep_span` does, to
/// be left out again where it recorded itself. Expects a service, an id and times that are kept.
void keep_implied_callee(SpanSet& set, Span span);

/// No recording keeps less than one trace of so many.
constexpr double most_adjusted_count = 1e8;

/// Takes how many requests a span says that it stands for, or counts that this cannot be (less than
/// one, more than `most_adjusted_count`, no number); such a span stands for itself.
void take_adjusted_count(SpanSet& set, Span& span, double adjusted_count);

/// Forgets names that no span has.
void forget_unused_names(SpanSet& set);

/// Puts names and spans into an order that depends on nothing but their values.
void normalise(SpanSet& set, int threads = 1);

/// Leaves out what is implied and was recorded, gives the children of each stand-in that was not
/// recorded to its parent, and each follower the process of the nearest span above it that has one.
/// Expects normalised spans, leaves them so.
void settle_relations(SpanSet& set);

/// Old libraries keep the lower half of a trace id only. Spans with such an id join the trace of
/// 128 bits whose id ends so, where there is exactly one. Expects normalised spans, leaves them so.
void join_truncated_traces(SpanSet& set);

}  // namespace rehearse
