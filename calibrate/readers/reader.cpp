#include "calibrate/readers/reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "calibrate/readers/csv.hpp"
#include "calibrate/readers/data_prepper.hpp"
#include "calibrate/readers/datadog.hpp"
#include "calibrate/readers/elasticsearch.hpp"
#include "calibrate/readers/jaeger.hpp"
#include "calibrate/readers/json.hpp"
#include "calibrate/readers/json_mending.hpp"
#include "calibrate/readers/json_rows.hpp"
#include "calibrate/readers/known_formats.hpp"
#include "calibrate/readers/left_out.hpp"
#include "calibrate/readers/otlp.hpp"
#include "calibrate/readers/otlp_protobuf.hpp"
#include "calibrate/readers/stdouttrace.hpp"
#include "calibrate/readers/xray.hpp"
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

/// As much of the file as tells what it is. Reads nothing away.
std::string beginning_of(Input& input) {
  std::string beginning(bytes_that_tell_framing, '\0');
  std::size_t filled = 0;
  while (filled < beginning.size()) {
    const std::size_t got = input.read(beginning.data() + filled, beginning.size() - filled);
    if (got == 0) break;
    filled += got;
  }
  beginning.resize(filled);
  input.give_back(beginning);
  return beginning;
}

constexpr std::string_view no_trace_format =
    "neither a Jaeger trace (an object with `spans`, `data` with such objects, or stored spans "
    "with `traceID` and `spanID`), nor Zipkin (spans with `traceId` and `id`), nor OTLP "
    "(`resourceSpans` or `batches`), nor X-Ray (`Traces`, or segments with `trace_id` and `id`), "
    "nor Datadog (spans with `trace_id`, `span_id`, `start` and `duration`), nor OpenTelemetry as "
    "printed on a console (`SpanContext` or `context`) or stored by Data Prepper "
    "(`durationInNanos`), nor rows of a table whose columns are known (name them with --columns)";
constexpr std::string_view search_answer =
    "looks like the answer to a search, which tells no parents of spans; fetch the traces "
    "themselves";

bool may_be(TraceFormat format, TraceFormat asked) {
  return asked == TraceFormat::detect || asked == format;
}

/// Reads one file of JSON, element by element.
class JsonFileReader {
 public:
  JsonFileReader(Input& input, const ReadOptions& options, SpanSet& set)
      : scanner_(input, options.scanner_limits),
        parser_(options.scanner_limits.depth + 1),
        inner_parser_(options.scanner_limits.depth + 1),
        rows_(options.columns, set),
        only_rows_(options.columns && options.format == TraceFormat::detect),
        asked_(options.format),
        set_(set),
        left_out_(input.path()) {}

  /// What cannot be read is left out and counted; only when nothing can, the file is refused, for
  /// what was wrong with the first.
  void read() {
    Element element;
    while (scanner_.next(element)) read_element(element);
    left_out_.settle(set_, any_);
  }

 private:
  void read_element(const Element& element) {
    auto value = parser_.parse(element.text);
    if (value) return read_value(element, *value);
    const std::string why = fmt::format("not valid JSON: {}", parser_.why());
    // Only now: to look at every letter costs more than all the rest.
    const MendedJson mended = mend_json(element.text);
    if (mended.values > 0) value = parser_.parse(mended.text);
    if (!value || !(value->is_object() || value->is_array())) {
      ++set_.counts.unusable_elements;
      return note_unread(element.offset, known_format_written(element.text), why);
    }
    set_.counts.unreadable_values += mended.values;
    read_value(element, *value, mended);
  }

  void read_value(const Element& element, const JsonValue& value, const MendedJson& mended = {}) {
    if (is_bulk_action(value) || is_xray_header(value)) return;
    const LeftOut before = left_out_until(set_.counts);
    const std::size_t kept_before = set_.spans.size();
    if (read_as_element(element.place, value)) {
      any_ = true;
      left_out_.note(element.offset + mended.first, mended.why);
      const std::string_view what = what_was_left_out(before, set_.counts);
      if (!what.empty() && !rows_.flaw().why.empty()) {
        return left_out_.note(element.offset, rows_.flaw().why, rows_.flaw().found);
      }
      if (what.empty() || set_.spans.size() > kept_before) {
        return left_out_.note(element.offset, what);
      }
      return note_unread(element.offset, format_known_of(value), what);
    }
    ++set_.counts.unusable_elements;
    if (only_rows_) {
      const RowFlaw& flaw = rows_.flaw();
      return left_out_.note(element.offset, flaw.why.empty() ? "no row of a table" : flaw.why,
                            flaw.found);
    }
    const bool summaries = value.member("traces") || value.member("TraceSummaries");
    note_unread(element.offset, format_known_of(value),
                summaries ? search_answer : no_trace_format);
  }

  /// Looks only where it matters: what is left out first is told.
  const KnownFormat* format_known_of(const JsonValue& value) const {
    return left_out_.has_first() ? nullptr : known_format_of(stored_document(value));
  }

