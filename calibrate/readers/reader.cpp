#include "calibrate/readers/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "calibrate/readers/csv.hpp"
#include "calibrate/readers/jaeger.hpp"
#include "calibrate/readers/json.hpp"
#include "calibrate/readers/otlp.hpp"
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

/// False when the element is not of the asked format; true when it was read or counted as unusable.
bool read_element(const Element& element, const JsonValue& value, TraceFormat format,
                  SpanSet& set) {
  const bool otlp_allowed = format != TraceFormat::jaeger;
  const bool jaeger_allowed = format != TraceFormat::otlp;
  if (element.place == ElementPlace::resource_spans) {
    if (!otlp_allowed) return false;
    if (!read_otlp_resource_spans(value, set)) ++set.counts.unusable_elements;
    return true;
  }
  if (!jaeger_allowed) return false;
  if (value.is_array()) {
    bool any = false;
    value.for_each([&](const JsonValue& item) { any = read_jaeger_trace(item, set) || any; });
    return any;
  }
  if (read_jaeger_trace(value, set)) return true;
  if (element.place == ElementPlace::document) return false;
  ++set.counts.unusable_elements;
  return true;
}

void read_json(Input& input, const ReadOptions& options, SpanSet& set) {
  ElementScanner scanner(input, options.scanner_limits);
  JsonParser parser(options.scanner_limits.depth + 1);
  Element element;
  bool any = false;
  while (scanner.next(element)) {
    const auto value = parser.parse(element.text);
    if (!value) {
      throw InvalidInput(fmt::format("{}: byte {}: not valid JSON: {}", input.path(),
                                     element.offset, parser.why()));
    }
    if (read_element(element, *value, options.format, set)) {
      any = true;
    } else if (value->member("traces")) {
      throw InvalidInput(fmt::format(
          "{}: byte {}: looks like the answer to a search, which tells no parents of spans; fetch "
          "the traces themselves",
          input.path(), element.offset));
    } else if (!any) {
      throw InvalidInput(fmt::format(
          "{}: byte {}: neither a Jaeger trace (an object with `spans`, or `data` with such "
          "objects) nor OTLP (`resourceSpans` or `batches`)",
          input.path(), element.offset));
    } else {
      ++set.counts.unusable_elements;
    }
  }
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
  return set;
}

}  // namespace rehearse
