#pragma once

#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

/// Datasets of an arm: time series, as quantile bands over replications.
namespace rehearse {

void add_window_entries(std::vector<DatasetEntry>& entries);

}  // namespace rehearse
