#include "calibrate/readers/span.hpp"

#include <algorithm>
#include <numeric>

namespace rehearse {
namespace {

constexpr std::int64_t longest_span = std::int64_t{7} * 24 * 3600 * 1'000'000'000;

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

std::vector<NameId> NameTable::sort() {
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

void keep_span(SpanSet& set, Span span) {
  ++set.counts.spans;
  if (span.id == 0 || span.trace == TraceId{}) {
    ++set.counts.without_id;
    return;
  }
  if (span.start < 0 || span.end < span.start || span.end - span.start > longest_span) {
    ++set.counts.with_bad_times;
    return;
  }
  if (span.service == 0) {
    ++set.counts.without_service;
    span.service = set.names.intern("unknown-service");
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
  for (Span& span : set.spans) {
    for (NameId* name : {&span.service, &span.operation, &span.instance, &span.version, &span.zone,
                         &span.host, &span.peer}) {
      *name = renumbered[*name];
    }
  }
  std::sort(set.spans.begin(), set.spans.end());
}

}  // namespace rehearse
