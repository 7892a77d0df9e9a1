#pragma once

#include <functional>
#include <string>
#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

namespace rehearse {

/// Of the layout; it rises when a reader has to change.
inline constexpr std::uint64_t file_format_version = 3;

/// The datasets of the outcome file: the one table that the writer, the reader and the
/// documentation read. A dataset comes after those that say how long its axes are.
std::vector<DatasetEntry> file_layout();

/// An attribute of the root group.
struct AttributeEntry {
  std::string name;
  std::string meaning;
  std::function<Hdf5Attribute(const Study&, const Findings&)> value;
  /// Puts what was read where `value` took it from; likewise.
  std::function<void(Study&, Hdf5Attribute)> restore = {};
};
std::vector<AttributeEntry> file_attributes();

}  // namespace rehearse
