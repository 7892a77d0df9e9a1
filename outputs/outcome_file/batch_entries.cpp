#include "outputs/outcome_file/batch_entries.hpp"

namespace rehearse {
namespace {

using ColumnsOf = RequestBatchColumns BatchColumns::*;

void add_requests(DatasetTable& table, const std::string& entity, ColumnsOf kind) {
  const std::string cell = "batch, interval, " + entity;
  for (std::size_t i = 0; i < count_columns.size(); ++i) {
    table.column(
        "batches/" + entity + "_counts/" + count_columns[i].word, cell, "1",
        count_columns[i].meaning,
        [ kind, i ](const auto& p) -> auto& { return (p.batches->*kind).counts[i]; });
  }
  const auto position = [&](const std::string& name, auto member) {
    table.column(
        "batches/" + entity + "_latency/" + name, "row", "1", "Position on the " + name + " axis.",
        [ kind, member ](const auto& p) -> auto& { return (p.batches->*kind).*member; });
  };
  position("batch", &RequestBatchColumns::batch);
  position("interval", &RequestBatchColumns::interval);
  position(entity, &RequestBatchColumns::entity);
  position("bin", &RequestBatchColumns::bin);
  table.column(
      "batches/" + entity + "_latency/count", "row", "1",
      "Good answers in that bin.", [kind](const auto& p) -> auto& {
        return (p.batches->*kind).count;
      });
  table.column(
      "batches/" + entity + "_latency/sum", cell + ", half", "ns",
      "Sum of the latencies of the good answers, of 128 bits.", [kind](const auto& p) -> auto& {
        return (p.batches->*kind).sum;
      });
  table.column(
      "batches/" + entity + "_latency/shortest", cell, "ns",
      "The shortest latency of a good answer; the largest number of 63 bits: none.",
      [kind](const auto& p) -> auto& { return (p.batches->*kind).shortest; });
  table.column(
      "batches/" + entity + "_latency/longest", cell, "ns",
      "The longest latency of a good answer.", [kind](const auto& p) -> auto& {
        return (p.batches->*kind).longest;
      });
}

void add_services(DatasetTable& table) {
  std::size_t i = 0;
  const ServiceTotals any;
  for_each_measure(
      [&](Merge merge, const MeasureText& text, const auto&) {
        table.column(
            std::string("batches/services/") + text.word, "batch, interval, service", text.unit,
            std::string(text.meaning) +
                (merge == Merge::sum ? " Added up." : " Of all replications."),
            [i](const auto& p) -> auto& { return p.batches->services[i]; });
        ++i;
      },
      any);
}

}  // namespace

void add_batch_entries(std::vector<DatasetEntry>& entries) {
  DatasetTable table(entries, Scope::arm);
  table.column(
      "batches/replications", "batch", "1",
      "So many consecutive replications were added up in each batch.",
      [](const auto& p) -> auto& { return p.batches->replications; });
  add_requests(table, "endpoint", &BatchColumns::endpoints);
  add_requests(table, "workload", &BatchColumns::workloads);
  add_services(table);
}

}  // namespace rehearse
