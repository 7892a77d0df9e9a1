#pragma once

#include "calibrate/audit/signs/sign.hpp"

namespace rehearse {

/// Whole traces that are others again at another time, and spans of one kind that took the same
/// time to the tick of the clock. Chance makes as many equal ones as there are pairs that differ by
/// a tick, or ten, per tick: it is they that say how many to expect (a bound, where several numbers
/// must agree). A tick is what is seen of it: the fifth smallest difference. Tested where times are
/// spread over a thousand ticks and half of them stand alone; what is there five times or more is
/// taken for a constant. One event that several traces recorded (a batch of messages) counts once.
SignAnswer find_copied_spans(const Recording& recording);

}  // namespace rehearse
