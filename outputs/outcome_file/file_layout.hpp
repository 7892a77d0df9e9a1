#pragma once

#include <string>
#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

namespace rehearse {

/// The datasets of the outcome file: the one table that the writer and the documentation read.
std::vector<DatasetEntry> file_layout();

/// An attribute of the root group.
struct AttributeEntry {
  std::string name;
  std::string meaning;
  std::function<Hdf5Attribute(const Study&, const Findings&)> value;
};
std::vector<AttributeEntry> file_attributes();

}  // namespace rehearse
