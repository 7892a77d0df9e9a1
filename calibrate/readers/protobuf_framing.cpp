#include "calibrate/readers/protobuf_framing.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "calibrate/readers/varint.hpp"

namespace rehearse {
namespace {

/// What can stand before the first span. `text` and `number` are passed, a `key` too if it is one:
/// what an answer holds has the form of attributes that messages hold, with messages for keys.
/// `proof` ends the search.
enum class Part {
  answer,
  traces,
  resource_spans,
  resource,
  attribute,
  scope_spans,
  text,
  key,
  number,
  proof
};

/// A field of OTLP: in which part, by which tag (number and type), and what it is.
struct Field {
  Part owner;
  std::uint64_t tag;
  Part part;
};
constexpr std::array<Field, 17> fields{{
    {Part::answer, 0x0A, Part::traces},
    {Part::answer, 0x12, Part::text},    // what was searched
    {Part::answer, 0x18, Part::number},  // whether all of it was found
    {Part::answer, 0x22, Part::text},    // why not
    {Part::traces, 0x0A, Part::resource_spans},
    {Part::resource_spans, 0x0A, Part::resource},
    {Part::resource_spans, 0x12, Part::proof},
    {Part::resource_spans, 0x1A, Part::text},         // the schema
    {Part::resource_spans, 8002, Part::scope_spans},  // by the older name
    {Part::scope_spans, 0x0A, Part::text},            // the library
    {Part::scope_spans, 0x12, Part::proof},
    {Part::scope_spans, 0x1A, Part::text},
    {Part::resource, 0x0A, Part::attribute},
    {Part::resource, 0x10, Part::number},  // of attributes left out
    {Part::resource, 0x1A, Part::text},    // references to entities
    {Part::attribute, 0x0A, Part::key},
    {Part::attribute, 0x12, Part::proof},
}};

/// Goes through the beginning of a file as if it were framed in one way.
class Walk {
 public:
  Walk(std::string_view beginning, ProtobufFraming framing)
      : beginning_(beginning), framing_(framing) {}

  bool finds_proof() {
    while (at_ < beginning_.size()) {
      while (!open_.empty() && open_.back().end == at_) open_.pop_back();
      if (open_.empty()) {
        if (!open_message()) return false;
        continue;
      }
      const auto tag = varint();
      const auto field = std::find_if(fields.begin(), fields.end(), [&](const Field& one) {
        return one.owner == open_.back().part && one.tag == tag;
      });
      const auto number = varint();
      if (!tag || !number || field == fields.end() || at_ > open_.back().end) return false;
      if (field->part == Part::number) continue;
      if (*number > open_.back().end - at_) return false;
      if (field->part == Part::proof) return true;
      if (field->part == Part::key && !is_key(*number)) return false;
      if (field->part == Part::text || field->part == Part::key) {
        at_ += *number;
      } else {
        open_.push_back({field->part, at_ + *number});
      }
    }
    return false;
  }

 private:
  struct Open {
    Part part;
    std::uint64_t end;
  };

  /// Of so many bytes, as far as they are there.
  bool is_key(std::uint64_t size) const {
    const std::string_view key = beginning_.substr(at_, size);
    return size > 0 && std::none_of(key.begin(), key.end(), [](char letter) {
             return static_cast<unsigned char>(letter) < ' ';
           });
  }

  int byte() {
    if (at_ >= beginning_.size()) return -1;
    return static_cast<unsigned char>(beginning_[at_++]);
  }
  std::optional<std::uint64_t> varint() {
    return varint_from([this] { return byte(); });
  }

  std::optional<std::uint64_t> four_bytes() {
    std::uint64_t number = 0;
    for (int i = 0; i < 4; ++i) {
      const int next = byte();
      if (next < 0) return std::nullopt;
      number = (number << 8) | static_cast<unsigned>(next);
    }
    return number;
  }

  bool open_message() {
    if (framing_ == ProtobufFraming::alone || framing_ == ProtobufFraming::in_answer) {
      const bool alone = framing_ == ProtobufFraming::alone;
      open_.push_back(
          {alone ? Part::traces : Part::answer, std::numeric_limits<std::uint64_t>::max()});
      return true;
    }
    const auto length = framing_ == ProtobufFraming::behind_varint ? varint() : four_bytes();
    if (!length || *length > std::numeric_limits<std::uint64_t>::max() - at_) return false;
    open_.push_back({Part::traces, at_ + *length});
    return true;
  }

  std::string_view beginning_;
  ProtobufFraming framing_;
  std::uint64_t at_ = 0;
  std::vector<Open> open_;
};

}  // namespace

std::optional<ProtobufFraming> otlp_framing_of(std::string_view beginning) {
  // Lengths of four bytes are tried before varints: as such, their zeros would be empty messages.
  // An answer is tried before both: to them it would begin with a message of 160 MiB or more, or of
  // ten bytes.
  for (const ProtobufFraming framing :
       {ProtobufFraming::alone, ProtobufFraming::in_answer, ProtobufFraming::behind_four_bytes,
        ProtobufFraming::behind_varint}) {
    if (Walk(beginning, framing).finds_proof()) return framing;
  }
  return std::nullopt;
}

}  // namespace rehearse
