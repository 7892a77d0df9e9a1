#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "outputs/hdf5.hpp"
#include "outputs/study.hpp"

namespace rehearse {

/// Where a dataset stands: once in the file, once for each arm, or once for each arm and interval.
enum class Scope { study, arm, interval };

/// What the values of one dataset are taken from. `arm` and `interval` are set where the scope
/// says.
struct Place {
  const Study* study = nullptr;
  const Findings* findings = nullptr;
  const ArmRecord* arm = nullptr;
  const std::vector<IntervalTotals>* totals = nullptr;  // of the arm
  std::size_t interval = 0;
};

/// One dataset of the outcome file.
struct DatasetEntry {
  Scope scope = Scope::study;
  std::string name;  // below the group of its scope
  std::string axes;  // "replication, endpoint"; empty: a scalar
  std::string unit;  // as UCUM writes it: "s", "1"; empty: text
  std::string meaning;
  std::function<Hdf5Values(const Place&)> values;
};

/// The datasets of the outcome file: the one table that the writer and the documentation read.
std::vector<DatasetEntry> file_layout();

/// An attribute of the root group.
struct AttributeEntry {
  std::string name;
  std::string meaning;
  std::function<Hdf5Attribute(const Study&, const Findings&)> value;
};
std::vector<AttributeEntry> file_attributes();

/// The parts of `file_layout`, by source file.
void add_study_entries(std::vector<DatasetEntry>& entries);
void add_objective_entries(std::vector<DatasetEntry>& entries);
void add_arm_entries(std::vector<DatasetEntry>& entries);
void add_interval_entries(std::vector<DatasetEntry>& entries);
void add_window_entries(std::vector<DatasetEntry>& entries);
void add_batch_entries(std::vector<DatasetEntry>& entries);

/// The length of each axis that `axes` may name, at a place.
std::map<std::string, std::uint64_t> axis_lengths(const Place& place);

/// The page docs/outcome_format.md.
std::string outcome_format_page();

}  // namespace rehearse
