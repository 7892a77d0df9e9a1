#include "calibrate/readers/json_file.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "calibrate/readers/batches.hpp"
#include "calibrate/readers/data_prepper.hpp"
#include "calibrate/readers/datadog.hpp"
#include "calibrate/readers/elasticsearch.hpp"
#include "calibrate/readers/element_scanner.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/jaeger.hpp"
#include "calibrate/readers/json.hpp"
#include "calibrate/readers/json_mending.hpp"
#include "calibrate/readers/json_rows.hpp"
#include "calibrate/readers/known_formats.hpp"
#include "calibrate/readers/left_out.hpp"
#include "calibrate/readers/otlp.hpp"
#include "calibrate/readers/stdouttrace.hpp"
#include "calibrate/readers/xray.hpp"
#include "calibrate/readers/zipkin.hpp"

namespace rehearse {
namespace {

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

constexpr std::string_view search_answer_of_tempo =
    "looks like the answer to a search of Tempo, which holds no spans; fetch each trace by its id: "
    "curl -s http://tempo:3200/api/traces/ID";

bool may_be(TraceFormat format, TraceFormat asked) {
  return asked == TraceFormat::detect || asked == format;
}

/// How far a set was filled, to go back there. Stand-ins stay: to tell of one again changes
/// nothing.
class Mark {
 public:
  explicit Mark(const SpanSet& set)
      : spans_(set.spans.size()), followers_(set.followers.size()), counts_(set.counts) {}

  void go_back(SpanSet& set) const {
    set.spans.resize(spans_);
    set.followers.resize(followers_);
    set.counts = counts_;
  }

 private:
  std::size_t spans_;
  std::size_t followers_;
  ReadCounts counts_;
};

/// What a thread reuses from element to element.
struct Parsers {
  explicit Parsers(std::size_t depth) : elements(depth), documents_within(depth) {}
  JsonParser elements;
  JsonParser documents_within;  // that are texts within another
};

/// What does not change while a file is read.
struct Asked {
  TraceFormat format = TraceFormat::detect;
  bool only_rows = false;  // because somebody said what their columns hold
};

/// Reads elements into a set. Without a reader of rows it says where one was wanted: what a row
/// means may depend on those before it.
class JsonElementReader {
 public:
  JsonElementReader(const Asked& asked, Parsers& parsers, SpanSet& set, LeftOutOfFile& left_out,
                    JsonRowReader* rows)
      : asked_(asked.format),
        only_rows_(asked.only_rows),
        parser_(parsers.elements),
        inner_parser_(parsers.documents_within),
        set_(set),
        left_out_(left_out),
        rows_(rows) {}

  /// True when the element was of use. Expects what JsonParser::parse_in_place does.
  bool read(const Element& element) {
    any_ = false;
    wanted_rows_ = false;
    read_element(element);
    return any_;
  }
  /// The last element: it is to be read again.
  bool wanted_rows() const { return wanted_rows_; }

 private:
  void read_element(const Element& element) {
    auto value = parser_.parse_in_place(element.text);
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
    const std::uint64_t usable_before = usable_spans(set_.counts);
    if (read_as_element(element.place, value)) {
      any_ = true;
      left_out_.note(element.offset + mended.first, mended.why);
      const std::string_view what = what_was_left_out(before, set_.counts);
      if (!what.empty() && !flaw().why.empty()) {
        return left_out_.note(element.offset, flaw().why, flaw().found);
      }
      if (what.empty() || usable_spans(set_.counts) > usable_before) {
        return left_out_.note(element.offset, what);
      }
      return note_unread(element.offset, format_known_of(value), what);
    }
    ++set_.counts.unusable_elements;
    if (only_rows_) {
      return left_out_.note(element.offset, flaw().why.empty() ? "no row of a table" : flaw().why,
                            flaw().found);
    }
    note_unread(element.offset, format_known_of(value), what_stands_instead(value));
  }

  static std::string_view what_stands_instead(const JsonValue& value) {
    const auto traces = value.member("traces");
    if (!traces && !value.member("TraceSummaries")) return no_trace_format;
    bool of_tempo = false;
    if (traces) {
      traces->for_each([&](const JsonValue& trace) {
        of_tempo = of_tempo || trace.member("rootServiceName") || trace.member("rootTraceName");
      });
    }
    return of_tempo ? search_answer_of_tempo : search_answer;
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
    if (only_rows_) return read_row(value);
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
    return may_be(TraceFormat::csv, asked_) && read_row(value);
  }

  bool read_row(const JsonValue& value) {
    if (rows_) return rows_->read(value);
    wanted_rows_ = true;
    return false;
  }

  const RowFlaw& flaw() const {
    static const RowFlaw none;
    return rows_ ? rows_->flaw() : none;
  }

