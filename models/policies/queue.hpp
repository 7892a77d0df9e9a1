#pragma once

#include <cstdint>
#include <limits>
#include <optional>

#include "language/table.hpp"
#include "language/value_kinds.hpp"

/// Where jobs wait for a worker: a value, it decides and never acts; for any thread.
namespace rehearse {

enum class QueueDiscipline { fifo, lifo };

/// Where jobs wait for a worker. A job that finds the queue full is refused (503).
struct QueueSpec {
  std::optional<int> capacity;  // unlimited when absent; 0: no waiting room
  QueueDiscipline discipline = QueueDiscipline::fifo;
  bool operator==(const QueueSpec&) const = default;
};

inline constexpr Choice<QueueDiscipline> discipline_words{{QueueDiscipline::fifo, "fifo"},
                                                          {QueueDiscipline::lifo, "lifo"}};
template <class Visitor, SpecOf<QueueSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"capacity", "Jobs that may wait; those beyond are refused."}, spec.capacity,
              WholeOrWord{0, 1'000'000'000});
  visitor.key({"discipline", "Who is served next."}, spec.discipline, discipline_words);
}

/// Whether a job may wait for a worker, and which of those that wait is served next.
class Queue {
 public:
  Queue() = default;
  explicit Queue(const QueueSpec& spec);

  /// Whether one more may wait where so many do.
  bool has_room(std::uint32_t waiting) const { return waiting < capacity_; }
  /// Who is served next: who came first, or who came last.
  template <class Waiting>
  Waiting next(Waiting first, Waiting last) const {
    return discipline_ == QueueDiscipline::fifo ? first : last;
  }

 private:
  std::uint32_t capacity_ = std::numeric_limits<std::uint32_t>::max();
  QueueDiscipline discipline_ = QueueDiscipline::fifo;
};

}  // namespace rehearse
