#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rehearse {

/// The 128 bits by which all spans of one request know one another.
struct TraceId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const TraceId&) const = default;
};

enum class SpanKind : std::uint8_t { unknown, server, client, internal, producer, consumer };

/// A number that stands for a text of a NameTable; 0 is the empty text.
using NameId = std::uint32_t;

/// What is kept of one recorded span: 88 bytes, whatever its attributes weighed. Texts are kept
/// once, in the NameTable. `parent` is 0 when the span says that it has none.
struct Span {
  TraceId trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;
  std::int64_t start = 0;  // nanoseconds of some epoch, the same for all spans
  std::int64_t end = 0;
  NameId service = 0;
  NameId operation = 0;
  NameId instance = 0;
  NameId version = 0;
  NameId zone = 0;
  NameId host = 0;
  NameId peer = 0;           // of a client span: whom it says that it called
  float adjusted_count = 1;  // how many requests this one stands for: 1 / sampling probability
  SpanKind kind = SpanKind::unknown;
  bool error = false;

  std::int64_t duration() const { return end - start; }
  auto operator<=>(const Span&) const = default;
};
static_assert(sizeof(Span) == 88);

/// Keeps each text once.
class NameTable {
 public:
  NameTable();

  NameId intern(std::string_view text);
  const std::string& text(NameId name) const { return texts_[name]; }
  std::size_t size() const { return texts_.size(); }

  /// Renumbers the names by the order of their texts and returns the new number of each old one, so
  /// that what is learned does not depend on the order in which names were met.
  std::vector<NameId> sort();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  std::vector<std::string> texts_;
  std::unordered_map<std::string, NameId, Hash, std::equal_to<>> numbers_;
};

/// Why spans were left out by the readers. One bad span never spoils a file.
struct ReadCounts {
  std::uint64_t spans = 0;                // met, usable or not
  std::uint64_t without_id = 0;           // no usable trace or span id
  std::uint64_t with_bad_times = 0;       // absent, negative, ending before they start, over a week
  std::uint64_t without_service = 0;      // kept, under the name "unknown-service"
  std::uint64_t unusable_elements = 0;    // elements of a document that are not traces
  std::uint64_t impossible_sampling = 0;  // what they say of sampling cannot be; otherwise kept
  bool operator==(const ReadCounts&) const = default;
};

/// All spans of some files.
struct SpanSet {
  std::vector<Span> spans;
  NameTable names;
  ReadCounts counts;
};

/// Checks the times of `span` and stores it, or counts why not. Times are in nanoseconds; what is
/// outside [0, 2^63) or longer than a week is taken for damage.
void keep_span(SpanSet& set, Span span);

/// No recording keeps less than one trace of so many.
constexpr double most_adjusted_count = 1e8;

/// Takes how many requests a span says that it stands for, or counts that this cannot be (less than
/// one, more than `most_adjusted_count`, no number); such a span stands for itself.
void take_adjusted_count(SpanSet& set, Span& span, double adjusted_count);

/// Puts names and spans into an order that depends on nothing but their values.
void normalise(SpanSet& set);

}  // namespace rehearse
