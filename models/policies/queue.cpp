#include "models/policies/queue.hpp"

#include "sim/expects.hpp"

namespace rehearse {

Queue::Queue(const QueueSpec& spec)
    : last_first_(std::holds_alternative<LifoQueue>(spec.discipline)),
      drops_any_(drops_jobs(spec.discipline)) {
  if (const auto* said = std::get_if<CodelSpec>(&spec.discipline)) codel_ = Codel(*said);
  if (!spec.capacity) return;
  expects(*spec.capacity >= 0, "a queue has room for none, or for some");
  capacity_ = static_cast<std::uint32_t>(*spec.capacity);
}

}  // namespace rehearse
