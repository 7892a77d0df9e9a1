#include "models/policies/codel.hpp"

#include <algorithm>
#include <cmath>

namespace rehearse {

Codel::Codel(const CodelSpec& spec) : target_(spec.target), interval_(spec.interval) {
  expects(target_ > Duration() && interval_ > Duration(), "a delay is controlled over some time");
}

bool Codel::may_drop(State& state, Time now, Time joined, std::uint32_t behind) const {
  expects(joined <= now, "who waits has joined the queue");
  if (now - joined < target_ || behind == 0) {
    state.first_above_time = Time();
    return false;
  }
  if (state.first_above_time == Time()) {
    state.first_above_time = now + interval_;
    return false;
  }
  return now >= state.first_above_time;
}

/// Soon after it has dropped before, it goes on at about the rate that was right then.
void Codel::begin_to_drop(State& state, Time now) const {
  const std::uint32_t delta = state.count - state.lastcount;
  const bool soon = now - state.drop_next < interval_ * 16;
  state.dropping = true;
  state.count = delta > 1 && soon ? delta : 1;
  state.lastcount = state.count;
  state.drop_next = control_law(now, state.count);
}

/// Quotient and root are rounded exactly, by IEEE 754, hence the same everywhere. At least a
/// nanosecond, because the real quotient is above zero.
Time Codel::control_law(Time from, std::uint32_t count) const {
  const double pause = static_cast<double>(interval_.in_nanoseconds()) / std::sqrt(count);
  return from + std::max(Duration::nanoseconds(1), Duration::rounded_nanoseconds(pause));
}

}  // namespace rehearse
