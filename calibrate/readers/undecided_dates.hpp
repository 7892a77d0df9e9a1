#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/readers/date.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Spans of a table that wait for a date to prove whether months or days come first. Memory: 104
/// bytes a span, and their names.
class UndecidedDates {
 public:
  /// A table that does not tell by then is refused: 100 MiB are enough to wait with.
  static constexpr std::size_t most = 1'000'000;

  /// `span` is one of `set` but for its times.
  void hold(const SpanSet& set, Span span, const DateMeanings& start, const DateMeanings& end);
  std::size_t size() const { return held_.size(); }
  /// Keeps all in `set`, by an order that is said, and forgets them.
  void settle(DateOrder order, SpanSet& set);

 private:
  struct Held {
    Span span;  // its names are of `names_`, its times by month first
    std::int64_t start_by_day_first;
    std::int64_t end_by_day_first;
  };
  NameTable names_;
  std::vector<Held> held_;
};

}  // namespace rehearse
