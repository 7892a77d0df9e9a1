#include "calibrate/readers/span.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/span_order.hpp"
#include "sim/expects.hpp"
#include "sim/huge_page_hint.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t longest_span = std::int64_t{7} * 24 * 3600 * 1'000'000'000;
constexpr std::int64_t nanoseconds_per_microsecond = 1000;
constexpr std::int64_t most_microseconds =
    std::numeric_limits<std::int64_t>::max() / nanoseconds_per_microsecond / 2;

constexpr const char* no_service = "unknown-service";

/// So many may have gathered before somebody looks which they are.
constexpr std::size_t most_names_without_use = std::size_t{1} << 16;
/// A chunk is full from so many on, and has room for what one batch adds to it.
constexpr std::size_t spans_of_chunk = 360'000;
constexpr std::size_t room_of_chunk = 400'000;
constexpr std::size_t spans_of_few = 10'000;
/// No name holds it.
constexpr char before_namespace = '\x1F';
/// Not yet asked for.
constexpr NameId unknown_name = std::numeric_limits<NameId>::max();

/// The lower and the upper half of a trace id.
using Halves = std::pair<std::uint64_t, std::uint64_t>;

/// Of the traces of 128 bits, those that end as an id of 64 bits does, alone; by lower half.
/// `first_long`: where they begin among the spans, which are sorted.
std::vector<Halves> whole_ids(const std::vector<Span>& spans, std::size_t first_long) {
  const auto shorts_end = spans.begin() + static_cast<std::ptrdiff_t>(first_long);
  std::vector<Halves> found;
  TraceId last;
  for (auto span = shorts_end; span != spans.end(); ++span) {
    if (span->trace == last) continue;
    last = span->trace;
    const auto same =
        std::lower_bound(spans.begin(), shorts_end, last.low,
                         [](const Span& cut, std::uint64_t low) { return cut.trace.low < low; });
    if (same != shorts_end && same->trace.low == last.low) found.emplace_back(last.low, last.high);
  }
  std::sort(found.begin(), found.end());
  std::vector<Halves> alone;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const bool like_last = i > 0 && found[i - 1].first == found[i].first;
    const bool like_next = i + 1 < found.size() && found[i + 1].first == found[i].first;
    if (!like_last && !like_next) alone.push_back(found[i]);
  }
  return alone;
}

/// The parent of a span after all stand-ins on the way up; chains of them are short, and circles
/// end.
std::uint64_t parent_behind(const std::vector<StandIn>& stand_ins, const TraceId& trace,
                            std::uint64_t parent) {
  constexpr int most_in_a_row = 128;
  for (int i = 0; i < most_in_a_row; ++i) {
    const auto found =
        std::lower_bound(stand_ins.begin(), stand_ins.end(), StandIn{trace, parent, 0});
    if (found == stand_ins.end() || found->trace != trace || found->id != parent) break;
    parent = found->parent;
  }
  return parent;
}

/// The first span of that id; null when there is none. Of normalised spans.
Span* find_span(std::vector<Span>& spans, const TraceId& trace, std::uint64_t id) {
  const auto found = std::lower_bound(spans.begin(), spans.end(), Follower{trace, id},
                                      [](const Span& span, const Follower& wanted) {
                                        return Follower{span.trace, span.id} < wanted;
                                      });
  if (found == spans.end() || found->trace != trace || found->id != id) return nullptr;
  return &*found;
}

bool follows(const SpanSet& set, const Span& span) {
  return std::binary_search(set.followers.begin(), set.followers.end(),
                            Follower{span.trace, span.id});
}

/// Another span of the same id may say whose it is, though this one does not.
bool lacks_service(const SpanSet& set, const Span& span) {
  return set.names.text(span.service) == no_service;
}

/// The nearest span above `span` that is no follower; null when it was not recorded.
const Span* process_above(SpanSet& set, const Span& span) {
  constexpr int most_in_a_row = 128;
  const Span* above = &span;
  for (int i = 0; i < most_in_a_row && above; ++i) {
    above = find_span(set.spans, span.trace, above->parent);
    if (!above) break;
    if (!follows(set, *above)) return above;
  }
  return nullptr;
}

