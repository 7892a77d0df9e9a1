#pragma once

#include <vector>

#include "sim/stats/intervals.hpp"
#include "sim/stats/weighed_values.hpp"
#include "studies/recorded_traffic.hpp"

namespace rehearse {

/// Good answers of equal weight that are enough to speak of a median or a p90, and of a p99.
std::uint64_t enough_answers(double level);

/// Where chance would leave a number of another recording of the same system that is as long (95
/// %): around what was recorded, the wider of two. The limits that as many independent answers give
/// (order statistics; Clopper and Pearson), away from the number by sqrt(2), as two recordings
/// differ. And Student's limits of the difference of two means of K windows, from how the K windows
/// of this one differ: up to 20 of equally many visits, each with enough of them, where there are
/// 5. That knows of slow swings, which the first does not.
///
/// A quantile of the good answers, in seconds. Expects `rising`, not empty, to be those of
/// `answers`.
Interval noise_of_quantile(const std::vector<RecordedAnswer>& answers,
                           const std::vector<WeighedValue>& rising, double level);
/// The share of bad ones. Expects some answers.
Interval noise_of_errors(const std::vector<RecordedAnswer>& answers);

/// The good ones, rising.
std::vector<WeighedValue> good_answers(const std::vector<RecordedAnswer>& answers);
/// The share of bad ones. Expects some answers.
double share_of_errors(const std::vector<RecordedAnswer>& answers);

}  // namespace rehearse
