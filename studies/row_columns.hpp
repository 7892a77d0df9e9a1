#pragma once

#include <array>
#include <vector>

#include "models/outcome.hpp"

/// The numbers that are kept of each replication and entity, and of their windows, a column each:
/// what they are called, what they mean, and how they come out of an outcome. Counts have theirs in
/// `count_columns`.
namespace rehearse {

struct LatencyColumn {
  const char* word;
  const char* unit;  // as UCUM writes it
  const char* meaning;
  float (*of)(const RequestCounts&, const LatencyHistogram& good_answers);
};
extern const std::array<LatencyColumn, 5> latency_columns;

struct ServiceColumn {
  const char* word;
  const char* unit;
  const char* meaning;
  float (*of)(const ServiceOutcome&);
};
extern const std::array<ServiceColumn, 6> service_columns;

/// Of the requests of an entity, window by window.
struct RequestWindows {
  std::vector<float> arrived;
  std::vector<float> finished;
  std::vector<float> errors;
  std::vector<float> latency_p50;
  std::vector<float> latency_p99;
};

struct WindowColumn {
  std::vector<float> RequestWindows::*kept;
  const char* word;
  const char* unit;
  const char* meaning;
  float (*of)(const WindowSample&);
};
extern const std::array<WindowColumn, 5> window_columns;

/// Of a service, window by window.
struct ServiceWindows {
  std::vector<float> utilization;
  std::vector<float> queue_length;
  std::vector<float> in_system;
};

struct ServiceWindowColumn {
  std::vector<float> ServiceWindows::*kept;
  const char* word;
  const char* unit;
  const char* meaning;
  float (*of)(const ServiceWindowSample&);
};
extern const std::array<ServiceWindowColumn, 3> service_window_columns;

}  // namespace rehearse
