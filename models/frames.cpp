#include "models/run.hpp"

namespace rehearse {

std::uint32_t Run::make_frame(std::uint32_t job, std::uint32_t parent, Index step,
                              std::uint64_t path) {
  const std::uint32_t slot = frames_.take();
  const std::uint32_t generation = frames_[slot].generation;
  frames_[slot] = Frame{};
  frames_[slot].generation = generation;
  frames_[slot].job = job;
  frames_[slot].parent = parent;
  frames_[slot].step = step;
  frames_[slot].path = path;
  return slot;
}

Siblings& Run::siblings(ChildId child) {
  return child.is_frame() ? frames_[child.slot()].siblings : calls_[child.slot()].siblings;
}

void Run::adopt(std::uint32_t frame, ChildId child) {
  const ChildId next = frames_[frame].first_child;
  siblings(child) = {{}, next};
  if (next) siblings(next).previous = child;
  frames_[frame].first_child = child;
}

void Run::disown(std::uint32_t frame, ChildId child) {
  const Siblings links = siblings(child);
  if (links.next) siblings(links.next).previous = links.previous;
  if (links.previous) {
    siblings(links.previous).next = links.next;
  } else {
    frames_[frame].first_child = links.next;
  }
}

/// Gives up everything that a frame waits for.
void Run::drop_children(std::uint32_t frame) {
  while (const ChildId child = frames_[frame].first_child) {
    disown(frame, child);
    if (child.is_frame()) {
      drop_frame(child.slot());
    } else {
      give_up(child.slot());
    }
  }
}

/// Ends a frame wherever it stands: in a queue, at work, or waiting.
void Run::drop_frame(std::uint32_t slot) {
  drop_children(slot);
  const Frame frame = frames_[slot];
  const Index index = jobs_[frame.job].instance;
  const ServicePlan& service = plan_->services[plan_->instances[index].service];
  Instance& instance = instances_[index];
  if (frame.state == Frame::State::queued) {
    settle(instance, service);
    leave_queue(slot, instance);
  }
  frames_.give_back(slot);
  if (frame.state == Frame::State::working && service.cores > 0) {
    settle(instance, service);
    advance_cores(instance, service.cores);
    --instance.cores.running;
    schedule_cores(index);
  }
  if (frame.owns_worker) {
    settle(instance, service);
    --instance.busy;
    dispatch(index);
  }
}

}  // namespace rehearse
