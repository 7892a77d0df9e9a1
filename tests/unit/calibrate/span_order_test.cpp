#include "calibrate/readers/span_order.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>

#include "sim/hash.hpp"

namespace rehearse {
namespace {

/// Spans of which `in_a_trace` have one trace, in an order that looks like none; a few come twice.
std::vector<Span> shuffled_spans(std::size_t count, std::size_t in_a_trace, std::uint64_t high) {
  std::vector<Span> spans;
  for (std::size_t i = 0; i < count; ++i) {
    Span span;
    const std::uint64_t trace = mixed(i) % count / in_a_trace;
    span.trace = {high == 0 ? mixed(trace) : high, mixed(trace + 1)};
    span.id = 1 + mixed(i) % 97;
    span.start = static_cast<std::int64_t>(mixed(i + 5) % 3);
    span.service = static_cast<NameId>(i % 2);
    spans.push_back(span);
  }
  return spans;
}

}  // namespace

TEST_CASE("spans are sorted as the library would, whatever their number, traces and the threads",
          "[calibrate]") {
  for (const std::size_t count : {0, 1, 2, 8191, 8192, 8193, 100'000}) {
    for (const std::size_t in_a_trace : {1, 11, 5000, 1'000'000}) {
      for (const std::uint64_t high : {0, 7}) {
        std::vector<Span> expected = shuffled_spans(count, in_a_trace, high);
        const std::vector<Span> shuffled = expected;
        std::sort(expected.begin(), expected.end());
        for (const int threads : {1, 2, 5}) {
          std::vector<Span> sorted = shuffled;
          sort_spans(sorted, threads);
          INFO(count << " spans, " << in_a_trace << " in a trace, " << threads << " threads");
          CHECK(sorted == expected);
        }
      }
    }
  }
}

TEST_CASE("two spans out of place among many that are sorted find it", "[calibrate]") {
  std::vector<Span> expected = shuffled_spans(20'000, 10, 0);
  std::sort(expected.begin(), expected.end());
  std::vector<Span> sorted = expected;
  std::swap(sorted.front(), sorted.back());

  sort_spans(sorted);

  CHECK(sorted == expected);
}

}  // namespace rehearse
