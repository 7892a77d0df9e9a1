#include "calibrate/readers/message_scanner.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

#include "calibrate/readers/varint.hpp"

namespace rehearse {
namespace {

constexpr std::size_t buffer_size = std::size_t{1} << 18;
constexpr std::uint64_t no_end = std::numeric_limits<std::uint64_t>::max();

/// The types of fields, the lower three bits of a tag. The other four are none, or none that OTLP
/// has ever had.
constexpr std::uint64_t type_varint = 0;
constexpr std::uint64_t type_eight_bytes = 1;
constexpr std::uint64_t type_with_length = 2;
constexpr std::uint64_t type_four_bytes = 5;

constexpr std::uint64_t resource_spans_field = 1;

}  // namespace

MessageScanner::MessageScanner(Input& input, ProtobufFraming framing, const ScannerLimits& limits)
    : input_(input),
      framing_(framing),
      element_bytes_(limits.element_bytes),
      buffer_(buffer_size),
      end_(framing == ProtobufFraming::alone ? no_end : 0) {}

/// The next of the file; negative at its end.
int MessageScanner::byte() {
  if (position_ == filled_) {
    buffer_offset_ += filled_;
    position_ = 0;
    filled_ = input_.read(buffer_.data(), buffer_.size());
    file_ended_ = filled_ == 0;
    if (file_ended_) return -1;
  }
  return static_cast<unsigned char>(buffer_[position_++]);
}

/// Within the message.
std::optional<std::uint64_t> MessageScanner::varint() {
  return varint_from([this] { return left_of_message() > 0 ? byte() : -1; });
}

/// Behind the other fields of an answer: what was searched, and whether all of it was found.
std::optional<std::uint64_t> MessageScanner::length_of_trace() {
  constexpr std::uint64_t trace_field = 1;
  constexpr std::uint64_t status_field = 3;
  constexpr std::uint64_t partial = 1;
  end_ = no_end;
  const auto stop = [this](std::optional<std::uint64_t> length) {
    end_ = offset();
    return length;
  };
  while (true) {
    const std::uint64_t from = offset();
    const auto tag = varint();
    answer_ended_ = !tag && file_ended_ && offset() == from;
    if (!tag) break;
    if (*tag == (trace_field << 3 | type_with_length)) return stop(varint());
    if (*tag == (status_field << 3 | type_varint)) {
      const auto status = varint();
      if (!status) break;
      is_partial_ = *status == partial;
      continue;
    }
    if (*tag >> 3 == 0 || !pass_field(*tag)) break;
  }
  return stop(std::nullopt);
}

/// Nothing when the file ends before, or within it.
std::optional<std::uint64_t> MessageScanner::length_of_message() {
  if (framing_ == ProtobufFraming::behind_varint) return varint_from([this] { return byte(); });
  if (framing_ == ProtobufFraming::in_answer) return length_of_trace();
  std::uint64_t length = 0;
  for (int i = 0; i < 4; ++i) {
    const int next = byte();
    if (next < 0) return std::nullopt;
    length = (length << 8) | static_cast<unsigned>(next);
  }
  return length;
}

/// Passes so many bytes and appends them to `kept`, if that is there; false when the file ends
/// before.
bool MessageScanner::pass(std::uint64_t size, std::string* kept) {
  while (size > 0) {
    if (position_ == filled_) {
      if (byte() < 0) return false;
      --position_;
    }
    const auto more = static_cast<std::size_t>(std::min<std::uint64_t>(size, filled_ - position_));
    if (kept) kept->append(buffer_.data() + position_, more);
    position_ += more;
    size -= more;
  }
  return true;
}

/// False at the end of the file.
bool MessageScanner::begin_message(MessagePart& part) {
  const std::uint64_t from = offset();
  const auto length = length_of_message();
  if (length && *length < no_end - offset()) {
    end_ = offset() + *length;
    return true;
  }
  part.offset = from;
  if (answer_ended_ && is_partial_) {
    part.why = "Tempo says that its answer is partial: some of the trace's spans are missing";
    return false;
  }
  if (offset() == from || answer_ended_) return false;
  part.why = file_ended_ ? "the file ends within the length of a message"
                         : "what should be the length of a message is none";
  file_ended_ = true;
  return false;
}

/// Leaves out what is left of the message, which is all of the file where it has no length.
bool MessageScanner::leave_message(std::uint64_t from, MessagePart& part) {
  part.offset = from;
  part.why = file_ended_ ? "the file ends within a message"
                         : "not valid protobuf: a field that is none, or longer than its message";
  if (framing_ == ProtobufFraming::alone || !pass(left_of_message(), nullptr)) file_ended_ = true;
  return true;
}

/// The value of a field that nobody asks for; false when it does not end within the message.
bool MessageScanner::pass_field(std::uint64_t tag) {
  std::optional<std::uint64_t> size;
  switch (tag & 7) {
    case type_varint:
      return varint().has_value();
    case type_eight_bytes:
      size = 8;
      break;
    case type_four_bytes:
      size = 4;
      break;
    case type_with_length:
      size = varint();
      break;
    default:
      break;
  }
  return size && *size <= left_of_message() && pass(*size, nullptr);
}

bool MessageScanner::read_resource_spans(std::uint64_t size, MessagePart& part) {
  part.offset = offset();
  if (size > element_bytes_) {
    part.why = fmt::format("one element is longer than {} bytes", element_bytes_);
    pass(size, nullptr);
    return true;
  }
  element_.clear();
  if (!pass(size, &element_)) part.why = "the file ends within a message";
  part.bytes = element_;
  return true;
}

/// True when `part` says something: one `resource_spans`, or what is wrong.
bool MessageScanner::read_field(MessagePart& part) {
  const std::uint64_t from = offset();
  const auto tag = varint();
  const bool ends_well = file_ended_ && offset() == from && framing_ == ProtobufFraming::alone;
  if (ends_well) return false;
  if (!tag || *tag >> 3 == 0) return leave_message(from, part);
  if (*tag == (resource_spans_field << 3 | type_with_length)) {
    const auto size = varint();
    if (!size || *size > left_of_message()) return leave_message(from, part);
    if (*size == 0) return false;  // of these, ten million take two bytes each
    return read_resource_spans(*size, part);
  }
  if (!pass_field(*tag)) return leave_message(from, part);
  if (*tag >> 3 != resource_spans_field) return false;
  part.offset = from;
  part.why = "not valid protobuf: `resource_spans` that are of another type";
  return true;
}

bool MessageScanner::next(MessagePart& part) {
  part = {};
  while (!file_ended_) {
    if (left_of_message() == 0) {
      if (!begin_message(part)) return !part.why.empty();
    } else if (read_field(part)) {
      return true;
    }
  }
  return false;
}

}  // namespace rehearse
