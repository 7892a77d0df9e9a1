#pragma once

#include <string>

#include "studies/study.hpp"

namespace rehearse {

/// The answer for people: first the verdict in a sentence, then each objective with its probability
/// and 95 % interval, latencies with and without the experiment, what was not seen, how soon alarms
/// noticed, and what weakens the answer. Ends with a newline.
std::string summary_of(const Study& study, const Findings& findings);

/// The line below it that says where the numbers are.
std::string outcome_file_line(const std::string& path);

}  // namespace rehearse
