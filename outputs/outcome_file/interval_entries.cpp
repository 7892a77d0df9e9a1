#include "outputs/outcome_file/interval_entries.hpp"

#include <array>

namespace rehearse {
namespace {

struct ColumnText {
  const char* name;
  const char* unit;
  const char* meaning;
};

/// In the order of RequestRows::latency.
constexpr std::array<ColumnText, RequestRows::latency_columns> latency_texts = {{
    {"latency_p50", "s",
     "Median latency of all, infinite among those without a good answer; NaN: none."},
    {"latency_p90", "s", "The 0.9 quantile, likewise."},
    {"latency_p99", "s", "The 0.99 quantile, likewise."},
    {"good_latency_mean", "s", "Mean latency of the good answers."},
    {"good_latency_max", "s", "The longest latency of the good answers."},
}};

/// In the order of ServiceRows::values.
constexpr std::array<ColumnText, ServiceRows::columns> service_texts = {{
    {"utilization", "1", "Busy workers (or cores) over live ones; NaN where unlimited."},
    {"queue_length", "1", "Jobs waiting at an instance, mean over time."},
    {"in_system", "1", "Jobs waiting or served at an instance, mean over time."},
    {"longest_queue", "1", "The largest number of jobs waiting at one instance."},
    {"most_in_system", "1", "The largest number of jobs at one instance."},
    {"attempts_per_call", "1", "Attempts over calls to the service: the amplification by retries."},
}};

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
  for (std::size_t column = 0; column < latency_texts.size(); ++column) {
    const ColumnText& text = latency_texts[column];
    entries.push_back({Scope::interval, group + "/" + text.name, axes, text.unit, text.meaning,
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
  for (std::size_t column = 0; column < service_texts.size(); ++column) {
    const ColumnText& text = service_texts[column];
    entries.push_back({Scope::interval, std::string("services/") + text.name,
                       "kept replication, service", text.unit, text.meaning,
                       [column](const Place& p) -> Hdf5Values {
                         return p.arm->interval_rows()[p.interval].services.values[column];
                       }});
  }
}

}  // namespace rehearse
