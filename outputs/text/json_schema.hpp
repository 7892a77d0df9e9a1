#pragma once

#include <string>
#include <vector>

#include "language/schema.hpp"

namespace rehearse {

/// JSON Schema (draft 2020-12) of a file that is one of `roots`, for editors. Definitions that
/// roots share are written once: what two of them name is the same in both.
std::string json_schema(const std::vector<SchemaNode>& roots, const std::string& title);

}  // namespace rehearse
