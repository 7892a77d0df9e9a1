#include "outputs/outcome_file/batch_columns.hpp"

#include <utility>

#include "sim/error.hpp"

namespace rehearse {
namespace {

using TotalsOf = std::vector<RequestTotals> IntervalTotals::*;

constexpr const char* contradiction = "its batches contradict one another";

void require(bool holds) {
  if (!holds) throw InvalidInput(contradiction);
}

std::uint64_t nanoseconds(Duration duration) {
  return static_cast<std::uint64_t>(duration.in_nanoseconds());
}

/// Visits the totals of one kind of entity in all batches, in the order of the columns.
template <class Batches, class Visit>
void visit_cells(Batches& batches, TotalsOf kind, Visit visit) {
  for (std::size_t batch = 0; batch < batches.size(); ++batch) {
    auto& intervals = batches[batch].intervals;
    for (std::size_t interval = 0; interval < intervals.size(); ++interval) {
      auto& entities = intervals[interval].*kind;
      for (std::size_t entity = 0; entity < entities.size(); ++entity) {
        visit(batch, interval, entity, entities[entity]);
      }
    }
  }
}

RequestBatchColumns columns_of(const std::vector<Batch>& batches, TotalsOf kind) {
  RequestBatchColumns columns;
  visit_cells(batches, kind,
              [&](std::size_t batch, std::size_t interval, std::size_t entity,
                  const RequestTotals& totals) {
                for (std::size_t i = 0; i < count_columns.size(); ++i) {
                  columns.counts[i].push_back(totals.counts.*count_columns[i].count);
                }
                for (const auto& bin : totals.latency.bins()) {
                  columns.batch.push_back(static_cast<std::uint32_t>(batch));
                  columns.interval.push_back(static_cast<std::uint32_t>(interval));
                  columns.entity.push_back(static_cast<std::uint32_t>(entity));
                  columns.bin.push_back(bin.bin);
                  columns.count.push_back(bin.count);
                }
                const unsigned __int128 sum = totals.latency.sum_nanoseconds();
                columns.sum.push_back(static_cast<std::uint64_t>(sum));
                columns.sum.push_back(static_cast<std::uint64_t>(sum >> 64));
                columns.shortest.push_back(nanoseconds(totals.latency.minimum()));
                columns.longest.push_back(nanoseconds(totals.latency.maximum()));
              });
  return columns;
}

/// The rows that follow, as far as they are of this cell.
std::vector<LatencyHistogram::Bin> next_bins(const RequestBatchColumns& columns, std::size_t batch,
                                             std::size_t interval, std::size_t entity,
                                             std::size_t& row) {
  std::vector<LatencyHistogram::Bin> bins;
  for (; row < columns.bin.size() && columns.batch[row] == batch &&
         columns.interval[row] == interval && columns.entity[row] == entity;
       ++row) {
    const LatencyHistogram::Bin bin{columns.bin[row], columns.count[row]};
    require(bin.count > 0 && bin.bin < LatencyBins::count);
    require(bins.empty() || bins.back().bin < bin.bin);
    bins.push_back(bin);
  }
  return bins;
}

void put(const RequestBatchColumns& columns, TotalsOf kind, std::vector<Batch>& batches) {
  const std::size_t rows = columns.bin.size();
  require(columns.batch.size() == rows && columns.interval.size() == rows &&
          columns.entity.size() == rows && columns.count.size() == rows);
  std::size_t cell = 0;
  std::size_t row = 0;
  visit_cells(
      batches, kind,
      [&](std::size_t batch, std::size_t interval, std::size_t entity, RequestTotals& totals) {
        for (std::size_t i = 0; i < count_columns.size(); ++i) {
          totals.counts.*count_columns[i].count = columns.counts[i].at(cell);
        }
        const unsigned __int128 upper = columns.sum.at(2 * cell + 1);
        totals.latency = LatencyHistogram(
            next_bins(columns, batch, interval, entity, row), upper << 64 | columns.sum[2 * cell],
            Duration::nanoseconds(static_cast<std::int64_t>(columns.shortest.at(cell))),
            Duration::nanoseconds(static_cast<std::int64_t>(columns.longest.at(cell))));
        ++cell;
      });
  require(row == rows);
}

}  // namespace

BatchColumns batch_columns(const ArmRecord& arm) {
  BatchColumns columns;
  columns.endpoints = columns_of(arm.batches, &IntervalTotals::endpoints);
  columns.workloads = columns_of(arm.batches, &IntervalTotals::workloads);
  columns.services.resize(measure_count);
  for (const Batch& batch : arm.batches) {
    columns.replications.push_back(batch.replications);
    for (const IntervalTotals& interval : batch.intervals) {
      for (const ServiceTotals& service : interval.services) {
        std::size_t measure = 0;
        for_each_measure(
            [&](Merge, const MeasureText&, auto value) {
              columns.services[measure++].push_back(static_cast<double>(value));
            },
            service);
      }
    }
  }
  return columns;
}

std::vector<Batch> batches_of(const BatchColumns& columns, const OutcomeLayout& layout) {
  IntervalTotals empty;
  empty.endpoints.resize(layout.endpoints.size());
  empty.workloads.resize(layout.workloads.size());
  empty.services.resize(layout.services.size());
  std::vector<Batch> batches;
  std::size_t cell = 0;
  for (const std::uint64_t replications : columns.replications) {
    Batch batch{replications, std::vector<IntervalTotals>(layout.intervals.size(), empty)};
    for (IntervalTotals& interval : batch.intervals) {
      for (ServiceTotals& service : interval.services) {
        std::size_t measure = 0;
        for_each_measure(
            [&](Merge, const MeasureText&, auto& value) {
              using Kept = std::remove_reference_t<decltype(value)>;
              value = static_cast<Kept>(columns.services.at(measure++).at(cell));
            },
            service);
        ++cell;
      }
    }
    batches.push_back(std::move(batch));
  }
  put(columns.endpoints, &IntervalTotals::endpoints, batches);
  put(columns.workloads, &IntervalTotals::workloads, batches);
  return batches;
}

}  // namespace rehearse
