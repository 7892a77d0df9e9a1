#include "calibrate/readers/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "calibrate/readers/csv.hpp"
#include "calibrate/readers/jaeger.hpp"
#include "calibrate/readers/json.hpp"
#include "calibrate/readers/otlp.hpp"
#include "calibrate/readers/zipkin.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

/// Blanks, what stands for them at the beginning of some files, and the mark of UTF-8.
bool means_nothing(char letter) {
  constexpr std::string_view blanks("\0 \n\r\t\x1E\xEF\xBB\xBF", 9);
  return blanks.find(letter) != std::string_view::npos;
}

/// The first letter that means something; 0 when there is none among those that are skipped. Reads
/// nothing away.
char first_letter(Input& input) {
  std::string beginning;
  char found = 0;
  char buffer[16384];
  while (found == 0 && beginning.size() < most_skipped) {
    const std::size_t got = input.read(buffer, sizeof buffer);
    if (got == 0) break;
    beginning.append(buffer, got);
    const char* end = buffer + got;
    const char* letter = std::find_if_not(static_cast<const char*>(buffer), end, means_nothing);
    if (letter != end) found = *letter;
  }
  input.give_back(beginning);
  return found;
}

constexpr std::string_view no_trace_format =
    "neither a Jaeger trace (an object with `spans`, or `data` with such objects), nor Zipkin "
    "(spans "
    "with `traceId` and `id`), nor OTLP (`resourceSpans` or `batches`)";
constexpr std::string_view search_answer =
    "looks like the answer to a search, which tells no parents of spans; fetch the traces "
    "themselves";

bool may_be(TraceFormat format, TraceFormat asked) {
  return asked == TraceFormat::detect || asked == format;
}

bool read_trace_or_span(const JsonValue& value, TraceFormat asked, SpanSet& set) {
  if (may_be(TraceFormat::jaeger, asked) && read_jaeger_trace(value, set)) return true;
  return may_be(TraceFormat::zipkin, asked) && read_zipkin_span(value, set);
}

/// A list of traces or spans. False when none of its items is one.
bool read_list(const JsonValue& list, TraceFormat asked, SpanSet& set) {
  std::uint64_t items = 0;
  std::uint64_t unusable = 0;
  list.for_each([&](const JsonValue& item) {
    ++items;
    if (!read_trace_or_span(item, asked, set)) ++unusable;
  });
  if (items > 0 && unusable == items) return false;
  set.counts.unusable_elements += unusable;
  return true;
}

/// False when the element is not of the asked format; true when it was read or counted as unusable.
bool read_element(const Element& element, const JsonValue& value, TraceFormat asked, SpanSet& set) {
  if (element.place == ElementPlace::resource_spans) {
    if (!may_be(TraceFormat::otlp, asked)) return false;
    if (!read_otlp_resource_spans(value, set)) ++set.counts.unusable_elements;
    return true;
  }
  if (value.is_array()) return read_list(value, asked, set);
  if (read_trace_or_span(value, asked, set)) return true;
  if (element.place == ElementPlace::document || asked == TraceFormat::otlp) return false;
  ++set.counts.unusable_elements;
  return true;
}

/// What was left out until now, to see what an element adds.
struct LeftOut {
  std::uint64_t elements = 0;
  std::uint64_t without_id = 0;
  std::uint64_t with_bad_times = 0;
};

LeftOut left_out_until(const ReadCounts& now) {
  return {now.unusable_elements, now.without_id, now.with_bad_times};
}

/// Empty when nothing was.
std::string_view what_was_left_out(const LeftOut& before, const ReadCounts& now) {
  if (now.unusable_elements > before.elements) return "not a trace";
  if (now.without_id > before.without_id) return "a span without a trace or span id";
  if (now.with_bad_times > before.with_bad_times) return "a span with impossible times";
  return {};
}

/// Of several files the first by name counts, whatever their order.
void note_left_out(SpanSet& set, FirstLeftOut left_out) {
  FirstLeftOut& first = set.counts.first_left_out;
  if (first.file.empty() || left_out.file < first.file) first = std::move(left_out);
}

/// Reads element by element. One that cannot be read is left out and counted; only when none can,
/// the file is refused, for what was wrong with the first.
void read_json(Input& input, const ReadOptions& options, SpanSet& set) {
  ElementScanner scanner(input, options.scanner_limits);
  JsonParser parser(options.scanner_limits.depth + 1);
  Element element;
  bool any = false;
  FirstLeftOut first;
  const auto leave_out = [&](std::string why) {
    if (first.file.empty()) first = {input.path(), element.offset, std::move(why)};
  };
  while (scanner.next(element)) {
    const auto value = parser.parse(element.text);
    if (!value) {
      ++set.counts.unusable_elements;
      leave_out(fmt::format("not valid JSON: {}", parser.why()));
      continue;
    }
    const LeftOut before = left_out_until(set.counts);
    if (read_element(element, *value, options.format, set)) {
      any = true;
      const std::string_view why = what_was_left_out(before, set.counts);
      if (!why.empty()) leave_out(std::string(why));
    } else {
      ++set.counts.unusable_elements;
      leave_out(std::string(value->member("traces") ? search_answer : no_trace_format));
    }
  }
  if (first.file.empty()) return;
  if (!any) {
    throw InvalidInput(fmt::format("{}: byte {}: {}", first.file, first.byte, first.why));
  }
  note_left_out(set, std::move(first));
}

void read_file(const std::string& path, const ReadOptions& options, SpanSet& set) {
  Input input(path, options.input_limits);
  TraceFormat format = options.format;
  if (format == TraceFormat::detect) {
    const char letter = first_letter(input);
    if (letter == 0)
      throw InvalidInput(fmt::format("{}: is empty, or begins with {} MiB of blanks", input.path(),
                                     most_skipped >> 20));
    if (letter != '{' && letter != '[') format = TraceFormat::csv;
    if (options.columns) format = TraceFormat::csv;
  }
  if (format == TraceFormat::csv) {
    read_csv(input, options.columns, set);
  } else {
    read_json(input, options, set);
  }
}

}  // namespace

SpanSet read_spans(const std::vector<std::string>& files, const ReadOptions& options) {
  SpanSet set;
  for (const std::string& file : files) read_file(file, options, set);
  if (set.spans.empty()) {
    throw InvalidInput(
        fmt::format("no usable span in {}: {} {} met, {} without ids, "
                    "{} with impossible times",
                    counted(files.size(), "file"), counted(set.counts.spans, "span"),
                    agreeing(set.counts.spans, "was", "were"), set.counts.without_id,
                    set.counts.with_bad_times));
  }
  normalise(set);
  join_truncated_traces(set);
  return set;
}

}  // namespace rehearse
