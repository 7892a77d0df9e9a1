#pragma once

#include <string>
#include <vector>

#include "tests/tidy/source_file.hpp"

namespace rehearse::tidy {

/// What a file does against the house style, each as `path:line: sentence`; empty when it is clean.
using Findings = std::vector<std::string>;

Findings arrow_violations(const SourceFile& file);
/// The same within a room: a sub-room that includes one above it, or that nobody knows.
Findings floor_violations(const SourceFile& file);
Findings door_violations(const SourceFile& file);
Findings width_violations(const SourceFile& file);
Findings function_violations(const SourceFile& file);
Findings word_violations(const SourceFile& file);
/// Whether headers compile alone is not judged here: the build does it (tests/CMakeLists.txt).
Findings header_violations(const SourceFile& file);
Findings name_violations(const SourceFile& file);
Findings comment_violations(const SourceFile& file);

/// Types of one name in different rooms. The linker takes the functions of one for those of the
/// other, and a vector of the larger one then writes into room that was made for the smaller.
Findings repeated_types(const std::vector<SourceFile>& files);

}  // namespace rehearse::tidy
