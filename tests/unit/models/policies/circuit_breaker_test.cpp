#include "models/policies/circuit_breaker.hpp"

#include <catch2/catch.hpp>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

using State = CircuitBreaker::State;

Time at(double seconds) {
  return Time::after_start(Duration::rounded_seconds(seconds));
}

constexpr Duration quickly = Duration::milliseconds(1);
constexpr Duration instant = Duration::nanoseconds(1);

/// A breaker and what one caller remembers.
class Breaker {
 public:
  explicit Breaker(const CircuitBreakerSpec& spec) : breaker_(spec) {
    breaker_.begin(memory_, Time());
  }

  bool permits(Time now) { return breaker_.permits(memory_, now); }
  void fail(Time now, int times = 1, Duration took = quickly) {
    for (int i = 0; i < times; ++i) breaker_.note(memory_, now, true, took);
  }
  void succeed(Time now, int times = 1, Duration took = quickly) {
    for (int i = 0; i < times; ++i) breaker_.note(memory_, now, false, took);
  }
  void release(Time now) { breaker_.release(memory_, now); }
  State state() const { return memory_.state; }

 private:
  CircuitBreaker breaker_;
  CircuitBreaker::Memory memory_;
};

/// Opens by one failure.
CircuitBreakerSpec touchy() {
  CircuitBreakerSpec spec;
  spec.sliding_window_size = 1;
  spec.wait_duration_in_open_state = Duration::seconds(5);
  return spec;
}

}  // namespace

TEST_CASE("the defaults are those of the library", "[models]") {
  Breaker breaker(CircuitBreakerSpec{});

  breaker.succeed(at(1), 50);
  breaker.fail(at(1), 49);
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(1));
  CHECK(breaker.state() == State::open);
  CHECK_FALSE(breaker.permits(at(61)));
  for (int i = 0; i < 10; ++i) CHECK(breaker.permits(at(61) + instant));
  CHECK_FALSE(breaker.permits(at(1e6)));
}

TEST_CASE("before the minimum of attempts nothing is judged", "[models]") {
  Breaker breaker({.sliding_window_size = 200, .minimum_number_of_calls = 100});

  breaker.fail(at(1), 60);
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(1), 39);
  CHECK(breaker.state() == State::closed);
  CHECK(breaker.permits(at(1)));
  breaker.fail(at(1));
  CHECK(breaker.state() == State::open);
  CHECK_FALSE(breaker.permits(at(1)));
}

TEST_CASE("a minimum above a window of attempts is the window", "[models]") {
  Breaker breaker({.sliding_window_size = 5, .minimum_number_of_calls = 100});

  breaker.fail(at(1), 4);
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(1));
  CHECK(breaker.state() == State::open);
}

TEST_CASE("a breaker opens at its very threshold", "[models]") {
  const auto state_after = [](double threshold, int failures, int attempts) {
    Breaker breaker({.sliding_window_size = attempts,
                     .minimum_number_of_calls = attempts,
                     .failure_rate_threshold_percent = threshold});
    breaker.fail(at(1), failures);
    breaker.succeed(at(1), attempts - failures);
    return breaker.state();
  };

  CHECK(state_after(50, 4, 10) == State::closed);
  CHECK(state_after(50, 5, 10) == State::open);
  CHECK(state_after(100, 9, 10) == State::closed);
  CHECK(state_after(100, 10, 10) == State::open);
  // Decimals that no double is equal to.
  for (int tenths = 1; tenths <= 1000; ++tenths) {
    CHECK(state_after(tenths / 10.0, tenths, 1000) == State::open);
    CHECK(state_after(tenths / 10.0, tenths - 1, 1000) == State::closed);
  }
}

TEST_CASE("a window of attempts is that of the last ones", "[models]") {
  Breaker breaker({.sliding_window_size = 4, .minimum_number_of_calls = 4});

  breaker.fail(at(1));
  breaker.succeed(at(1), 4);  // the failure is the fifth last
  breaker.fail(at(1));
  breaker.succeed(at(1));
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(1));  // good, bad, good, bad
  CHECK(breaker.state() == State::open);
}

TEST_CASE("what takes longer than the threshold is slow, good or bad", "[models]") {
  const Duration threshold = Duration::milliseconds(100);
  const CircuitBreakerSpec spec{.sliding_window_size = 4,
                                .minimum_number_of_calls = 4,
                                .slow_call_rate_threshold_percent = 50,
                                .slow_call_duration_threshold = threshold};

  Breaker breaker(spec);
  breaker.succeed(at(1), 4, threshold);
  CHECK(breaker.state() == State::closed);
  breaker.succeed(at(1), 1, threshold + instant);
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(1), 1, threshold + instant);
  CHECK(breaker.state() == State::open);

  Breaker failing(spec);
  failing.fail(at(1), 1, threshold + instant);
  failing.succeed(at(1), 3);
  CHECK(failing.state() == State::closed);
}