constexpr std::array numbers_of_counts{&ReadCounts::spans,
                                       &ReadCounts::without_id,
                                       &ReadCounts::with_bad_times,
                                       &ReadCounts::without_service,
                                       &ReadCounts::unusable_elements,
                                       &ReadCounts::impossible_sampling,
                                       &ReadCounts::truncated_trace_ids,
                                       &ReadCounts::unreadable_values,
                                       &ReadCounts::lines_without_json,
                                       &ReadCounts::without_asked_service,
                                       &ReadCounts::without_asked_operation,
                                       &ReadCounts::services_in_namespaces,
                                       &ReadCounts::inferred_segments,
                                       &ReadCounts::unweighted_segments,
                                       &ReadCounts::calls_without_name,
                                       &ReadCounts::calls_of_nobody,
                                       &ReadCounts::implied_callees};
static_assert(sizeof(ReadCounts) ==
              numbers_of_counts.size() * sizeof(std::uint64_t) + sizeof(FirstLeftOut));

/// Of a call that both sides recorded, what only the caller told is left out. Of several records
/// that imply the same, all are kept: they are duplicates as others are.
void keep_implied(SpanSet& set) {
  if (set.counts.implied_callees == 0) return;
  set.counts.implied_callees = 0;
  auto kept = set.spans.begin();
  for (auto first = set.spans.begin(); first != set.spans.end();) {
    const Follower whose{first->trace, first->id};
    const auto last = std::find_if(first, set.spans.end(), [&](const Span& span) {
      return span.trace != whose.trace || span.id != whose.id;
    });
    const bool recorded = std::any_of(first, last, [](const Span& span) { return !span.implied; });
    for (; first != last; ++first) {
      if (recorded && first->implied) continue;
      if (first->implied) ++set.counts.implied_callees;
      *kept = *first;
      kept++->implied = false;
    }
  }
  set.spans.erase(kept, set.spans.end());
}

/// Nothing stands in for a span that was recorded. Sorted.
std::vector<StandIn> missing_stand_ins(SpanSet& set) {
  std::vector<StandIn> missing;
  for (const StandIn& stand_in : std::exchange(set.stand_ins, {})) {
    if (!find_span(set.spans, stand_in.trace, stand_in.id)) missing.push_back(stand_in);
  }
  std::sort(missing.begin(), missing.end());
  return missing;
}

template <class Change>
void for_each_span(SpanSet& set, const Change& change) {
  for (std::vector<Span>& chunk : set.earlier) {
    for (Span& span : chunk) change(span);
  }
  for (Span& span : set.spans) change(span);
}

void make_room(std::vector<Span>& spans, std::size_t count) {
  std::vector<Span> roomy;
  roomy.reserve(count);
  prefer_huge_pages(roomy.data(), count * sizeof(Span));
  roomy.insert(roomy.end(), spans.begin(), spans.end());
  spans = std::move(roomy);
}

void put_chunk_away(SpanSet& set) {
  set.spans_in_earlier += set.spans.size();
  set.earlier.push_back(std::move(set.spans));
  set.spans = std::vector<Span>();
  make_room(set.spans, room_of_chunk);
}

void halve(SpanSet& set) {
  set.sample.halve();
  const auto is_outside = [&](const auto& one) { return !set.sample.keeps(one.trace); };
  std::erase_if(set.spans, is_outside);
  std::erase_if(set.stand_ins, is_outside);
  std::erase_if(set.followers, is_outside);
  // Those left fill half of the chunks.
  std::vector<std::vector<Span>> chunks = std::move(set.earlier);
  set.earlier.clear();
  set.spans_in_earlier = 0;
  for (std::vector<Span>& chunk : chunks) {
    for (const Span& span : chunk) {
      if (is_outside(span)) continue;
      set.spans.push_back(span);
      if (set.spans.size() >= spans_of_chunk) put_chunk_away(set);
    }
    chunk = std::vector<Span>();  // = {} would keep its memory
  }
}

/// Where its trace is in the sample.
void keep_named(SpanSet& set, Span span) {
  if (!set.sample.keeps(span.trace)) return;
  if (span.service == 0) span.service = set.names.intern(no_service);
  if (span.operation == 0) span.operation = set.names.intern("unnamed");
  set.spans.push_back(span);
}

void renumber(Span& span, const std::vector<NameId>& renumbered) {
  for (const auto name : names_of_span) span.*name = renumbered[span.*name];
}

}  // namespace

