#pragma once

#include <string>

#include "studies/study.hpp"

namespace rehearse {

/// Throws InvalidInput where the checksum at the end of a file is not that of its content. Files
/// without one pass.
void check_sum(const std::string& path);

/// The study that an outcome file was written from, by the table that wrote it: writing it again
/// gives the same bytes. Throws InvalidInput when `path` is no outcome file, is one of another
/// version, is damaged, or has no checksum. Damage that its checksum does not show may crash HDF5
/// (see Hdf5File).
Study read_outcome_file(const std::string& path);

}  // namespace rehearse
