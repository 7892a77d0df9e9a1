#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"

namespace rehearse {

/// Gives up everything that a frame waits for.
void Partition::drop_children(std::uint32_t frame) {
  while (const ChildId child = frames_[frame].first_child) {
    disown(frame, child);
    if (child.is_frame()) {
      drop_frame(child.slot());
    } else {
      give_up(child.slot());
    }
  }
}

/// Ends a strand that is not the first of its job, wherever it stands.
void Partition::drop_frame(std::uint32_t slot) {
  withdraw(slot);
  frames_.give_back(slot);
}

/// Takes a frame away from where others count on it: in a queue, at work, or with children.
void Partition::withdraw_busy(std::uint32_t slot) {
  drop_children(slot);
  Frame& frame = frames_[slot];
  if (frame.state == Frame::State::waiting && !frame.owns_worker) return;
  const Index index = jobs_[frame.job].instance;
  Instance& instance = instances_[index];
  const ServicePlan& service = service_of(instance);
  const Frame::State state = frame.state;
  if (state == Frame::State::queued) leave_queue(slot, instance);
  frame.state = Frame::State::waiting;
  if (state == Frame::State::working && service.cores > 0) {
    advance_cores(instance, service.cores);
    --instance.cores.running;
    schedule_cores(index);
  }
  if (frame.owns_worker) {
    frame.owns_worker = false;
    instance.give_worker_back(now_);
    dispatch(index);
  }
}

}  // namespace rehearse
