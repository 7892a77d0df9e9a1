#pragma once

#include <string>
#include <vector>

#include "calibrate/calibrate.hpp"
#include "cli/command_line.hpp"

namespace rehearse {

/// What verbs that read traces let people say about how.
std::vector<Option> options_of_traces();

/// What was said of them. Throws InvalidInput.
CalibrateOptions how_to_read_traces(const Arguments& arguments);

/// Throws InvalidInput where standard input is named twice.
void refuse_reading_twice(const std::vector<std::string>& files, const std::string& verb);

}  // namespace rehearse