  bool read_xray_part(const JsonValue& value) {
    const XrayReading reading = read_xray(value, inner_parser_, set_);
    if (reading == XrayReading::unreadable_document) ++set_.counts.unusable_elements;
    return reading != XrayReading::no_xray;
  }

  TraceFormat asked_;
  bool only_rows_;
  JsonParser& parser_;
  JsonParser& inner_parser_;
  SpanSet& set_;
  LeftOutOfFile& left_out_;
  JsonRowReader* rows_;
  bool any_ = false;
  bool wanted_rows_ = false;
};

/// Reads one file of JSON, batch by batch.
class JsonFileReader {
 public:
  JsonFileReader(Input& input, const ReadOptions& options, SpanSet& set)
      : file_(input.path()),
        threads_(options.threads),
        batch_bytes_(options.batch_bytes),
        most_spans_(options.most_spans),
        scanner_(input, options.scanner_limits),
        asked_{options.format, options.columns && options.format == TraceFormat::detect},
        rows_(options.columns, input.path(), set),
        set_(set),
        left_out_(input.path()),
        parsers_in_order_(options.scanner_limits.depth + 1),
        in_order_(asked_.only_rows) {
    for (int thread = 0; thread < threads_; ++thread) {
      parsers_.push_back(std::make_unique<Parsers>(options.scanner_limits.depth + 1));
    }
  }

  void read() {
    BatchWork work;
    work.threads = threads_;
    work.batch_bytes = batch_bytes_;
    work.most_spans = most_spans_;
    work.add_next = [this](FileBatch& batch) {
      Element element;
      if (!scanner_.next(element)) return false;
      batch.add(element.text, element.offset, element.place);
      return true;
    };
    work.read = [this](FileBatch& batch, int thread) { read_batch(batch, thread); };
    work.settle = [this](FileBatch& batch) { settle(batch); };
    read_in_batches(file_, work, set_);
    rows_.finish();
    note_foreign_lines();
    left_out_.settle(set_, any_);
  }

 private:
  static Element element_of(const FileBatch& batch, std::size_t number) {
    const Piece& piece = batch.pieces[number];
    return {piece.place, batch.bytes_of(piece), piece.offset};
  }

  /// Whatever the order of batches. What is found out here only by its place in the file is left
  /// for later.
  void read_batch(FileBatch& batch, int thread) {
    const bool all_later = in_order_;
    Parsers& parsers = *parsers_[static_cast<std::size_t>(thread)];
    JsonElementReader reader(asked_, parsers, batch.set, batch.left_out, nullptr);
    for (std::size_t number = 0; number < batch.pieces.size(); ++number) {
      if (all_later) {
        batch.later.push_back(number);
        continue;
      }
      const Mark before(batch.set);
      const bool had_first = batch.left_out.has_first();
      const bool of_use = reader.read(element_of(batch, number));
      if (reader.wanted_rows()) {
        before.go_back(batch.set);
        if (!had_first) batch.left_out = LeftOutOfFile(file_);
        batch.later.push_back(number);
        continue;
      }
      batch.any = batch.any || of_use;
      if (!had_first) batch.first_left_out = number;
    }
    // A table: to try and fail costs more than to wait. So it stays for the rest of the file.
    if (batch.later.size() > batch.pieces.size() / 2) in_order_ = true;
    parsers.elements.give_back();
    parsers.documents_within.give_back();
  }

  void settle(FileBatch& batch) {
    JsonElementReader reader(asked_, parsers_in_order_, set_, left_out_, &rows_);
    for (const std::size_t number : batch.later) {
      if (batch.first_left_out < number) left_out_.note(batch.left_out);
      const bool of_use = reader.read(element_of(batch, number));
      any_ = any_ || of_use;
    }
    parsers_in_order_.elements.give_back();
    left_out_.note(batch.left_out);
    any_ = any_ || batch.any;
  }

  /// What is broken is told first, wherever it stood.
  void note_foreign_lines() {
    const ForeignLines& lines = scanner_.foreign_lines();
    if (lines.count == 0) return;
    set_.counts.lines_without_json += lines.count;
    left_out_.note(lines.first_offset, fmt::format("line {}: no JSON", lines.first_line),
                   excerpt_of(lines.first_text));
  }

  std::string file_;
  int threads_;
  std::size_t batch_bytes_;
  std::uint64_t most_spans_;
  ElementScanner scanner_;
  Asked asked_;
  JsonRowReader rows_;
  SpanSet& set_;
  LeftOutOfFile left_out_;
  std::vector<std::unique_ptr<Parsers>> parsers_;  // of each thread
  Parsers parsers_in_order_;
  std::atomic<bool> in_order_;  // everything is left for later
  bool any_ = false;
};

}  // namespace

void read_json_file(Input& input, const ReadOptions& options, SpanSet& set) {
  JsonFileReader(input, options, set).read();
}

}  // namespace rehearse
