#include "outputs/outcome_file/interval_entries.hpp"

namespace rehearse {
namespace {

using RequestsOf = RequestRows IntervalRows::*;
using TotalsOf = std::vector<RequestTotals> IntervalTotals::*;

void add_requests(DatasetTable& table, const std::string& group, const std::string& entity,
                  RequestsOf rows, TotalsOf totals) {
  const std::string axes = "kept replication, " + entity;
  for (std::size_t i = 0; i < count_columns.size(); ++i) {
    table.column(
        group + "/" + count_columns[i].word, axes, "1",
        count_columns[i].meaning, [=](const auto& p) -> auto& {
          return (p.arm->intervals[p.interval].*rows).counts[i];
        });
  }
  for (std::size_t i = 0; i < latency_columns.size(); ++i) {
    table.column(
        group + "/" + latency_columns[i].word, axes, latency_columns[i].unit,
        latency_columns[i].meaning, [=](const auto& p) -> auto& {
          return (p.arm->intervals[p.interval].*rows).latency[i];
        });
  }
  table.derived(group + "/latency_histogram", entity + ", bin", "1",
                "Good answers of all replications, by latency; edges in /latency_bins.",
                [totals](const Place& p) {
                  std::vector<std::uint64_t> counts;
                  for (const RequestTotals& one : (*p.totals)[p.interval].*totals) {
                    const std::size_t start = counts.size();
                    counts.resize(start + LatencyBins::count);
                    for (const auto& bin : one.latency.bins()) {
                      counts[start + bin.bin] = bin.count;
                    }
                  }
                  return counts;
                });
}

}  // namespace

void add_interval_entries(std::vector<DatasetEntry>& entries) {
  DatasetTable table(entries, Scope::interval);
  add_requests(table, "endpoints", "endpoint", &IntervalRows::endpoints,
               &IntervalTotals::endpoints);
  add_requests(table, "workloads", "workload", &IntervalRows::workloads,
               &IntervalTotals::workloads);
  for (std::size_t i = 0; i < service_columns.size(); ++i) {
    table.column(
        std::string("services/") + service_columns[i].word, "kept replication, service",
        service_columns[i].unit, service_columns[i].meaning, [i](const auto& p) -> auto& {
          return p.arm->intervals[p.interval].services.values[i];
        });
  }
}

}  // namespace rehearse
