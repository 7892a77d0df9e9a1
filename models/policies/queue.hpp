#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <variant>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/policies/codel.hpp"
#include "sim/expects.hpp"

/// Where jobs wait for a worker: a value, it decides and never acts; for any thread.
namespace rehearse {

/// Who came first is served next.
struct FifoQueue {
  static constexpr std::string_view word = "fifo";
  static constexpr std::string_view meaning = "who came first";
  static constexpr bool drops_jobs = false;
  bool operator==(const FifoQueue&) const = default;
};
template <class Visitor, SpecOf<FifoQueue> Spec>
void describe(Visitor&, Spec&) {}

/// Who came last is served next.
struct LifoQueue {
  static constexpr std::string_view word = "lifo";
  static constexpr std::string_view meaning = "who came last";
  static constexpr bool drops_jobs = false;
  bool operator==(const LifoQueue&) const = default;
};
template <class Visitor, SpecOf<LifoQueue> Spec>
void describe(Visitor&, Spec&) {}

using QueueDiscipline = std::variant<FifoQueue, LifoQueue, CodelSpec>;

/// Whether jobs may be dropped while they wait: whole ones, before any of their work.
inline bool drops_jobs(const QueueDiscipline& discipline) {
  return std::visit([](const auto& one) { return one.drops_jobs; }, discipline);
}

/// Where jobs wait for a worker. A job that finds the queue full is refused (503), and so is one
/// that is dropped.
struct QueueSpec {
  std::optional<int> capacity;  // unlimited when absent; 0: no waiting room
  QueueDiscipline discipline = FifoQueue{};
  bool operator==(const QueueSpec&) const = default;
};

template <class Visitor, SpecOf<QueueSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"capacity", "Jobs that may wait; those beyond are refused."}, spec.capacity,
              WholeOrWord{0, 1'000'000'000});
  visitor.tag({"discipline", "Who is served next."}, spec.discipline);
  visitor.keys_of(spec.discipline);
}

/// Whether a job may wait for a worker, which of those that wait is served next, and who is dropped
/// before that.
class Queue {
 public:
  /// What the queue of an instance remembers, if it drops jobs.
  using State = Codel::State;

  Queue() = default;
  explicit Queue(const QueueSpec& spec)
      : last_first_(std::holds_alternative<LifoQueue>(spec.discipline)),
        drops_any_(drops_jobs(spec.discipline)) {
    if (const auto* said = std::get_if<CodelSpec>(&spec.discipline)) codel_ = Codel(*said);
    if (!spec.capacity) return;
    expects(*spec.capacity >= 0, "a queue has room for none, or for some");
    capacity_ = static_cast<std::uint32_t>(*spec.capacity);
  }

  /// Whether one more may wait where so many do.
  bool has_room(std::uint32_t waiting) const { return waiting < capacity_; }
  /// Who is served next: who came first, or who came last.
  template <class Waiting>
  Waiting next(Waiting first, Waiting last) const {
    return last_first_ ? last : first;
  }

  /// Whether jobs may be dropped, and the rest is to be asked and told.
  bool drops_any() const { return drops_any_; }
  /// See Codel.
  template <class Joined>
  std::uint32_t drops(State& state, Time now, std::uint32_t waiting, Joined joined) const {
    return codel_.drops(state, now, waiting, joined);
  }
  void note_no_wait(State& state) const { codel_.note_no_wait(state); }

 private:
  std::uint32_t capacity_ = std::numeric_limits<std::uint32_t>::max();
  bool last_first_ = false;
  bool drops_any_ = false;
  Codel codel_;
};

}  // namespace rehearse
