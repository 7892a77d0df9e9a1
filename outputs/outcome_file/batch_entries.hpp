#pragma once

#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

/// Datasets of an arm: batches of replications, from which intervals are drawn.
namespace rehearse {

void add_batch_entries(std::vector<DatasetEntry>& entries);

}  // namespace rehearse
