#pragma once

#include <cstdint>
#include <limits>

namespace rehearse {

/// A span of simulated time, in integer nanoseconds: sums are exact, and equal on every machine.
class Duration {
 public:
  constexpr Duration() = default;

  static constexpr Duration nanoseconds(std::int64_t count) { return Duration(count); }
  static constexpr Duration microseconds(std::int64_t count) { return Duration(count * 1'000); }
  static constexpr Duration milliseconds(std::int64_t count) { return Duration(count * 1'000'000); }
  static constexpr Duration seconds(std::int64_t count) { return Duration(count * 1'000'000'000); }
  static constexpr Duration minutes(std::int64_t count) { return seconds(count * 60); }
  static constexpr Duration hours(std::int64_t count) { return minutes(count * 60); }

  /// The longest span: about 292 years.
  static constexpr Duration longest() { return Duration(std::numeric_limits<std::int64_t>::max()); }

  /// The nearest whole nanosecond (halves away from zero). What is longer than `longest()` becomes
  /// `longest()`; a NaN becomes zero.
  static constexpr Duration rounded_nanoseconds(double count) {
    if (!(count < 9.2e18)) return count >= 9.2e18 ? longest() : Duration();
    if (count < -9.2e18) return Duration(-longest().count_);
    return Duration(static_cast<std::int64_t>(count < 0 ? count - 0.5 : count + 0.5));
  }
  static constexpr Duration rounded_seconds(double count) {
    return rounded_nanoseconds(count * 1e9);
  }

  constexpr std::int64_t in_nanoseconds() const { return count_; }
  /// The double nearest to the decimal: 1e-9 is no double, and a product with what is nearest to it
  /// makes 60 s longer than 60.
  constexpr double in_seconds() const { return static_cast<double>(count_) / 1e9; }

  // Four comparisons instead of one <=>: g++ 12 makes three instructions of each where one does.
  friend constexpr bool operator==(Duration a, Duration b) { return a.count_ == b.count_; }
  friend constexpr bool operator<(Duration a, Duration b) { return a.count_ < b.count_; }
  friend constexpr bool operator>(Duration a, Duration b) { return a.count_ > b.count_; }
  friend constexpr bool operator<=(Duration a, Duration b) { return a.count_ <= b.count_; }
  friend constexpr bool operator>=(Duration a, Duration b) { return a.count_ >= b.count_; }
  constexpr Duration& operator+=(Duration other) {
    count_ += other.count_;
    return *this;
  }
  friend constexpr Duration operator+(Duration a, Duration b) {
    return Duration(a.count_ + b.count_);
  }
  friend constexpr Duration operator-(Duration a, Duration b) {
    return Duration(a.count_ - b.count_);
  }
  friend constexpr Duration operator*(Duration a, std::int64_t factor) {
    return Duration(a.count_ * factor);
  }
  friend constexpr std::int64_t operator/(Duration a, Duration b) { return a.count_ / b.count_; }

 private:
  constexpr explicit Duration(std::int64_t count) : count_(count) {}
  std::int64_t count_ = 0;
};

/// `span` stretched by a real factor, to the nearest nanosecond.
constexpr Duration scaled(Duration span, double factor) {
  return Duration::rounded_nanoseconds(static_cast<double>(span.in_nanoseconds()) * factor);
}

/// An instant of simulated time, counted from the start of the replication.
class Time {
 public:
  constexpr Time() = default;

  /// After every instant that a replication can reach.
  static constexpr Time never() { return Time() + Duration::longest(); }
  static constexpr Time after_start(Duration elapsed) { return Time() + elapsed; }

  constexpr Duration since_start() const { return since_start_; }

  friend constexpr bool operator==(Time a, Time b) { return a.since_start_ == b.since_start_; }
  friend constexpr bool operator<(Time a, Time b) { return a.since_start_ < b.since_start_; }
  friend constexpr bool operator>(Time a, Time b) { return a.since_start_ > b.since_start_; }
  friend constexpr bool operator<=(Time a, Time b) { return a.since_start_ <= b.since_start_; }
  friend constexpr bool operator>=(Time a, Time b) { return a.since_start_ >= b.since_start_; }
  friend constexpr Time operator+(Time t, Duration d) {
    Time sum;
    sum.since_start_ = t.since_start_ + d;
    return sum;
  }
  friend constexpr Time operator-(Time t, Duration d) { return t + (Duration() - d); }
  friend constexpr Duration operator-(Time a, Time b) { return a.since_start_ - b.since_start_; }

 private:
  Duration since_start_;
};

}  // namespace rehearse