  void note_unread(std::uint64_t byte, const KnownFormat* known, std::string_view why) {
    if (known) return left_out_.note(byte, what_is_known_of(*known));
    left_out_.note(byte, why);
  }

  /// False when the element is not of the asked format; true when it was read or counted as
  /// unusable.
  bool read_as_element(ElementPlace place, const JsonValue& value) {
    if (only_rows_) return rows_.read(value);
    if (place == ElementPlace::resource_spans) {
      if (!may_be(TraceFormat::otlp, asked_)) return false;
      if (!read_otlp_resource_spans(value, set_)) ++set_.counts.unusable_elements;
      return true;
    }
    if (value.is_array()) return read_list(value);
    if (read_trace_or_span(value)) return true;
    if (place == ElementPlace::document || asked_ == TraceFormat::otlp) return false;
    ++set_.counts.unusable_elements;
    return true;
  }

  /// A list of traces or spans. False when none of its items is one.
  bool read_list(const JsonValue& list) {
    std::uint64_t items = 0;
    std::uint64_t unusable = 0;
    list.for_each([&](const JsonValue& item) {
      ++items;
      if (!read_trace_or_span(item)) ++unusable;
    });
    if (items > 0 && unusable == items) return false;
    set_.counts.unusable_elements += unusable;
    return true;
  }

  bool read_trace_or_span(const JsonValue& found) {
    const JsonValue value = stored_document(found);
    if (may_be(TraceFormat::jaeger, asked_)) {
      if (read_jaeger_trace(value, set_) || read_jaeger_document(value, set_)) return true;
    }
    if (may_be(TraceFormat::zipkin, asked_) && read_zipkin_span(value, set_)) return true;
    if (may_be(TraceFormat::datadog, asked_) && read_datadog_span(value, set_)) return true;
    if (may_be(TraceFormat::otlp, asked_)) {
      if (read_printed_span(value, set_) || read_data_prepper_document(value, set_)) return true;
    }
    if (may_be(TraceFormat::xray, asked_) && read_xray_part(value)) return true;
    return may_be(TraceFormat::csv, asked_) && rows_.read(value);
  }

  bool read_xray_part(const JsonValue& value) {
    const XrayReading reading = read_xray(value, inner_parser_, set_);
    if (reading == XrayReading::unreadable_document) ++set_.counts.unusable_elements;
    return reading != XrayReading::no_xray;
  }

  ElementScanner scanner_;
  JsonParser parser_;
  JsonParser inner_parser_;  // of documents that are texts within another
  JsonRowReader rows_;
  bool only_rows_;  // because somebody said what their columns hold
  TraceFormat asked_;
  SpanSet& set_;
  LeftOutOfFile left_out_;
  bool any_ = false;
};

void read_input(Input& input, const ReadOptions& options, SpanSet& set) {
  TraceFormat format = options.format;
  const std::string beginning = options.columns ? std::string() : beginning_of(input);
  if (may_be(TraceFormat::otlp, format)) {
    if (const auto framing = otlp_framing_of(beginning)) {
      return read_otlp_protobuf(input, *framing, options.scanner_limits, set);
    }
  }
  if (format == TraceFormat::detect) {
    const char letter = first_letter(input);
    if (letter == 0)
      throw InvalidInput(fmt::format("{}: is empty, or begins with {} MiB of blanks", input.path(),
                                     most_skipped >> 20));
    if (letter != '{' && letter != '[') {
      format = TraceFormat::csv;
      if (const KnownFormat* known = known_format_beginning(beginning)) {
        throw InvalidInput(fmt::format("{}: {}", input.path(), what_is_known_of(*known)));
      }
    }
  }
  if (format == TraceFormat::csv) {
    read_csv(input, options.columns, set);
  } else {
    JsonFileReader(input, options, set).read();
  }
}

/// Nothing when nothing was.
std::string first_left_out_text(const FirstLeftOut& first) {
  if (first.file.empty()) return {};
  return "; the first that was left out: " + text(first);
}

}  // namespace

SpanSet read_spans(const std::vector<std::string>& files, const ReadOptions& options) {
  SpanSet set;
  for (const std::string& file : files) {
    for_each_input(file, options.input_limits,
                   [&](Input& input) { read_input(input, options, set); });
  }
  if (set.spans.empty()) {
    throw InvalidInput(
        fmt::format("no usable span in {}: {} {} met, {} without ids, "
                    "{} with impossible times{}",
                    counted(files.size(), "file"), counted(set.counts.spans, "span"),
                    agreeing(set.counts.spans, "was", "were"), set.counts.without_id,
                    set.counts.with_bad_times, first_left_out_text(set.counts.first_left_out)));
  }
  normalise(set);
  settle_relations(set);
  join_truncated_traces(set);
  return set;
}

}  // namespace rehearse
