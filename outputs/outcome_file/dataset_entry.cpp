#include "outputs/outcome_file/dataset_entry.hpp"

namespace rehearse {

std::map<std::string, std::uint64_t> axis_lengths(const Place& place) {
  std::map<std::string, std::uint64_t> lengths = {
      {"bin", LatencyBins::count},
      {"limit", 2},
      {"band", 5},
      {"objective", place.study->experiment.objectives().size()}};
  if (place.arm == nullptr) return lengths;
  const OutcomeLayout& layout = place.arm->layout();
  lengths["replication"] = place.arm->replications();
  lengths["kept replication"] = place.arm->interval_rows_kept();
  lengths["endpoint"] = layout.endpoints.size();
  lengths["workload"] = layout.workloads.size();
  lengths["service"] = layout.services.size();
  lengths["interval"] = layout.intervals.size();
  lengths["window"] = layout.windows;
  lengths["alarm"] = layout.alarms.size();
  lengths["batch"] = place.arm->batches().size();
  return lengths;
}

}  // namespace rehearse
