#pragma once

#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

/// Datasets of an arm: what each replication said as a whole.
namespace rehearse {

void add_arm_entries(std::vector<DatasetEntry>& entries);

}  // namespace rehearse
