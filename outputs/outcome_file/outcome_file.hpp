#pragma once

#include <string>

#include "studies/study.hpp"

namespace rehearse {

/// The bytes of the HDF5 outcome file of a study, as docs/outcome_format.md says. The same study
/// gives the same bytes.
std::string outcome_file_image(const Study& study, const Findings& findings);

/// Writes the outcome file whole or not at all. Throws InputOutputError.
void write_outcome_file(const std::string& path, const Study& study, const Findings& findings);

/// What an outcome file says about itself, for people: attributes, then every dataset with its
/// shape, unit and meaning. Throws InvalidInput when `path` is not an outcome file.
std::string describe_outcome_file(const std::string& path);

}  // namespace rehearse
