#pragma once

#include <cstdint>

namespace rehearse::bench {

/// The hold model on the engine's event list: takes the earliest of `pending` events out and
/// schedules it again after an exponential time with mean one, `holds` times. Returns holds per
/// second.
double holds_per_second(std::uint64_t holds, std::uint64_t pending);

}  // namespace rehearse::bench
