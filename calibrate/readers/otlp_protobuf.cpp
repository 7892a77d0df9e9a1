#include "calibrate/readers/otlp_protobuf.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <protozero/pbf_reader.hpp>

#include "calibrate/readers/batches.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/left_out.hpp"
#include "calibrate/readers/message_scanner.hpp"
#include "calibrate/readers/otlp_span.hpp"

namespace rehearse {
namespace {

using Fields = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;

constexpr std::uint32_t message(std::uint32_t field) {
  return protozero::tag_and_type(field, Wire::length_delimited);
}
constexpr std::uint32_t number(std::uint32_t field) {
  return protozero::tag_and_type(field, Wire::varint);
}
constexpr std::uint32_t eight_bytes(std::uint32_t field) {
  return protozero::tag_and_type(field, Wire::fixed64);
}

// Numbers of fields and their types, by opentelemetry/proto/trace/v1 and common/v1.
constexpr std::uint32_t resource_of_spans = message(1);
constexpr std::uint32_t scope_spans = message(2);
constexpr std::uint32_t library_spans = message(1000);
constexpr std::uint32_t resource_attribute = message(1);
constexpr std::uint32_t spans_of_scope = message(2);
constexpr std::uint32_t attribute_key = message(1);
constexpr std::uint32_t attribute_value = message(2);
constexpr std::uint32_t value_of_text = message(1);
constexpr std::uint32_t value_of_integer = number(3);
constexpr std::uint32_t status_code = number(3);
constexpr std::uint64_t code_of_error = 2;

constexpr std::uint32_t span_trace = message(1);
constexpr std::uint32_t span_id = message(2);
constexpr std::uint32_t span_trace_state = message(3);
constexpr std::uint32_t span_parent = message(4);
constexpr std::uint32_t span_name = message(5);
constexpr std::uint32_t span_kind = number(6);
constexpr std::uint32_t span_start = eight_bytes(7);
constexpr std::uint32_t span_end = eight_bytes(8);
constexpr std::uint32_t span_attribute = message(9);
constexpr std::uint32_t span_status = message(15);
constexpr std::initializer_list<std::uint32_t> span_fields{
    span_trace, span_id,    span_trace_state, span_parent,    span_name,
    span_kind,  span_start, span_end,         span_attribute, span_status};

std::string_view bytes_of(Fields& field) {
  const auto view = field.get_view();
  return {view.data(), view.size()};
}

/// Calls `see` for each field of a message, which must take its value or skip it. False when the
/// message ends within a field, or holds what is none.
template <class See>
bool for_each_field(std::string_view text, const See& see) {
  Fields fields(text.data(), text.size());
  try {
    while (fields.next()) see(fields);
  } catch (const protozero::exception&) {
    return false;
  }
  return true;
}

/// The bytes of a field of one of the first fifteen numbers that is short, as it begins `text`;
/// nothing when something else does.
std::optional<std::string_view> short_field(std::string_view text, std::uint32_t tag) {
  if (text.size() < 2 || static_cast<unsigned char>(text[0]) != tag) return std::nullopt;
  const auto size = static_cast<unsigned char>(text[1]);
  if (size >= 0x80 || text.size() - 2 < size) return std::nullopt;
  return text.substr(2, size);
}

/// Whether it is one number of varying length, of at most nine bytes, and nothing else.
bool is_varint(std::string_view text) {
  const auto goes_on = [](char byte) { return (static_cast<unsigned char>(byte) & 0x80) != 0; };
  if (text.empty() || text.size() > 9 || goes_on(text.back())) return false;
  return std::all_of(text.begin(), text.end() - 1, goes_on);
}

/// The key of an attribute that is written as all but a few are: the key, then a text or a whole
/// number, both short. Nothing when it is not certain that all of the attribute can be read. Most
/// are passed by, and to decode them takes longer than all the rest of a span.
std::optional<std::string_view> key_of_usual(std::string_view attribute) {
  const auto key = short_field(attribute, attribute_key);
  if (!key) return std::nullopt;
  const std::string_view rest = attribute.substr(2 + key->size());
  const auto value = short_field(rest, attribute_value);
  if (!value || value->size() + 2 != rest.size()) return std::nullopt;
  const auto text = short_field(*value, value_of_text);
  const bool is_text = text && text->size() + 2 == value->size();
  const bool is_number = !value->empty() &&
                         static_cast<unsigned char>(value->front()) == value_of_integer &&
                         is_varint(value->substr(1));
  if (!is_text && !is_number) return std::nullopt;
  return key;
}

/// Reads one of the `resource_spans`. Two passes: what is said of the resource may come last.
class ResourceSpansReader {
 public:
  /// `offset`: of the first of the bytes in the file.
  ResourceSpansReader(std::string_view bytes, std::uint64_t offset, LeftOutOfFile& left_out,
                      SpanSet& set)
      : bytes_(bytes), offset_(offset), left_out_(left_out), set_(set), resource_(set) {}

