#pragma once

#include <vector>

#include "outputs/outcome_file/dataset_entry.hpp"

/// Datasets of the whole study: its texts, its bins and its objectives.
namespace rehearse {

void add_study_entries(std::vector<DatasetEntry>& entries);
void add_objective_entries(std::vector<DatasetEntry>& entries);

}  // namespace rehearse
