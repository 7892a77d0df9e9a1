#include "cli/waiting_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "cli/verb.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds first_word_after{5};
constexpr int times_as_long = 10;

/// Nobody waits for longer than a year, whatever the figure.
constexpr double year_seconds = 365.0 * 86'400;

/// "simulated 1.2s of 1m: at this pace it will take about 4m".
std::string pace_text(double elapsed_seconds, double simulated_seconds, double planned_seconds,
                      int arm, int arms) {
  const double simulated = std::min(simulated_seconds, planned_seconds);
  const double done = arm * planned_seconds + simulated;
  const double expected = elapsed_seconds * arms * planned_seconds / done;
  return fmt::format("simulated{} {} of {}: at this pace it will take {}",
                     arm == 0 ? "" : ", the experiment done, without it",
                     rounded_duration_text(simulated), rounded_duration_text(planned_seconds),
                     expected > year_seconds
                         ? "more than a year"
                         : "about " + rounded_duration_text(std::round(expected)));
}

std::string waiting_text(double elapsed_seconds, double simulated_seconds, double planned_seconds,
                         int arm, int arms) {
  const bool begun = arm > 0 || simulated_seconds > 0;
  return fmt::format(
      "The first replication has run for {} and {} (Ctrl-C saves what is finished, and ends it)\n",
      rounded_duration_text(std::round(elapsed_seconds)),
      begun ? pace_text(elapsed_seconds, simulated_seconds, planned_seconds, arm, arms)
            : fmt::format("simulated next to nothing of {}: how long it will take is not known yet",
                          rounded_duration_text(planned_seconds)));
}

}  // namespace

WaitingWord::WaitingWord(const HowFar& how_far, double planned_seconds, int arms)
    : how_far_(how_far),
      planned_seconds_(planned_seconds),
      arms_(arms),
      thread_([this] { wait_and_speak(); }) {}

WaitingWord::~WaitingWord() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  ended_.notify_all();
  thread_.join();
}

void WaitingWord::wait_and_speak() {
  const Clock::time_point start = Clock::now();
  std::chrono::seconds next = first_word_after;
  std::unique_lock lock(mutex_);
  while (!ended_.wait_until(lock, start + next, [this] { return over_; })) {
    const double elapsed = std::chrono::duration<double>(Clock::now() - start).count();
    print_aside(waiting_text(elapsed, how_far_.seconds(), planned_seconds_, how_far_.arm(), arms_));
    next *= times_as_long;
  }
}

}  // namespace rehearse