  /// False when the end of it cannot be read.
  bool read() {
    const bool whole = for_each_field(bytes_, [&](Fields& field) {
      if (field.tag_and_type() == resource_of_spans) return read_resource(bytes_of(field));
      field.skip();
    });
    for_each_field(bytes_, [&](Fields& field) {
      const std::uint32_t tag = field.tag_and_type();
      if (tag == scope_spans || tag == library_spans) return read_scope(bytes_of(field));
      if (tag == resource_of_spans) return field.skip();
      pass(field, {resource_of_spans, scope_spans, library_spans});
    });
    if (!whole) leave_out(bytes_, "not valid protobuf: `resource_spans` of no right end");
    return whole;
  }

 private:
  void leave_out(std::string_view place, std::string_view why) {
    ++set_.counts.unusable_elements;
    note(place, why);
  }

  void leave_value_out(std::string_view place) {
    ++set_.counts.unreadable_values;
    note(place, "not valid protobuf: a value that cannot be read");
  }

  /// A field that is not read; or one of the known that is of another type than it should be.
  void pass(Fields& field, std::initializer_list<std::uint32_t> known) {
    const auto same = [&](std::uint32_t one) { return one >> 3 == field.tag(); };
    const auto place = field.data();
    if (std::any_of(known.begin(), known.end(), same)) leave_value_out({place.data(), 0});
    field.skip();
  }

  void note(std::string_view place, std::string_view why) {
    left_out_.note(offset_ + static_cast<std::uint64_t>(place.data() - bytes_.data()), why);
  }

  void read_resource(std::string_view resource) {
    const bool whole = for_each_field(resource, [&](Fields& field) {
      if (field.tag_and_type() != resource_attribute) return pass(field, {resource_attribute});
      read_attribute(
          bytes_of(field), [](std::string_view) { return true; },
          [&](std::string_view key, const AttributeValue& value) { resource_.see(key, value); });
    });
    if (!whole) leave_value_out(resource);
  }

  template <class Wants, class See>
  void read_attribute(std::string_view attribute, const Wants& wants, const See& see) {
    if (const auto usual = key_of_usual(attribute); usual && !wants(*usual)) return;
    std::string_view key;
    std::string_view wrapped;
    bool whole = for_each_field(attribute, [&](Fields& field) {
      switch (field.tag_and_type()) {
        case attribute_key:
          key = bytes_of(field);
          break;
        case attribute_value:
          wrapped = bytes_of(field);
          break;
        default:
          pass(field, {attribute_key, attribute_value});
      }
    });
    std::optional<AttributeValue> value;
    whole = for_each_field(wrapped, [&](Fields& field) { take_value(field, value); }) && whole;
    if (!whole) return leave_value_out(attribute);
    if (value) see(key, *value);
  }

  /// Of one of seven types; lists, maps and bytes are said to be there, and no more.
  static void take_value(Fields& field, std::optional<AttributeValue>& value) {
    switch (field.tag_and_type()) {
      case value_of_text:
        value = AttributeValue::of_text(bytes_of(field));
        break;
      case number(2):
        value = AttributeValue::of_flag(field.get_uint64() != 0);
        break;
      case value_of_integer:
        value = AttributeValue::of_integer(field.get_int64());
        break;
      case eight_bytes(4):
        value = AttributeValue::of_number(field.get_double());
        break;
      case message(5):
      case message(6):
      case message(7):
        value = AttributeValue();
        field.skip();
        break;
      default:
        field.skip();
    }
  }

