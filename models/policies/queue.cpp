#include "models/policies/queue.hpp"

#include "sim/expects.hpp"

namespace rehearse {

Queue::Queue(const QueueSpec& spec) : discipline_(spec.discipline) {
  if (!spec.capacity) return;
  expects(*spec.capacity >= 0, "a queue has room for none, or for some");
  capacity_ = static_cast<std::uint32_t>(*spec.capacity);
}

}  // namespace rehearse
