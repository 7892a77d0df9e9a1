#pragma once

#include <cstdint>

namespace rehearse {

/// How an attempt, a call or a request ends.
enum class Status : std::uint8_t {
  ok,
  failed,         // answered with an error: 500
  refused,        // found the queue full, or was dropped from it: 503
  aborted,        // by an abort fault
  unreachable,    // nobody there
  lost,           // the instance died while it worked
  timed_out,      // the caller gave up: 504
  cancelled,      // withdrawn by the caller
  not_permitted,  // a policy of the caller did not let it be sent
};

}  // namespace rehearse
