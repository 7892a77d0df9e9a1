#include "models/policies/circuit_breaker.hpp"

#include <algorithm>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// Rounded once, as the decimal of a threshold is: equal when they are equal.
double percent(std::uint32_t part, std::uint32_t whole) {
  return 100.0 * part / whole;
}

std::int64_t second_of(Time now) {
  return now.since_start() / Duration::seconds(1);
}

std::uint32_t above_zero(int count) {
  expects(count > 0, "a breaker counts to one at least");
  return static_cast<std::uint32_t>(count);
}

}  // namespace

CircuitBreaker::Tally& CircuitBreaker::Tally::operator+=(const Tally& other) {
  ended += other.ended;
  failed += other.failed;
  slow += other.slow;
  return *this;
}

CircuitBreaker::Tally& CircuitBreaker::Tally::operator-=(const Tally& other) {
  ended -= other.ended;
  failed -= other.failed;
  slow -= other.slow;
  return *this;
}

CircuitBreaker::CircuitBreaker(const CircuitBreakerSpec& spec)
    : by_time_(spec.sliding_window_type == SlidingWindowType::time_based),
      window_(above_zero(spec.sliding_window_size)),
      minimum_(above_zero(spec.minimum_number_of_calls)),
      permitted_(above_zero(spec.permitted_number_of_calls_in_half_open_state)),
      failure_percent_(spec.failure_rate_threshold_percent),
      slow_percent_(spec.slow_call_rate_threshold_percent),
      slow_(spec.slow_call_duration_threshold),
      wait_open_(spec.wait_duration_in_open_state),
      wait_half_open_(spec.max_wait_duration_in_half_open_state) {
  expects(
      failure_percent_ > 0 && failure_percent_ <= 100 && slow_percent_ > 0 && slow_percent_ <= 100,
      "a threshold of nothing is always reached, and one above a hundred percent never");
  expects(slow_ > Duration() && wait_open_ > Duration() && wait_half_open_ >= Duration(),
          "a breaker waits for some time");
  minimum_half_open_ = std::min(minimum_, permitted_);
  if (!by_time_) minimum_ = std::min(minimum_, window_);
}

void CircuitBreaker::begin(Memory& memory, Time now) const {
  memory.state = State::closed;
  memory.permits = 0;
  memory.since = now;
  memory.total = {};
  memory.place = by_time_ ? second_of(now) : 0;
  memory.ring.assign(window_, {});
}

bool CircuitBreaker::permits(Memory& memory, Time now) const {
  grow_tired(memory, now);
  if (memory.state == State::closed) return true;
  if (memory.state == State::open) {
    if (now <= memory.since + wait_open_) return false;
    open_half(memory, now);
  }
  if (memory.permits == 0) return false;
  --memory.permits;
  return true;
}

void CircuitBreaker::note(Memory& memory, Time now, bool failed, Duration took) const {
  grow_tired(memory, now);
  if (memory.state == State::open) return;
  const Tally outcome{.ended = 1, .failed = failed ? 1U : 0U, .slow = took > slow_ ? 1U : 0U};
  if (memory.state == State::closed) {
    record(memory, now, outcome);
    if (memory.total.ended >= minimum_ && is_exceeded(memory.total)) open(memory, now);
    return;
  }
  memory.total += outcome;
  if (memory.total.ended < minimum_half_open_) return;
  if (is_exceeded(memory.total)) {
    open(memory, now);
  } else {
    begin(memory, now);
  }
}

/// As in the library, also when the attempt was sent before it was half open.
void CircuitBreaker::release(Memory& memory, Time now) const {
  grow_tired(memory, now);
  if (memory.state == State::half_open) ++memory.permits;
}

/// Whoever comes finds it as it has been since the instant at which it opened again.
void CircuitBreaker::grow_tired(Memory& memory, Time now) const {
  expects(memory.ring.size() == window_, "a memory is begun before it is used");
  expects(now >= memory.since, "time goes on");
  if (memory.state != State::half_open || wait_half_open_ == Duration()) return;
  const Time end = memory.since + wait_half_open_;
  if (now >= end) open(memory, end);
}

void CircuitBreaker::open(Memory& memory, Time when) const {
  memory.state = State::open;
  memory.since = when;
}

void CircuitBreaker::open_half(Memory& memory, Time now) const {
  memory.state = State::half_open;
  memory.since = now;
  memory.permits = permitted_;
  memory.total = {};
}

/// The ring moves on to the newest attempt, or to the second of now, and forgets what it comes to.
void CircuitBreaker::record(Memory& memory, Time now, const Tally& outcome) const {
  const std::int64_t newest = by_time_ ? second_of(now) : memory.place + 1;
  const std::int64_t first = std::max(memory.place, newest - window_) + 1;
  for (std::int64_t place = first; place <= newest; ++place) {
    Tally& oldest = memory.ring[static_cast<std::size_t>(place % window_)];
    memory.total -= oldest;
    oldest = {};
  }
  memory.place = newest;
  memory.ring[static_cast<std::size_t>(newest % window_)] += outcome;
  memory.total += outcome;
}

bool CircuitBreaker::is_exceeded(const Tally& tally) const {
  return percent(tally.failed, tally.ended) >= failure_percent_ ||
         percent(tally.slow, tally.ended) >= slow_percent_;
}

}  // namespace rehearse
