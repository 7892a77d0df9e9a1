#pragma once

#include <compare>
#include <cstdint>

namespace rehearse {

/// The 128 bits by which all spans of one request know one another.
struct TraceId {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  auto operator<=>(const TraceId&) const = default;
};

}  // namespace rehearse
