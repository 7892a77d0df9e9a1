#pragma once

#include <vector>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Sorts by all that a span says, its trace first; the result does not depend on the threads. What
/// is sorted already costs one look. Otherwise spans are first dealt into piles by their traces,
/// in place, and each pile, which is small, is sorted by one of the threads: one byte a span more.
void sort_spans(std::vector<Span>& spans, int threads = 1);

}  // namespace rehearse
