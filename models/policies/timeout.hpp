#pragma once

#include <optional>

#include "sim/expects.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// How long a caller waits: for a whole call, its retries included, and for each attempt. Absent:
/// for ever.
class Timeout {
 public:
  Timeout() = default;
  /// Expects spans above zero.
  Timeout(const std::optional<Duration>& of_call, Duration of_attempt)
      : of_call_(of_call.value_or(Duration::longest())), of_attempt_(of_attempt) {
    expects(of_call_ > Duration() && of_attempt_ > Duration(), "a timeout takes time");
  }

  /// When a call that begins now is given up; Time::never().
  Time deadline(Time now) const { return later(now, of_call_); }
  /// When an attempt is given up that begins now, of a call with that deadline.
  Time expires(Time now, Time deadline) const {
    expects(now <= deadline, "no attempt begins when its call is given up");
    const Time own = later(now, of_attempt_);
    return own < deadline ? own : deadline;
  }

 private:
  static Time later(Time from, Duration span) {
    return span == Duration::longest() ? Time::never() : from + span;
  }

  Duration of_call_ = Duration::longest();
  Duration of_attempt_ = Duration::longest();
};

}  // namespace rehearse
