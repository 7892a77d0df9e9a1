#pragma once

#include <cstdint>
#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/expects.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// CoDel, the "controlled delay" of RFC 8289: once everybody who was served within a whole
/// `interval` has waited for `target` or longer, the next one is dropped, and so are others, with
/// pauses of interval / sqrt(1), interval / sqrt(2) and so on, until somebody waits for less.
struct CodelSpec {
  static constexpr std::string_view word = "codel";
  static constexpr std::string_view meaning =
      "who came first, but some are refused while all wait for long (RFC 8289); for workers that "
      "are held";
  static constexpr bool drops_jobs = true;

  Duration target = Duration::milliseconds(5);
  Duration interval = Duration::milliseconds(100);
  bool operator==(const CodelSpec&) const = default;
};

template <class Visitor, SpecOf<CodelSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"target", "A wait below it is short."}, spec.target, positive_span);
  visitor.key({"interval", "Jobs are dropped when no wait was short for so long."}, spec.interval,
              positive_span);
}

/// How many of those who came first are dropped before the next one is served. As in the RFC all is
/// decided when a job leaves the queue, in its pseudo-code and with its names, in whole
/// nanoseconds. Only that a packet which leaves no more than an MTU behind is never dropped there
/// becomes that a job is not which leaves nobody behind: so drops leave no worker idle.
class Codel {
 public:
  /// Of one queue, in a cache line of its own: neighbours may belong to different threads.
  struct alignas(64) State {
    Time first_above_time;  // from then on it may drop; the start of the run: somebody waited less
    Time drop_next;         // while dropping
    std::uint32_t count = 0;  // drops since dropping began, more or less
    std::uint32_t lastcount = 0;
    bool dropping = false;
  };

  Codel() = default;
  explicit Codel(const CodelSpec& spec);

  /// `waiting` jobs wait, and one of them is to be served now. `joined` returns, when it is called
  /// for the nth time, when the nth of them joined the queue, and is called once for each that is
  /// dropped and once more. Returns less than `waiting`. Expects somebody to wait, and nobody to
  /// have joined after now.
  template <class Joined>
  std::uint32_t drops(State& state, Time now, std::uint32_t waiting, Joined joined) const;
  /// Somebody was served at once: the queue was empty, and nobody waited.
  void note_no_wait(State& state) const {
    state.first_above_time = Time();
    state.dropping = false;
  }

 private:
  /// Whether a job that leaves the queue now, and before `behind` others, may be dropped: the RFC's
  /// dodequeue().
  bool may_drop(State& state, Time now, Time joined, std::uint32_t behind) const;
  void begin_to_drop(State& state, Time now) const;
  Time control_law(Time from, std::uint32_t count) const;

  Duration target_;
  Duration interval_;
};

template <class Joined>
std::uint32_t Codel::drops(State& state, Time now, std::uint32_t waiting, Joined joined) const {
  expects(waiting > 0, "who is served has waited");
  std::uint32_t dropped = 0;
  const auto next_may_drop = [&] { return may_drop(state, now, joined(), waiting - dropped - 1); };
  const bool first_may_drop = next_may_drop();
  if (!state.dropping) {
    if (!first_may_drop) return 0;
    ++dropped;
    next_may_drop();  // it is served whatever the answer is, but the state has to know
    begin_to_drop(state, now);
    return dropped;
  }
  state.dropping = first_may_drop;
  while (state.dropping && now >= state.drop_next) {
    ++dropped;
    ++state.count;
    state.dropping = next_may_drop();
    if (state.dropping) state.drop_next = control_law(state.drop_next, state.count);
  }
  return dropped;
}

}  // namespace rehearse
