#pragma once

#include <string>

#include "calibrate/readers/reader.hpp"
#include "cli/command_line.hpp"

namespace rehearse {

/// The options that say how recorded traces are read, for every verb that reads some.
Option format_option();
Option columns_option();
Option name_by_option();
Option sample_option();

/// What they say. Throws InvalidInput.
ReadOptions read_options_from(const Arguments& arguments);

/// Throws InvalidInput unless there are files to read, of which at most one is standard input.
void check_traces_to_read(const Arguments& arguments, const std::string& verb);

}  // namespace rehearse
