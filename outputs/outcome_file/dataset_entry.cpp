#include "outputs/outcome_file/dataset_entry.hpp"

#include <sstream>

namespace rehearse {

std::vector<std::string> axis_names(const std::string& axes) {
  std::vector<std::string> names;
  std::stringstream stream(axes);
  for (std::string name; std::getline(stream, name, ',');) {
    names.push_back(name.substr(name.find_first_not_of(' ')));
  }
  return names;
}

std::map<std::string, std::uint64_t> axis_lengths(const Place& place) {
  std::map<std::string, std::uint64_t> lengths = {{"bin", LatencyBins::count},
                                                  {"limit", 2},
                                                  {"half", 2},
                                                  {"band", 5},
                                                  {"objective", place.study->objectives.size()}};
  if (place.arm == nullptr) return lengths;
  const OutcomeLayout& layout = place.arm->layout;
  lengths["replication"] = place.arm->replications();
  lengths["kept replication"] = place.arm->kept;
  lengths["window replication"] = place.arm->windows.replications;
  lengths["endpoint"] = layout.endpoints.size();
  lengths["workload"] = layout.workloads.size();
  lengths["service"] = layout.services.size();
  lengths["interval"] = layout.intervals.size();
  lengths["window"] = layout.windows;
  lengths["load window"] = layout.load_windows;
  lengths["load group"] = load_groups;
  lengths["alarm"] = layout.alarms.size();
  lengths["batch"] = place.arm->batches.size();
  return lengths;
}

}  // namespace rehearse
