#pragma once

#include <cstdint>
#include <type_traits>
#include <vector>

#include "models/run/job.hpp"
#include "models/run/run_event.hpp"

/// What partitions send one another.
namespace rehearse {

/// What the caller's partition keeps of a job in another one, as long as that job lives: a name to
/// cancel it by.
struct Ticket {
  std::uint32_t generation = 0;
};

/// An attempt on its way to another partition.
struct AttemptMessage {
  Time time;
  std::uint64_t order = 0;
  std::uint64_t path = 0;
  Job job;
};

/// An answer or a cancellation on its way to another partition. Of a cancellation, `slot` is the
/// ticket of the attempt.
struct EventMessage {
  Time time;
  std::uint64_t order = 0;
  RunEvent event;
};

static_assert(std::is_trivially_copyable_v<AttemptMessage> &&
                  std::is_trivially_copyable_v<EventMessage>,
              "what goes from thread to thread points nowhere");

/// What a partition has for another one at the end of a window.
struct Parcel {
  std::vector<AttemptMessage> attempts;
  std::vector<EventMessage> answers;
  std::vector<EventMessage> cancellations;
  std::vector<std::uint32_t> released;  // tickets of jobs that came from there and are over
  void clear();
};

}  // namespace rehearse
