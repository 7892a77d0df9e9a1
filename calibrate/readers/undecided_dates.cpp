#include "calibrate/readers/undecided_dates.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t impossible = -1;

void rename(Span& span, const NameTable& from, NameTable& to) {
  for (const auto name : names_of_span) span.*name = to.intern(from.text(span.*name));
}

}  // namespace

void UndecidedDates::hold(const SpanSet& set, Span span, const DateMeanings& start,
                          const DateMeanings& end) {
  rename(span, set.names, names_);
  span.start = start.month_first.value_or(impossible);
  span.end = end.month_first.value_or(impossible);
  held_.push_back({span, start.day_first.value_or(impossible), end.day_first.value_or(impossible)});
}

void UndecidedDates::settle(DateOrder order, SpanSet& set) {
  for (Held& one : held_) {
    if (order == DateOrder::day_first) {
      one.span.start = one.start_by_day_first;
      one.span.end = one.end_by_day_first;
    }
    rename(one.span, names_, set.names);
    keep_span(set, one.span);
  }
  held_ = {};
  names_ = {};
}

}  // namespace rehearse
