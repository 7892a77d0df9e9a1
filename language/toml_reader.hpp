#pragma once

#include "language/diagnostics.hpp"
#include "language/document.hpp"

namespace rehearse {

/// Reads the TOML text of a registered source. A mistake of syntax is reported, and what comes back
/// is then an empty table. Bounded in depth, so that no document can exhaust the stack.
Node read_toml(int source, Diagnostics& diagnostics);

}  // namespace rehearse