TEST_CASE("a window of seconds is this second and those before", "[models]") {
  const CircuitBreakerSpec spec{.sliding_window_type = SlidingWindowType::time_based,
                                .sliding_window_size = 3,
                                .minimum_number_of_calls = 4};

  Breaker breaker(spec);
  breaker.fail(at(0.999));
  breaker.fail(at(1));
  breaker.fail(at(2.999));
  breaker.fail(at(3));  // the first one is forgotten
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(3.999));
  CHECK(breaker.state() == State::open);

  Breaker together(spec);
  together.fail(at(0.999), 3);
  together.fail(at(2.999));
  CHECK(together.state() == State::open);

  Breaker rested(spec);
  rested.fail(at(0), 3);
  rested.fail(at(3e6), 3);
  CHECK(rested.state() == State::closed);
  rested.succeed(at(3e6), 3);
  CHECK(rested.state() == State::open);  // three of four, the minimum
}

TEST_CASE("a minimum above a window of seconds is what it is", "[models]") {
  Breaker breaker({.sliding_window_type = SlidingWindowType::time_based,
                   .sliding_window_size = 1,
                   .minimum_number_of_calls = 100});

  breaker.fail(at(7), 99);
  CHECK(breaker.state() == State::closed);
  breaker.fail(at(7.5));
  CHECK(breaker.state() == State::open);
}

TEST_CASE("an open breaker permits nothing until its wait is over, strictly", "[models]") {
  Breaker breaker(touchy());
  breaker.fail(at(10));

  CHECK_FALSE(breaker.permits(at(10)));
  CHECK_FALSE(breaker.permits(at(15)));
  CHECK(breaker.state() == State::open);
  CHECK(breaker.permits(at(15) + instant));
  CHECK(breaker.state() == State::half_open);
}

TEST_CASE("what ends while it is open changes nothing", "[models]") {
  Breaker breaker(touchy());
  breaker.fail(at(10));

  breaker.fail(at(14));
  breaker.succeed(at(14), 100);
  breaker.release(at(14));

  CHECK_FALSE(breaker.permits(at(15)));
  CHECK(breaker.permits(at(15) + instant));
}

TEST_CASE("half open, so many attempts are permitted, and close it", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.sliding_window_size = 4;
  spec.permitted_number_of_calls_in_half_open_state = 3;
  Breaker breaker(spec);
  breaker.fail(at(10), 4);

  for (int i = 0; i < 3; ++i) CHECK(breaker.permits(at(16)));
  CHECK_FALSE(breaker.permits(at(16)));
  breaker.succeed(at(17), 2);
  CHECK_FALSE(breaker.permits(at(17)));
  breaker.fail(at(17));  // one of three
  CHECK(breaker.state() == State::closed);

  breaker.fail(at(18), 3);  // of a window that was empty
  CHECK(breaker.state() == State::closed);
  breaker.succeed(at(18));
  CHECK(breaker.state() == State::open);
}

TEST_CASE("half open, too many failures open it anew", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.permitted_number_of_calls_in_half_open_state = 2;
  spec.minimum_number_of_calls = 2;
  spec.sliding_window_size = 2;
  Breaker breaker(spec);
  breaker.fail(at(10), 2);
  CHECK(breaker.permits(at(16)));
  CHECK(breaker.permits(at(16)));

  breaker.succeed(at(17));
  breaker.fail(at(18));

  CHECK(breaker.state() == State::open);
  CHECK_FALSE(breaker.permits(at(23)));
  CHECK(breaker.permits(at(23) + instant));
}

TEST_CASE("half open, slow attempts open it anew", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.permitted_number_of_calls_in_half_open_state = 1;
  Breaker breaker(spec);
  breaker.fail(at(10));
  CHECK(breaker.permits(at(16)));

  breaker.succeed(at(77), 1, Duration::seconds(61));

  CHECK(breaker.state() == State::open);
}

