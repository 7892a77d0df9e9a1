#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Times that are rounder than their clock gives them, among others that are not: by hand. Each
/// duration counts once, so that a constant is no sign. The clock is that of spans of one kind of
/// one instance, as two libraries tell two grains. Of nanoseconds one in 250 is taken to be whole
/// microseconds (of random ones it is one in 1,000; clocks that tick at 244 ns make it one in 512)
/// and one in 50,000 whole milliseconds; of microseconds one in 700 whole milliseconds.
SignAnswer find_rounded_times(const Recording& recording);

}  // namespace rehearse
