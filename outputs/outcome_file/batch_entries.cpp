#include "outputs/outcome_file/batch_entries.hpp"

#include <array>

namespace rehearse {
namespace {

/// One non-empty bin of one batch's histogram.
struct Row {
  std::uint32_t batch = 0;
  std::uint32_t interval = 0;
  std::uint32_t entity = 0;
  std::uint32_t bin = 0;
  std::uint64_t count = 0;
};

using TotalsOf = std::vector<RequestTotals> IntervalTotals::*;

template <class Visit>
void visit_rows(const ArmRecord& arm, TotalsOf totals, Visit visit) {
  Row row;
  for (row.batch = 0; row.batch < arm.batches().size(); ++row.batch) {
    const auto& intervals = arm.batches()[row.batch].intervals;
    for (row.interval = 0; row.interval < intervals.size(); ++row.interval) {
      const auto& entities = intervals[row.interval].*totals;
      for (row.entity = 0; row.entity < entities.size(); ++row.entity) {
        for (const auto& bin : entities[row.entity].latency.bins()) {
          row.bin = bin.bin;
          row.count = bin.count;
          visit(row);
        }
      }
    }
  }
}

void add_rows(std::vector<DatasetEntry>& entries, const std::string& entity, TotalsOf totals) {
  const std::string group = "batches/" + entity + "_latency/";
  const std::array<std::pair<std::string, std::uint32_t Row::*>, 4> columns = {
      {{"batch", &Row::batch},
       {"interval", &Row::interval},
       {entity, &Row::entity},
       {"bin", &Row::bin}}};
  for (const auto& [name, member] : columns) {
    entries.push_back({Scope::arm, group + name, "row", "1", "Position on the " + name + " axis.",
                       [totals, column = member](const Place& p) -> Hdf5Values {
                         std::vector<std::uint32_t> values;
                         visit_rows(*p.arm, totals,
                                    [&](const Row& row) { values.push_back(row.*column); });
                         return values;
                       }});
  }
  entries.push_back({Scope::arm, group + "count", "row", "1", "Good answers in that bin.",
                     [totals](const Place& p) -> Hdf5Values {
                       std::vector<std::uint64_t> values;
                       visit_rows(*p.arm, totals,
                                  [&](const Row& row) { values.push_back(row.count); });
                       return values;
                     }});
}

}  // namespace

void add_batch_entries(std::vector<DatasetEntry>& entries) {
  entries.push_back({Scope::arm, "batches/replications", "batch", "1",
                     "So many consecutive replications were added up in each batch.",
                     [](const Place& p) -> Hdf5Values {
                       std::vector<std::uint64_t> sizes;
                       for (const Batch& batch : p.arm->batches()) {
                         sizes.push_back(batch.replications);
                       }
                       return sizes;
                     }});
  add_rows(entries, "endpoint", &IntervalTotals::endpoints);
  add_rows(entries, "workload", &IntervalTotals::workloads);
}

}  // namespace rehearse
