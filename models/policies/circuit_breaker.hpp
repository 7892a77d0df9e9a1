#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/time.hpp"

/// Circuit breaking on the caller's side: a value, it decides and never acts; for any thread.
namespace rehearse {

enum class SlidingWindowType { count_based, time_based };

/// resilience4j's circuit breaker, with its words and its defaults, kept by each instance of the
/// caller for each callee service: each attempt asks it. It is inside of the retries and outside
/// of the timeouts.
struct CircuitBreakerSpec {
  SlidingWindowType sliding_window_type = SlidingWindowType::count_based;
  int sliding_window_size = 100;      // attempts; time_based: whole seconds
  int minimum_number_of_calls = 100;  // count_based: at most the window
  double failure_rate_threshold_percent = 50;
  double slow_call_rate_threshold_percent = 100;
  Duration slow_call_duration_threshold = Duration::seconds(60);
  Duration wait_duration_in_open_state = Duration::seconds(60);
  int permitted_number_of_calls_in_half_open_state = 10;
  Duration max_wait_duration_in_half_open_state = Duration();  // zero: for ever
  bool operator==(const CircuitBreakerSpec&) const = default;
};

inline constexpr Choice<SlidingWindowType> sliding_window_words{
    {SlidingWindowType::count_based, "count_based"}, {SlidingWindowType::time_based, "time_based"}};
constexpr Number threshold_percent{0, 100, Number::Lower::excluded};

template <class Visitor, SpecOf<CircuitBreakerSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"sliding_window_type",
               "What is remembered while it is closed. count_based: the last attempts that ended. "
               "time_based: those that ended in the last seconds, this one included."},
              spec.sliding_window_type, sliding_window_words);
  visitor.key({"sliding_window_size", "So many attempts, or whole seconds.", Need::shown},
              spec.sliding_window_size, Whole{1, 100'000});
  visitor.key(
      {"minimum_number_of_calls",
       "Before so many ended in the window, nothing is judged. Counts as sliding_window_size "
       "at most when count_based, and as what is permitted when half open.",
       Need::shown},
      spec.minimum_number_of_calls, Whole{1, 1'000'000'000});
  visitor.key({"failure_rate_threshold_percent",
               "It opens when so many of them failed: with any answer but a good one, by a timeout "
               "of theirs, or by that of the call.",
               Need::shown},
              spec.failure_rate_threshold_percent, threshold_percent);
  visitor.key(
      {"slow_call_rate_threshold_percent", "It opens when so many of them were slow, good or bad."},
      spec.slow_call_rate_threshold_percent, threshold_percent);
  visitor.key({"slow_call_duration_threshold", "An attempt is slow that takes longer."},
              spec.slow_call_duration_threshold, positive_span);
  visitor.key({"wait_duration_in_open_state",
               "While it is open nothing is sent. The first attempt after so long finds it half "
               "open.",
               Need::shown},
              spec.wait_duration_in_open_state, positive_span);
  visitor.key({"permitted_number_of_calls_in_half_open_state",
               "So many attempts are sent to try whether all is well again; how they end closes it "
               "or opens it anew."},
              spec.permitted_number_of_calls_in_half_open_state, Whole{1, 100'000});
  visitor.key({"max_wait_duration_in_half_open_state",
               "Half open for so long, it opens again; 0s: it waits for ever."},
              spec.max_wait_duration_in_half_open_state, Extent{});
}

/// Whether an instance of a caller may send an attempt at all. Without a spec: always. Any
/// thread; what it remembers belongs to one caller.
class CircuitBreaker {
 public:
  /// How some attempts ended.
  struct Tally {
    std::uint32_t ended = 0;
    std::uint32_t failed = 0;
    std::uint32_t slow = 0;
    Tally& operator+=(const Tally& other);
    Tally& operator-=(const Tally& other);
  };
  enum class State : std::uint8_t { closed, open, half_open };
  struct Memory {
    State state = State::closed;
    std::uint32_t permits = 0;  // half open: so many attempts may still be sent
    Time since;                 // in this state
    Tally total;                // closed: of the ring. half open: of all since then
    std::int64_t place = 0;     // closed: the newest of the ring, an attempt or a second
    std::vector<Tally> ring;    // [place modulo the window]: an attempt each, or a second
  };

  explicit CircuitBreaker(const CircuitBreakerSpec& spec);

  /// As a process finds it that begins now: closed, and nothing is known. Allocates the first time.
  void begin(Memory& memory, Time now) const;
  /// Whether an attempt may be sent now; if so, that is expected to come to an end: by note() or
  /// release(). Expects a memory that was begun, as all that follows.
  bool permits(Memory& memory, Time now) const;
  /// An attempt that was permitted ended now, having taken so long. As in the library it counts in
  /// the state of now, whatever the state was in which it was sent.
  void note(Memory& memory, Time now, bool failed, Duration took) const;
  /// An attempt that was permitted was given up: nobody knows how it would have ended.
  void release(Memory& memory, Time now) const;

  /// What a memory takes beside itself.
  std::size_t bytes_of_ring() const { return window_ * sizeof(Tally); }

 private:
  void grow_tired(Memory& memory, Time now) const;
  void open(Memory& memory, Time when) const;
  void open_half(Memory& memory, Time now) const;
  void record(Memory& memory, Time now, const Tally& outcome) const;
  bool is_exceeded(const Tally& tally) const;

  bool by_time_ = false;
  std::uint32_t window_ = 0;
  std::uint32_t minimum_ = 0;  // while it is closed
  std::uint32_t minimum_half_open_ = 0;
  std::uint32_t permitted_ = 0;  // half open
  double failure_percent_ = 0;
  double slow_percent_ = 0;
  Duration slow_;
  Duration wait_open_;
  Duration wait_half_open_;  // zero: for ever
};

}  // namespace rehearse