void add_part(SpanSet& set, const SpanSet& part) {
  expects(part.counts.first_left_out.file.empty(),
          "a part leaves it to its file what was left out");
  // Names of spans that are not kept are not, either.
  std::vector<NameId> renumbered(part.names.size(), unknown_name);
  renumbered[0] = 0;
  for (const Span& span : part.spans) {
    if (!set.sample.keeps(span.trace)) continue;
    Span& kept = set.spans.emplace_back(span);
    for (const auto name : names_of_span) {
      NameId& number = renumbered[span.*name];
      if (number == unknown_name) number = set.names.intern(part.names.text(span.*name));
      kept.*name = number;
    }
  }
  const auto is_kept = [&](const auto& relation) { return set.sample.keeps(relation.trace); };
  std::copy_if(part.stand_ins.begin(), part.stand_ins.end(),
               std::inserter(set.stand_ins, set.stand_ins.end()), is_kept);
  std::copy_if(part.followers.begin(), part.followers.end(), std::back_inserter(set.followers),
               is_kept);
  for (const auto number : numbers_of_counts) set.counts.*number += part.counts.*number;
}

void begin_part_again(SpanSet& part) {
  constexpr std::size_t few_names = 4096;
  part.spans.clear();
  part.stand_ins.clear();
  part.followers.clear();
  if (part.names.size() > few_names) part.names = NameTable();
  part.counts = {};
}

void thin(SpanSet& set, std::uint64_t most_spans) {
  const auto kept = [&] {
    return set.spans_in_earlier + set.spans.size() + set.stand_ins.size() + set.followers.size();
  };
  const bool halves = kept() > most_spans;
  while (kept() > most_spans) halve(set);
  if (set.spans.size() >= spans_of_chunk) put_chunk_away(set);
  if (set.spans.size() >= spans_of_few && set.spans.capacity() < room_of_chunk) {
    make_room(set.spans, room_of_chunk);
  }
  if (set.sample.halvings() == 0) return;
  if (halves || set.names.size() > most_names_without_use + 2 * set.names.size_once_used()) {
    forget_unused_names(set);
  }
}

void gather(SpanSet& set) {
  if (set.earlier.empty()) return;
  set.spans_in_earlier += set.spans.size();
  set.earlier.push_back(std::move(set.spans));
  std::vector<std::vector<Span>> chunks = std::move(set.earlier);
  set.earlier.clear();
  set.spans = std::vector<Span>();
  make_room(set.spans, set.spans_in_earlier);
  set.spans_in_earlier = 0;
  for (std::vector<Span>& chunk : chunks) {
    set.spans.insert(set.spans.end(), chunk.begin(), chunk.end());
    chunk = std::vector<Span>();  // = {} would keep its memory
  }
}

void count_sample(SpanSet& set) {
  if (set.sample.halvings() == 0 || set.counts.without_service == 0) return;
  set.counts.without_service = static_cast<std::uint64_t>(
      std::count_if(set.spans.begin(), set.spans.end(),
                    [&](const Span& span) { return lacks_service(set, span); }));
}

void weigh_sample(SpanSet& set) {
  const auto more = static_cast<float>(set.sample.kept_one_in());
  for (Span& span : set.spans) span.adjusted_count *= more;
}

void note_left_out(SpanSet& set, FirstLeftOut left_out) {
  FirstLeftOut& first = set.counts.first_left_out;
  if (first.file.empty() || left_out.file < first.file) first = std::move(left_out);
}

std::string text(const FirstLeftOut& left_out) {
  return fmt::format("{}: byte {}: {}{}{}", left_out.file, left_out.byte, left_out.why,
                     left_out.found.empty() ? "" : ": ", left_out.found);
}

void set_times_in_microseconds(Span& span, std::optional<std::int64_t> start,
                               std::optional<std::int64_t> duration) {
  const auto fits = [](std::optional<std::int64_t> time) {
    return time && *time >= 0 && *time <= most_microseconds;
  };
  if (!fits(start) || !fits(duration)) {
    span.start = -1;
    return;
  }
  span.start = *start * nanoseconds_per_microsecond;
  span.end = span.start + *duration * nanoseconds_per_microsecond;
}

void name_in_namespace(SpanSet& set, Span& span, NameId name_space) {
  if (span.service == 0) return;
  span.service = set.names.intern_made(
      NameUse::in_namespace, set.names.text(span.service), set.names.text(name_space),
      [](std::string_view service, std::string_view of) {
        return std::string(service) + before_namespace + std::string(of);
      });
}

