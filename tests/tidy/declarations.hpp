#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source_file.hpp"

namespace rehearse::tidy {

/// Where a function stands, from the first line of its declaration to its closing brace.
struct Function {
  std::size_t first_line = 0;  // counts from 1
  std::size_t last_line = 0;
};

/// A type that all files share: defined in namespaces that have names.
struct Type {
  std::string name;  // with its namespaces
  std::size_t line = 0;
};

struct Declarations {
  std::vector<Function> functions;
  std::vector<Type> types;
};

/// A name before a parenthesis: of a function that is declared or defined there, or used.
struct Mention {
  std::string name;
  std::size_t line = 0;
  bool declares = false;
};

/// All of a file, and names of functions that are passed on without being called. What follows a
/// type declares; members, literals and operators are left out.
std::vector<Mention> mentions_of(const SourceFile& file);

/// Finds definitions by counting braces: functions whose declaration stands in a namespace or a
/// type, and types that stand in a namespace. What is nested in a function (lambdas, local types)
/// belongs to it. Test cases are functions.
Declarations declarations_of(const SourceFile& file);

}  // namespace rehearse::tidy