  void read_scope(std::string_view scope) {
    const bool whole = for_each_field(scope, [&](Fields& field) {
      if (field.tag_and_type() == spans_of_scope) return read_span(bytes_of(field));
      pass(field, {spans_of_scope});
    });
    if (!whole) leave_out(scope, "not valid protobuf: spans of a scope that have no right end");
  }

  void read_span(std::string_view text) {
    const LeftOut before = left_out_until(set_.counts);
    OtlpSpanReader span(set_);
    OtlpSpanFields said;
    const bool whole = for_each_field(text, [&](Fields& field) { take_field(field, span, said); });
    if (!whole) return leave_out(text, "not valid protobuf: a span that has no right end");
    span.keep(said, resource_);
    note(text, what_was_left_out(before, set_.counts));
  }

  void take_field(Fields& field, OtlpSpanReader& span, OtlpSpanFields& said) {
    switch (field.tag_and_type()) {
      case span_trace:
        said.trace = trace_id_of_bytes(bytes_of(field));
        break;
      case span_id:
        said.id = span_id_of_bytes(bytes_of(field));
        break;
      case span_parent:
        said.parent = span_id_of_bytes(bytes_of(field));
        break;
      case span_trace_state:
        said.trace_state = bytes_of(field);
        break;
      case span_name:
        said.name = bytes_of(field);
        break;
      case span_kind:
        said.kind = span_kind_of(field.get_uint64());
        break;
      case span_start:
        said.start = static_cast<std::int64_t>(field.get_fixed64());
        break;
      case span_end:
        said.end = static_cast<std::int64_t>(field.get_fixed64());
        break;
      case span_attribute:
        read_attribute(
            bytes_of(field), [&](std::string_view key) { return span.looks_at(key); },
            [&](std::string_view key, const AttributeValue& value) { span.see(key, value); });
        break;
      case span_status:
        read_status(bytes_of(field), said);
        break;
      default:
        pass(field, span_fields);
    }
  }

  void read_status(std::string_view status, OtlpSpanFields& said) {
    const bool whole = for_each_field(status, [&](Fields& field) {
      if (field.tag_and_type() != status_code) return pass(field, {status_code});
      said.failed = field.get_uint64() == code_of_error;
    });
    if (!whole) leave_value_out(status);
  }

  std::string_view bytes_;
  std::uint64_t offset_;
  LeftOutOfFile& left_out_;
  SpanSet& set_;
  ResourceReader resource_;
};

void read_batch(FileBatch& batch) {
  for (const Piece& piece : batch.pieces) {
    if (piece.why.empty()) {
      ResourceSpansReader reader(batch.bytes_of(piece), piece.offset, batch.left_out, batch.set);
      batch.any = reader.read() || batch.any;
    } else {
      ++batch.set.counts.unusable_elements;
      batch.left_out.note(piece.offset, piece.why);
    }
  }
}

}  // namespace

void read_otlp_protobuf(Input& input, ProtobufFraming framing, const ReadOptions& options,
                        SpanSet& set) {
  MessageScanner scanner(input, framing, options.scanner_limits);
  LeftOutOfFile left_out(input.path());
  const std::uint64_t spans_before = set.counts.spans;
  bool any = false;
  BatchWork work;
  work.threads = options.threads;
  work.batch_bytes = options.batch_bytes;
  work.most_spans = options.most_spans;
  work.add_next = [&](FileBatch& batch) {
    MessagePart part;
    if (!scanner.next(part)) return false;
    batch.add(part.bytes, part.offset, ElementPlace::resource_spans, part.why);
    return true;
  };
  work.read = [](FileBatch& batch, int) { read_batch(batch); };
  work.settle = [&](FileBatch& batch) {
    left_out.note(batch.left_out);
    any = any || batch.any;
  };
  read_in_batches(input.path(), work, set);
  left_out.settle(set, any || set.counts.spans > spans_before);
}

}  // namespace rehearse
