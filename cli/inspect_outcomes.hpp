#pragma once

#include <string>

namespace rehearse {

/// Whether a file says of itself that it is HDF5.
bool is_hdf5(const std::string& path);

/// What of an outcome file is printed: what `rehearse run` printed, or every dataset.
enum class OutcomeView { summary, layout };

/// Prints it, from a process of its own: a damaged file takes at most some seconds and some memory.
/// Returns the exit code; throws InvalidInput when the file is damaged.
int inspect_outcomes(const std::string& path, OutcomeView view);

}  // namespace rehearse
