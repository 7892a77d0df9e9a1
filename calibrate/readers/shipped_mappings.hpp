#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/column_mapping.hpp"

namespace rehearse {

/// The columns of a table that many have.
struct ShippedMapping {
  std::string name;
  std::string of;  // whose table it is
  ColumnMapping mapping;
};

/// All of them, always in the same order.
const std::vector<ShippedMapping>& shipped_mappings();

/// Nothing when there is none of that name.
std::optional<ColumnMapping> shipped_mapping_called(std::string_view name);

}  // namespace rehearse
