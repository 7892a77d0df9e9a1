#pragma once

#include <cstdint>

#include "models/system.hpp"

namespace rehearse {

/// The memory that a study takes, in bytes, estimated before it starts.
struct StudyMemory {
  double running = 0;  // systems, runs under way, outcomes that wait for their turn
  double kept = 0;     // of the replications that are finished
};

/// Both arms, the control where there is one, `at_once` replications at a time.
StudyMemory memory_of_study(const System& experiment, const System* control,
                            std::uint64_t replications, int at_once);

}  // namespace rehearse
