#pragma once

#include <vector>

#include "tests/tidy/source_file.hpp"

namespace rehearse::tidy {

/// Where a function stands, from the first line of its declaration to its closing brace.
struct Function {
  std::size_t first_line = 0;  // counts from 1
  std::size_t last_line = 0;
};

/// Finds functions by counting braces: those whose declaration stands in a namespace or a type.
/// What is nested in a function (lambdas, local types) belongs to it. Test cases are functions.
std::vector<Function> functions_of(const SourceFile& file);

}  // namespace rehearse::tidy