void settle_namespaces(SpanSet& set) {
  std::vector<NameId> renamed(set.names.size());
  std::iota(renamed.begin(), renamed.end(), NameId{0});
  const auto end_of_name = [&](NameId name) { return set.names.text(name).find(before_namespace); };
  if (std::all_of(renamed.begin(), renamed.end(),
                  [&](NameId name) { return end_of_name(name) == std::string::npos; })) {
    return;
  }
  std::vector<bool> used(renamed.size(), false);
  for_each_span(set, [&](const Span& span) { used[span.service] = true; });
  std::map<std::string, std::vector<NameId>> namesakes;
  for (NameId name = 0; name < renamed.size(); ++name) {
    const std::size_t end = end_of_name(name);
    if (!used[name] || end == std::string::npos) continue;
    namesakes[set.names.text(name).substr(0, end)].push_back(name);
  }
  for (const auto& [service, names] : namesakes) {
    for (const NameId name : names) {
      std::string text = service;
      if (names.size() > 1) {
        text = set.names.text(name);
        text[service.size()] = '.';
        text = service_name_of(text);
        ++set.counts.services_in_namespaces;
      }
      renamed[name] = set.names.intern(text);
    }
  }
  for_each_span(set, [&](Span& span) { span.service = renamed[span.service]; });
}

bool keeps_times(const Span& span) {
  return span.start >= 0 && span.end >= span.start && span.end - span.start <= longest_span;
}

void keep_span(SpanSet& set, Span span) {
  ++set.counts.spans;
  if (span.id == 0 || span.id == unreadable_id || span.trace == TraceId{}) {
    ++set.counts.without_id;
    return;
  }
  if (!keeps_times(span)) {
    ++set.counts.with_bad_times;
    return;
  }
  if (span.service == 0) ++set.counts.without_service;
  keep_named(set, span);
}

void keep_implied_callee(SpanSet& set, Span span) {
  expects(keeps_times(span) && span.service != 0, "a callee is as usable as the call implies it");
  ++set.counts.implied_callees;
  span.implied = true;
  keep_named(set, span);
}

void take_adjusted_count(SpanSet& set, Span& span, double adjusted_count) {
  // Written so that NaN is refused too.
  if (adjusted_count >= 1 && adjusted_count <= most_adjusted_count) {
    span.adjusted_count = static_cast<float>(adjusted_count);
  } else {
    ++set.counts.impossible_sampling;
  }
}

void forget_unused_names(SpanSet& set) {
  std::vector<bool> used(set.names.size(), false);
  for_each_span(set, [&](const Span& span) {
    for (const auto name : names_of_span) used[span.*name] = true;
  });
  const std::uint64_t renumberings = set.names.renumberings();
  const std::vector<NameId> renumbered = set.names.keep_only(used);
  if (set.names.renumberings() == renumberings) return;
  for_each_span(set, [&](Span& span) { renumber(span, renumbered); });
}

void normalise(SpanSet& set, int threads) {
  const std::vector<NameId> renumbered = set.names.sort();
  if (!std::is_sorted(renumbered.begin(), renumbered.end())) {
    for (Span& span : set.spans) renumber(span, renumbered);
  }
  sort_spans(set.spans, threads);
}

void settle_relations(SpanSet& set) {
  keep_implied(set);
  if (set.stand_ins.empty() && set.followers.empty()) return;
  const std::vector<StandIn> stand_ins = missing_stand_ins(set);
  std::sort(set.followers.begin(), set.followers.end());
  for (Span& span : set.spans) span.parent = parent_behind(stand_ins, span.trace, span.parent);
  for (Span& span : set.spans) {
    if (!follows(set, span) || !lacks_service(set, span)) continue;
    const Span* const above = process_above(set, span);
    // A service may be called so, and was not counted then.
    if (!above || lacks_service(set, *above) || set.counts.without_service == 0) continue;
    span.service = above->service;
    span.instance = above->instance;
    span.version = above->version;
    span.zone = above->zone;
    span.host = above->host;
    --set.counts.without_service;
  }
  sort_spans(set.spans);
}

void join_truncated_traces(SpanSet& set) {
  std::vector<Span>& spans = set.spans;
  const auto long_ids = std::find_if(spans.begin(), spans.end(),
                                     [](const Span& span) { return span.trace.high != 0; });
  const std::vector<Halves> whole =
      whole_ids(spans, static_cast<std::size_t>(long_ids - spans.begin()));
  if (whole.empty()) return;
  for (auto span = spans.begin(); span != long_ids; ++span) {
    const auto id = std::lower_bound(whole.begin(), whole.end(), Halves(span->trace.low, 0));
    if (id == whole.end() || id->first != span->trace.low) continue;
    span->trace.high = id->second;
    ++set.counts.truncated_trace_ids;
  }
  sort_spans(spans);
}

}  // namespace rehearse
