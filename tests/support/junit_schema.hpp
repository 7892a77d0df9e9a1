#pragma once

#include <string>
#include <vector>

namespace rehearse::testing {

/// What Jenkins' and Surefire's schemas of JUnit have in common, and what neither says: that counts
/// are those of the cases, and names unique within a suite. Returns what a report violates, each in
/// a sentence; nothing for a sound one.
std::vector<std::string> junit_violations(const std::string& report);

}  // namespace rehearse::testing
