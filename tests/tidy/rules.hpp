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

/// A source without a header of its own, or that does not include it before all else. Verbs and
/// `main` have none.
Findings lone_source_violations(const SourceFile& file);
/// A header that does not open with a sentence: what it is, who owns it, threads, guarantees.
Findings opening_violations(const SourceFile& file);

/// Members of a class that are defined in a source other than that of its header.
Findings scattered_members(const std::vector<SourceFile>& files);

/// Functions that a header of a room declares and that no room uses: tests alone do not count.
Findings dead_names(const std::vector<SourceFile>& files);

/// Tests that cannot fail: neither they nor a function that they call asserts anything.
Findings silent_tests(const std::vector<SourceFile>& files);

/// Rooms, or all of them together, with fewer contracts than 1.5 in 100 lines of code: calls of
/// `expects` and `static_assert`, over lines that are neither blank nor comments alone. Only of the
/// rooms that simulate, where nobody sees that a number is wrong.
Findings sparse_contracts(const std::vector<SourceFile>& files);

/// A mechanism that is named, in code or comments, in more than three files outside the tests: its
/// own, the row where it is owned, and one more. A header and its source are one.
Findings scattered_mechanisms(const std::vector<SourceFile>& files);

/// Types of one name in different rooms. The linker takes the functions of one for those of the
/// other, and a vector of the larger one then writes into room that was made for the smaller.
Findings repeated_types(const std::vector<SourceFile>& files);

}  // namespace rehearse::tidy
