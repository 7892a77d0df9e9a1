#include "tests/fuzz/span_bytes.hpp"

#include <array>
#include <string>

namespace rehearse::test {
namespace {

constexpr std::size_t bytes_a_span = 12;

/// Numbers out of a stretch of bytes, one after another.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : left_(bytes) {}

  unsigned byte() {
    const auto found = static_cast<unsigned char>(left_.front());
    left_.remove_prefix(1);
    return found;
  }

 private:
  std::string_view left_;
};

/// Short and long times, those at the edges of what readers keep among them.
std::int64_t time_of(unsigned scale, unsigned amount) {
  constexpr std::array<std::int64_t, 8> units{0,
                                              1,
                                              1'000,
                                              1'000'000,
                                              100'000'000,
                                              3'600'000'000'000,
                                              86'400'000'000'000,
                                              18'000'000'000'000'000};
  return units[scale % units.size()] * static_cast<std::int64_t>(amount);
}

NameId name_of(SpanSet& set, const char* kind, unsigned number) {
  return number == 0 ? 0 : set.names.intern(kind + std::to_string(number));
}

Span span_of(ByteReader bytes, SpanSet& set) {
  constexpr std::array<float, 4> weights{1, 2, 1000, 1e8F};
  Span span;
  span.trace.low = bytes.byte() % 16;
  span.id = bytes.byte() % 64;
  span.parent = bytes.byte() % 64;
  const unsigned names = bytes.byte();
  span.service = name_of(set, "service-", names % 8);
  span.operation = name_of(set, "operation-", names / 8 % 8);
  const unsigned kinds = bytes.byte();
  span.kind = static_cast<SpanKind>(kinds % 6);
  span.error = kinds / 8 % 4 == 1;
  span.adjusted_count = weights[kinds / 32 % 4];
  const unsigned scales = bytes.byte();
  span.start = time_of(scales % 8, bytes.byte()) + time_of(2, bytes.byte());
  span.end = span.start + time_of(scales / 8 % 8, bytes.byte());
  const unsigned places = bytes.byte();
  span.instance = name_of(set, "instance-", places % 8);
  span.version = name_of(set, "version-", places / 8 % 4);
  span.zone = name_of(set, "zone-", places / 32 % 4);
  const unsigned hosts = bytes.byte();
  span.host = name_of(set, "host-", hosts % 8);
  span.peer = name_of(set, hosts % 16 < 8 ? "service-" : "peer-", hosts / 16 % 8);
  span.peer_host = name_of(set, "host-", bytes.byte() % 8);
  return span;
}

}  // namespace

SpanSet spans_of_bytes(std::string_view bytes) {
  SpanSet set;
  for (; bytes.size() >= bytes_a_span; bytes.remove_prefix(bytes_a_span)) {
    keep_span(set, span_of(ByteReader(bytes.substr(0, bytes_a_span)), set));
  }
  return set;
}

}  // namespace rehearse::test
