#pragma once

#include <string>

#include "calibrate/readers/column_mapping.hpp"

namespace rehearse {

/// Reads the TOML file that says which column of a table of spans holds what. Throws InvalidInput
/// with all its mistakes, each with its line.
ColumnMapping load_column_mapping(const std::string& path);

}  // namespace rehearse
