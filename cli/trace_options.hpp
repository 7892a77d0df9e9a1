#pragma once

#include <string>
#include <vector>

#include "calibrate/calibrate.hpp"
#include "cli/command_line.hpp"

namespace rehearse {

/// What verbs that read traces let people say about how.
std::vector<Option> options_of_reading();
/// And of which requests are learned from.
std::vector<Option> options_of_traces();

/// What was said of them. Throws InvalidInput.
ReadOptions how_to_read(const Arguments& arguments);
CalibrateOptions how_to_read_traces(const Arguments& arguments);

/// Throws InvalidInput unless there are files to read, and standard input at most once.
void check_traces_named(const Arguments& arguments, const std::string& verb);

/// Throws InvalidInput where standard input is named twice.
void refuse_reading_twice(const std::vector<std::string>& files, const std::string& verb);

}  // namespace rehearse
