#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/policies/codel.hpp"

/// Where jobs wait for a worker: a value, it decides and never acts; for any thread.
namespace rehearse {

enum class QueueDiscipline { fifo, lifo, codel };

/// Whether jobs may be dropped while they wait: whole ones, before any of their work.
constexpr bool drops_jobs(QueueDiscipline discipline) {
  return discipline == QueueDiscipline::codel;
}

/// Where jobs wait for a worker. A job that finds the queue full is refused (503), and so is one
/// that is dropped.
struct QueueSpec {
  std::optional<int> capacity;  // unlimited when absent; 0: no waiting room
  QueueDiscipline discipline = QueueDiscipline::fifo;
  CodelSpec codel;  // for that discipline
  bool operator==(const QueueSpec&) const = default;
};

inline constexpr Choice<QueueDiscipline> discipline_words{{QueueDiscipline::fifo, "fifo"},
                                                          {QueueDiscipline::lifo, "lifo"},
                                                          {QueueDiscipline::codel, "codel"}};
template <class Visitor, SpecOf<QueueSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"capacity", "Jobs that may wait; those beyond are refused."}, spec.capacity,
              WholeOrWord{0, 1'000'000'000});
  visitor.key({"discipline",
               "Who is served next. codel: who came first, and some are refused while all wait for "
               "long (RFC 8289); for workers that are held."},
              spec.discipline, discipline_words);
  if (visitor.describes_beside(spec.discipline == QueueDiscipline::codel)) {
    describe(visitor, spec.codel);
  }
}

/// The keys of a discipline stand beside it only.
void inspect(Reader& reader, const Node& node, const QueueSpec& spec);

/// Whether a job may wait for a worker, which of those that wait is served next, and who is dropped
/// before that.
class Queue {
 public:
  /// What the queue of an instance remembers, if it drops jobs.
  using State = Codel::State;

  Queue() = default;
  explicit Queue(const QueueSpec& spec);

  /// Whether one more may wait where so many do.
  bool has_room(std::uint32_t waiting) const { return waiting < capacity_; }
  /// Who is served next: who came first, or who came last.
  template <class Waiting>
  Waiting next(Waiting first, Waiting last) const {
    return discipline_ == QueueDiscipline::lifo ? last : first;
  }

  /// Whether jobs may be dropped, and the rest is to be asked and told.
  bool drops_any() const { return drops_jobs(discipline_); }
  /// See Codel.
  template <class Joined>
  std::uint32_t drops(State& state, Time now, std::uint32_t waiting, Joined joined) const {
    return codel_.drops(state, now, waiting, joined);
  }
  void note_no_wait(State& state) const { codel_.note_no_wait(state); }

 private:
  std::uint32_t capacity_ = std::numeric_limits<std::uint32_t>::max();
  QueueDiscipline discipline_ = QueueDiscipline::fifo;
  Codel codel_;
};

}  // namespace rehearse
