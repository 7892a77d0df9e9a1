#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "sim/time.hpp"

namespace rehearse {

/// How far the replication under way is, in simulated time: written by the threads that run it, and
/// read by whoever wants to know.
class HowFar {
 public:
  void reached(Time time) {
    nanoseconds_.store(time.since_start().in_nanoseconds(), std::memory_order_relaxed);
  }
  /// The arm without the experiment comes second, and begins anew.
  void begins_arm(int arm) {
    nanoseconds_.store(0, std::memory_order_relaxed);
    arm_.store(arm, std::memory_order_relaxed);
  }
  double seconds() const {
    return static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) * 1e-9;
  }
  int arm() const { return arm_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> nanoseconds_{0};
  std::atomic<int> arm_{0};
};

/// While one exists, a first replication that takes long is talked about on standard error: after
/// five seconds of real time, and whenever ten times as long has passed. What it says is measured:
/// no estimate beforehand knows how often calls are retried. A thread of its own, because the
/// others are busy.
class WaitingWord {
 public:
  /// `planned_seconds` of simulated time in each of `arms` runs.
  WaitingWord(const HowFar& how_far, double planned_seconds, int arms);
  ~WaitingWord();
  WaitingWord(const WaitingWord&) = delete;
  WaitingWord& operator=(const WaitingWord&) = delete;

 private:
  void wait_and_speak();

  const HowFar& how_far_;
  double planned_seconds_;
  int arms_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool over_ = false;
  std::thread thread_;
};

}  // namespace rehearse
