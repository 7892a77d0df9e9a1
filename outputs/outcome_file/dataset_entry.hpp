#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "outputs/outcome_file/hdf5.hpp"
#include "studies/study.hpp"

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

/// The length of each axis that `axes` may name, at a place.
std::map<std::string, std::uint64_t> axis_lengths(const Place& place);

}  // namespace rehearse
