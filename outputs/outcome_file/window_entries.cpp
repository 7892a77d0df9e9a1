#include "outputs/outcome_file/window_entries.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace rehearse {
namespace {

constexpr std::array<double, 5> band_levels = {0.05, 0.25, 0.5, 0.75, 0.95};

/// The band levels of `values`, NaNs left out: the value of rank ceil(level * n). NaN without any.
std::array<float, 5> bands(std::vector<float>& values) {
  std::erase_if(values, [](float value) { return std::isnan(value); });
  std::array<float, 5> result;
  result.fill(std::numeric_limits<float>::quiet_NaN());
  if (values.empty()) return result;
  std::sort(values.begin(), values.end());
  for (std::size_t i = 0; i < band_levels.size(); ++i) {
    const auto rank =
        static_cast<std::size_t>(std::ceil(band_levels[i] * static_cast<double>(values.size())));
    result[i] = values[std::max<std::size_t>(rank, 1) - 1];
  }
  return result;
}

/// [band, window, entity] of [replication, window, entity].
std::vector<float> banded(const std::vector<float>& samples, std::uint64_t replications) {
  const std::size_t cells = replications == 0 ? 0 : samples.size() / replications;
  std::vector<float> result(band_levels.size() * cells);
  std::vector<float> values;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    values.clear();
    for (std::uint64_t r = 0; r < replications; ++r) values.push_back(samples[r * cells + cell]);
    const auto limits = bands(values);
    for (std::size_t band = 0; band < limits.size(); ++band) {
      result[band * cells + cell] = limits[band];
    }
  }
  return result;
}

/// The series of each replication, and their bands.
template <class Columns, class Rows>
void add_series(DatasetTable& table, const std::string& entity, const Columns& columns,
                Rows WindowRows::*rows) {
  for (const auto& column : columns) {
    const std::string name = entity + "s/" + column.number.word;
    table.derived("windows/" + name, "band, window, " + entity, column.number.unit,
                  column.number.meaning, [rows, kept = column.kept](const Place& p) {
                    const WindowRows& windows = p.arm->windows;
                    return banded((windows.*rows).*kept, windows.replications);
                  });
    table.column(
        "windows/each/" + name, "window replication, window, " + entity, column.number.unit,
        column.number.meaning, [ rows, kept = column.kept ](const auto& p) -> auto& {
          return (p.arm->windows.*rows).*kept;
        });
  }
}

}  // namespace

void add_window_entries(std::vector<DatasetEntry>& entries) {
  DatasetTable table(entries, Scope::arm);
  table.derived(
      "windows/band", "band", "1",
      "The quantiles, over replications, that the band axis stands for.",
      [](const Place&) { return std::vector<double>(band_levels.begin(), band_levels.end()); });
  table.scalar(
      "windows/replications", "1",
      "So many first replications have series of their own in `windows/each`, and went "
      "into the bands.",
      [](const auto& p) -> auto& { return p.arm->windows.replications; });
  table.derived("windows/start", "window", "s", "Starts of the windows.", [](const Place& p) {
    const OutcomeLayout& layout = p.arm->layout;
    std::vector<double> starts;
    for (std::size_t w = 0; w < layout.windows; ++w) {
      const Time start = layout.warm_up_end + layout.window * static_cast<std::int64_t>(w);
      starts.push_back(start.since_start().in_seconds());
    }
    return starts;
  });
  add_series(table, "endpoint", window_columns, &WindowRows::endpoints);
  add_series(table, "workload", window_columns, &WindowRows::workloads);
  add_series(table, "service", service_window_columns, &WindowRows::services);
}

}  // namespace rehearse
