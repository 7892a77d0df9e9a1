#pragma once

#include <string>

namespace rehearse::testing {

/// Says that the running test cannot judge, and why; the caller returns. The closing lines of the
/// program count these tests. Where REHEARSE_REQUIRE_DATA is set, it is a failure instead.
void skip(const std::string& reason);

}  // namespace rehearse::testing
