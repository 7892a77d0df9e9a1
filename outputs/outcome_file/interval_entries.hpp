#pragma once

#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

/// Datasets of an interval of an arm: a number of each replication and entity, and histograms.
namespace rehearse {

void add_interval_entries(std::vector<DatasetEntry>& entries);

}  // namespace rehearse
