#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// How much was left out until some moment, to see what came after it.
struct LeftOut {
  std::uint64_t elements = 0;
  std::uint64_t without_id = 0;
  std::uint64_t with_bad_times = 0;
  std::uint64_t values = 0;
  std::uint64_t calls = 0;
};

LeftOut left_out_until(const ReadCounts& now);

/// Why something was since; empty when nothing was.
std::string_view what_was_left_out(const LeftOut& before, const ReadCounts& now);

/// Remembers the first part of one file that was left out.
class LeftOutOfFile {
 public:
  explicit LeftOutOfFile(const std::string& file) { first_.file = file; }

  /// Only the first counts; an empty `why` says that nothing was left out. `found`: what stood
  /// there.
  void note(std::uint64_t byte, std::string_view why, std::string_view found = {});

  /// What another part of the file, that comes later, noted first.
  void note(const LeftOutOfFile& later);

  bool has_first() const { return !first_.why.empty(); }

  /// Tells the set, in which of several files the first by name counts, whatever their order.
  /// Throws InvalidInput for the first when nothing of the file was of any use.
  void settle(SpanSet& set, bool any_of_use);

 private:
  FirstLeftOut first_;
};

}  // namespace rehearse
