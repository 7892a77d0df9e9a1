#pragma once

#include <string>

namespace rehearse {

/// The content and, behind it, its checksum: 32 bytes that readers of HDF5 do not look at. Damage
/// that leaves a file readable would change numbers without a word.
std::string with_checksum(std::string content);

/// What the end of a file says about the rest. Files that another program wrote have no checksum.
enum class Checksum { absent, right, wrong };

/// Reads the whole file, in pieces. Absent where there is no such regular file.
Checksum checksum_of(const std::string& path);

}  // namespace rehearse
