#pragma once

#include <compare>

namespace rehearse {

/// Events per second.
struct Rate {
  double per_second = 0;
  auto operator<=>(const Rate&) const = default;
};

}  // namespace rehearse
