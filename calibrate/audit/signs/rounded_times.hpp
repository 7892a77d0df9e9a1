#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Times that are rounder than their clock gives them, among others that are not: by hand. Each
/// duration counts once, so that a constant is no sign. The clock is that of spans of one kind of
/// one instance, as two libraries tell two grains. Whole microseconds are as frequent by chance as
/// twice the most frequent other end of three digits, as clocks that tell nanoseconds may tick at
/// 42 (macOS), 100 (Windows) or 244 of them (a double), and one in 250 at least; whole milliseconds
/// as twice the most frequent other number of whole microseconds above one, and one in 50,000 at
/// least. On clocks of microseconds the first for milliseconds, one in 700 at least.
SignAnswer find_rounded_times(const Recording& recording);

}  // namespace rehearse
