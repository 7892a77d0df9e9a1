#pragma once

#include <cstdint>

namespace rehearse {

/// Counters as an exporter shows them: they only grow.
struct Counters {
  std::uint64_t arrived = 0;
  std::uint64_t finished = 0;
  std::uint64_t errors = 0;
  std::uint64_t calls = 0;
  std::uint64_t retries = 0;  // attempts after the first, that were sent
  std::uint64_t unsent = 0;   // calls whose first attempt was not let be sent

  std::uint64_t attempts() const { return calls + retries - unsent; }

  Counters& operator+=(const Counters& other);
  Counters operator-(const Counters& other) const;
};
static_assert(sizeof(Counters) == 6 * sizeof(std::uint64_t), "a new counter is added up, too");

}  // namespace rehearse
