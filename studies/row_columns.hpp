#pragma once

#include <array>
#include <vector>

#include "models/run/outcome.hpp"

/// The numbers that are kept of each replication and entity, and of their windows, a column each:
/// what they are called, what they mean, and how they come out of an outcome. Counts have theirs in
/// `count_columns`.
namespace rehearse {

/// How a number comes out of what is recorded, and what it is.
template <class... Recorded>
struct NumberColumn {
  const char* word;
  const char* unit;  // as UCUM writes it
  const char* meaning;
  float (*of)(const Recorded&...);
};

/// Of requests: their counts and the latencies of good answers.
using LatencyColumn = NumberColumn<RequestCounts, LatencyHistogram>;
extern const std::array<LatencyColumn, 5> latency_columns;

using ServiceColumn = NumberColumn<ServiceOutcome>;
extern const std::array<ServiceColumn, 6> service_columns;

/// Of the requests of an entity, window by window.
struct RequestWindows {
  std::vector<float> arrived;
  std::vector<float> finished;
  std::vector<float> errors;
  std::vector<float> latency_p50;
  std::vector<float> latency_p99;
};

/// Of a service, window by window.
struct ServiceWindows {
  std::vector<float> utilization;
  std::vector<float> queue_length;
  std::vector<float> in_system;
};

/// A number, and the series that keeps it.
template <class Series, class Sample>
struct SeriesColumn {
  std::vector<float> Series::*kept;
  NumberColumn<Sample> number;
};
extern const std::array<SeriesColumn<RequestWindows, WindowSample>, 5> window_columns;
extern const std::array<SeriesColumn<ServiceWindows, ServiceWindowSample>, 3>
    service_window_columns;

}  // namespace rehearse
