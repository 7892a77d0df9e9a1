#include "calibrate/readers/left_out.hpp"

#include <utility>

#include "sim/error.hpp"

namespace rehearse {

LeftOut left_out_until(const ReadCounts& now) {
  return {now.unusable_elements, now.without_id, now.with_bad_times, now.unreadable_values,
          now.calls_of_nobody};
}

std::string_view what_was_left_out(const LeftOut& before, const ReadCounts& now) {
  if (now.unusable_elements > before.elements) return "not a trace";
  if (now.without_id > before.without_id) return "a span without a trace or span id";
  if (now.with_bad_times > before.with_bad_times) return "a span with impossible times";
  if (now.calls_of_nobody > before.calls) return "a call of nobody";
  if (now.unreadable_values > before.values) return "a value within that cannot be read";
  return {};
}

void LeftOutOfFile::note(std::uint64_t byte, std::string_view why, std::string_view found) {
  if (!first_.why.empty() || why.empty()) return;
  first_.byte = byte;
  first_.why = why;
  first_.found = found;
}

void LeftOutOfFile::note(const LeftOutOfFile& later) {
  if (!has_first()) first_ = later.first_;
}

void LeftOutOfFile::settle(SpanSet& set, bool any_of_use) {
  if (first_.why.empty()) return;
  if (!any_of_use) {
    throw InvalidInput(text(first_));
  }
  note_left_out(set, std::move(first_));
}

}  // namespace rehearse
