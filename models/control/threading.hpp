#pragma once

#include <functional>

#include "sim/time.hpp"

namespace rehearse {

/// Into how many partitions one replication is cut, how many threads work on them, and
/// whether it is still wanted. Results do not depend on it.
struct Threading {
  int partitions = 1;
  int threads = 1;
  /// Asked now and then while the run goes on, if there is one, by any of its threads, and told the
  /// simulated time; true: it throws Cancelled.
  std::function<bool(Time now)> cancelled = nullptr;
};

}  // namespace rehearse
