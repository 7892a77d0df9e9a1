#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/element_scanner.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/readers/protobuf_framing.hpp"

namespace rehearse {

/// A piece of a file of protobuf: one `resource_spans`, small enough to be parsed at once, or where
/// and why something was left out.
struct MessagePart {
  std::string_view bytes;    // valid until the next call
  std::uint64_t offset = 0;  // of the first byte in the (decompressed) file
  std::string why;           // empty: nothing is wrong
};

/// Cuts messages of OTLP's traces, however large, into their `resource_spans`. Behind what is
/// damaged it goes on with the next message, where messages have lengths. Memory: one
/// `resource_spans`, up to `element_bytes` of the limits, and a buffer.
class MessageScanner {
 public:
  MessageScanner(Input& input, ProtobufFraming framing, const ScannerLimits& limits);

  /// The next part; false at the end of the file.
  bool next(MessagePart& part);

 private:
  int byte();
  std::uint64_t offset() const { return buffer_offset_ + position_; }
  std::uint64_t left_of_message() const { return end_ - offset(); }
  std::optional<std::uint64_t> varint();
  std::optional<std::uint64_t> length_of_message();
  std::optional<std::uint64_t> length_of_trace();
  bool pass(std::uint64_t size, std::string* kept);

  bool begin_message(MessagePart& part);
  bool read_field(MessagePart& part);
  bool pass_field(std::uint64_t tag);
  bool read_resource_spans(std::uint64_t size, MessagePart& part);
  bool leave_message(std::uint64_t from, MessagePart& part);

  Input& input_;
  ProtobufFraming framing_;
  std::size_t element_bytes_;
  std::vector<char> buffer_;
  std::size_t position_ = 0;
  std::size_t filled_ = 0;
  std::uint64_t buffer_offset_ = 0;
  std::uint64_t end_ = 0;  // of the message
  bool file_ended_ = false;
  bool answer_ended_ = false;  // with one of its fields
  bool is_partial_ = false;    // as it says itself
  std::string element_;
};

}  // namespace rehearse
