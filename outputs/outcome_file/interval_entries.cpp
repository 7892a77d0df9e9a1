#include "outputs/outcome_file/interval_entries.hpp"

namespace rehearse {
namespace {

using RequestsOf = RequestRows IntervalRows::*;
using TotalsOf = std::vector<RequestTotals> IntervalTotals::*;

void add_requests(std::vector<DatasetEntry>& entries, const std::string& group,
                  const std::string& entity, RequestsOf rows, TotalsOf totals) {
  const std::string axes = "kept replication, " + entity;
  for (std::size_t column = 0; column < count_columns.size(); ++column) {
    const CountColumn& text = count_columns[column];
    entries.push_back({Scope::interval, group + "/" + text.word, axes, "1", text.meaning,
                       [=](const Place& p) -> Hdf5Values {
                         return (p.arm->interval_rows()[p.interval].*rows).counts[column];
                       }});
  }
  for (std::size_t column = 0; column < latency_columns.size(); ++column) {
    const LatencyColumn& text = latency_columns[column];
    entries.push_back({Scope::interval, group + "/" + text.word, axes, text.unit, text.meaning,
                       [=](const Place& p) -> Hdf5Values {
                         return (p.arm->interval_rows()[p.interval].*rows).latency[column];
                       }});
  }
  entries.push_back({Scope::interval, group + "/latency_histogram", entity + ", bin", "1",
                     "Good answers of all replications, by latency; edges in /latency_bins.",
                     [=](const Place& p) -> Hdf5Values {
                       std::vector<std::uint64_t> counts;
                       for (const RequestTotals& one : (*p.totals)[p.interval].*totals) {
                         const std::size_t start = counts.size();
                         counts.resize(start + LatencyBins::count);
                         for (const auto& bin : one.latency.bins()) {
                           counts[start + bin.bin] = bin.count;
                         }
                       }
                       return counts;
                     }});
}

}  // namespace

void add_interval_entries(std::vector<DatasetEntry>& entries) {
  add_requests(entries, "endpoints", "endpoint", &IntervalRows::endpoints,
               &IntervalTotals::endpoints);
  add_requests(entries, "workloads", "workload", &IntervalRows::workloads,
               &IntervalTotals::workloads);
  for (std::size_t column = 0; column < service_columns.size(); ++column) {
    const ServiceColumn& text = service_columns[column];
    entries.push_back({Scope::interval, std::string("services/") + text.word,
                       "kept replication, service", text.unit, text.meaning,
                       [column](const Place& p) -> Hdf5Values {
                         return p.arm->interval_rows()[p.interval].services.values[column];
                       }});
  }
}

}  // namespace rehearse
