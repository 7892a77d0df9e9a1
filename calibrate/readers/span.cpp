#include "calibrate/readers/span.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t longest_span = std::int64_t{7} * 24 * 3600 * 1'000'000'000;
constexpr std::int64_t nanoseconds_per_microsecond = 1000;
constexpr std::int64_t most_microseconds =
    std::numeric_limits<std::int64_t>::max() / nanoseconds_per_microsecond / 2;

constexpr const char* no_service = "unknown-service";

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

constexpr std::array names_of_span{&Span::service, &Span::operation, &Span::instance,
                                   &Span::version, &Span::zone,      &Span::host,
                                   &Span::peer,    &Span::peer_host};

constexpr std::array numbers_of_counts{&ReadCounts::spans,
                                       &ReadCounts::without_id,
                                       &ReadCounts::with_bad_times,
                                       &ReadCounts::without_service,
                                       &ReadCounts::unusable_elements,
                                       &ReadCounts::impossible_sampling,
                                       &ReadCounts::truncated_trace_ids,
                                       &ReadCounts::unreadable_values,
                                       &ReadCounts::inferred_segments,
                                       &ReadCounts::unweighted_segments,
                                       &ReadCounts::calls_without_name,
                                       &ReadCounts::calls_of_nobody,
                                       &ReadCounts::implied_callees};
static_assert(sizeof(ReadCounts) ==
              numbers_of_counts.size() * sizeof(std::uint64_t) + sizeof(FirstLeftOut));

/// Of several records that imply the same, all are kept: they are duplicates as others are.
void keep_implied(SpanSet& set) {
  if (set.implied.empty()) return;
  std::erase_if(set.implied, [&](const Span& span) {
    return find_span(set.spans, span.trace, span.id) != nullptr;
  });
  set.counts.implied_callees += set.implied.size();
  set.spans.insert(set.spans.end(), set.implied.begin(), set.implied.end());
  set.implied = {};
  std::sort(set.spans.begin(), set.spans.end());
}

/// Nothing stands in for a span that was recorded.
void leave_missing_stand_ins(SpanSet& set) {
  std::sort(set.stand_ins.begin(), set.stand_ins.end());
  set.stand_ins.erase(std::unique(set.stand_ins.begin(), set.stand_ins.end()), set.stand_ins.end());
  std::erase_if(set.stand_ins, [&](const StandIn& stand_in) {
    return find_span(set.spans, stand_in.trace, stand_in.id) != nullptr;
  });
}

void renumber(Span& span, const std::vector<NameId>& renumbered) {
  for (const auto name : names_of_span) span.*name = renumbered[span.*name];
}

}  // namespace

NameTable::NameTable() {
  intern("");
}

NameId NameTable::intern(std::string_view text) {
  const auto known = numbers_.find(text);
  if (known != numbers_.end()) return known->second;
  const auto number = static_cast<NameId>(texts_.size());
  texts_.emplace_back(text);
  numbers_.emplace(texts_.back(), number);
  return number;
}

NameTable::Remembered& NameTable::remembered(std::string_view text, std::string_view other) {
  constexpr std::size_t places = 512;
  if (remembered_.empty()) remembered_.resize(places);
  return remembered_[(Hash{}(text) + Hash{}(other)) % places];
}

std::vector<NameId> NameTable::sort() {
  remembered_.clear();
  std::vector<NameId> order(texts_.size());
  std::iota(order.begin(), order.end(), NameId{0});
  std::sort(order.begin(), order.end(),
            [this](NameId a, NameId b) { return texts_[a] < texts_[b]; });
  std::vector<NameId> renumbered(texts_.size());
  std::vector<std::string> sorted(texts_.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    renumbered[order[place]] = static_cast<NameId>(place);
    sorted[place] = std::move(texts_[order[place]]);
  }
  texts_ = std::move(sorted);
  for (auto& [text, number] : numbers_) number = renumbered[number];
  return renumbered;
}

void add_part(SpanSet& set, const SpanSet& part) {
  expects(part.counts.first_left_out.file.empty(),
          "a part leaves it to its file what was left out");
  std::vector<NameId> renumbered(part.names.size());
  for (NameId name = 0; name < part.names.size(); ++name) {
    renumbered[name] = set.names.intern(part.names.text(name));
  }
  for (const Span& span : part.spans) {
    set.spans.push_back(span);
    renumber(set.spans.back(), renumbered);
  }
  set.stand_ins.insert(set.stand_ins.end(), part.stand_ins.begin(), part.stand_ins.end());
  set.followers.insert(set.followers.end(), part.followers.begin(), part.followers.end());
  for (const Span& span : part.implied) {
    set.implied.push_back(span);
    renumber(set.implied.back(), renumbered);
  }
  for (const auto number : numbers_of_counts) set.counts.*number += part.counts.*number;
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
  if (span.service == 0) {
    ++set.counts.without_service;
    span.service = set.names.intern(no_service);
  }
  if (span.operation == 0) span.operation = set.names.intern("unnamed");
  set.spans.push_back(span);
}

void take_adjusted_count(SpanSet& set, Span& span, double adjusted_count) {
  // Written so that NaN is refused too.
  if (adjusted_count >= 1 && adjusted_count <= most_adjusted_count) {
    span.adjusted_count = static_cast<float>(adjusted_count);
  } else {
    ++set.counts.impossible_sampling;
  }
}

void normalise(SpanSet& set) {
  const std::vector<NameId> renumbered = set.names.sort();
  for (Span& span : set.spans) renumber(span, renumbered);
  for (Span& span : set.implied) renumber(span, renumbered);
  std::sort(set.spans.begin(), set.spans.end());
}

void settle_relations(SpanSet& set) {
  keep_implied(set);
  if (set.stand_ins.empty() && set.followers.empty()) return;
  leave_missing_stand_ins(set);
  std::sort(set.followers.begin(), set.followers.end());
  for (Span& span : set.spans) {
    span.parent = parent_behind(set.stand_ins, span.trace, span.parent);
  }
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
  std::sort(set.spans.begin(), set.spans.end());
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
  std::sort(spans.begin(), spans.end());
}

}  // namespace rehearse
