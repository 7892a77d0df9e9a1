#pragma once

#include <functional>

namespace rehearse {

/// Calls body(0) ... body(count - 1), each once, on up to `count` threads (no more than the
/// machine has, the caller's among them), and returns when all have ended. They may also run one
/// after another: no call may wait for something that a later call does. Calls may nest. Rethrows
/// one of the exceptions, if any; the other calls are then started or not. Expects count > 0.
void parallel_for(int count, const std::function<void(int)>& body);

}  // namespace rehearse