TEST_CASE("half open, it judges as soon as there is the minimum", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.minimum_number_of_calls = 2;
  spec.sliding_window_size = 100;
  Breaker breaker(spec);
  breaker.fail(at(10), 2);
  for (int i = 0; i < 10; ++i) CHECK(breaker.permits(at(16)));

  breaker.succeed(at(17));
  CHECK(breaker.state() == State::half_open);
  breaker.succeed(at(17));
  CHECK(breaker.state() == State::closed);
}

TEST_CASE("a permit that is given back is used again", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.permitted_number_of_calls_in_half_open_state = 1;
  Breaker breaker(spec);
  breaker.release(at(1));  // closed: there is none to give back
  breaker.fail(at(10));
  CHECK(breaker.permits(at(16)));
  CHECK_FALSE(breaker.permits(at(16)));

  breaker.release(at(17));

  CHECK(breaker.permits(at(17)));
  CHECK_FALSE(breaker.permits(at(17)));
}

TEST_CASE("what was sent while it was closed counts when it ends half open", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.permitted_number_of_calls_in_half_open_state = 2;
  Breaker breaker(spec);
  CHECK(breaker.permits(at(9)));
  breaker.fail(at(10));
  CHECK(breaker.permits(at(16)));

  breaker.succeed(at(17));  // the one of 9

  CHECK(breaker.state() == State::half_open);
  breaker.succeed(at(17));
  CHECK(breaker.state() == State::closed);
}

TEST_CASE("half open for too long, it opens at the instant when that is over", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.permitted_number_of_calls_in_half_open_state = 1;
  spec.max_wait_duration_in_half_open_state = Duration::seconds(2);
  const auto half_open_at = [&](Time now) {
    Breaker breaker(spec);
    breaker.fail(at(10));
    CHECK(breaker.permits(now));
    return breaker;
  };

  Breaker in_time = half_open_at(at(16));
  in_time.succeed(at(18) - instant);
  CHECK(in_time.state() == State::closed);

  Breaker late = half_open_at(at(16));
  late.succeed(at(18));
  CHECK(late.state() == State::open);

  // Nobody asked when it opened, at 18.
  Breaker asked = half_open_at(at(16));
  CHECK_FALSE(asked.permits(at(23)));
  CHECK(asked.state() == State::open);
  CHECK(asked.permits(at(23) + instant));
  CHECK(asked.state() == State::half_open);

  Breaker released = half_open_at(at(16));
  released.release(at(19));
  CHECK(released.state() == State::open);

  Breaker forgotten = half_open_at(at(16));
  CHECK(forgotten.permits(at(1000)));
  CHECK(forgotten.state() == State::half_open);
  CHECK_FALSE(forgotten.permits(at(1001)));
}

TEST_CASE("without a limit it waits half open for ever", "[models]") {
  CircuitBreakerSpec spec = touchy();
  spec.permitted_number_of_calls_in_half_open_state = 1;
  Breaker breaker(spec);
  breaker.fail(at(10));
  CHECK(breaker.permits(at(16)));

  CHECK_FALSE(breaker.permits(at(1e8)));
  breaker.succeed(at(1e8));
  CHECK(breaker.state() == State::closed);
}

TEST_CASE("a breaker that cannot be is a bug", "[models]") {
  using Spec = CircuitBreakerSpec;
  CHECK_THROWS_AS(CircuitBreaker(Spec{.sliding_window_size = 0}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.minimum_number_of_calls = 0}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.failure_rate_threshold_percent = 0}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.failure_rate_threshold_percent = 101}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.slow_call_rate_threshold_percent = 0}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.slow_call_rate_threshold_percent = 101}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.slow_call_duration_threshold = {}}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.wait_duration_in_open_state = {}}), ContractViolation);
  CHECK_THROWS_AS(CircuitBreaker(Spec{.permitted_number_of_calls_in_half_open_state = 0}),
                  ContractViolation);
  CHECK_THROWS_AS(
      CircuitBreaker(Spec{.max_wait_duration_in_half_open_state = Duration::nanoseconds(-1)}),
      ContractViolation);
}

TEST_CASE("a memory that was not begun, or of the future, is a bug", "[models]") {
  const CircuitBreaker breaker(touchy());
  CircuitBreaker::Memory memory;
  CHECK_THROWS_AS(breaker.permits(memory, at(1)), ContractViolation);

  breaker.begin(memory, at(1));
  CHECK_THROWS_AS(breaker.permits(memory, at(0.5)), ContractViolation);
  CHECK_THROWS_AS(breaker.note(memory, at(0.5), true, quickly), ContractViolation);
  CHECK_THROWS_AS(breaker.release(memory, at(0.5)), ContractViolation);
}

}  // namespace rehearse
