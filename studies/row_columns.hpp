#pragma once

#include <array>

#include "models/outcome.hpp"

/// The numbers that are kept of each replication and entity, a column each: what they are called,
/// what they mean, and how they come out of an outcome. Counts have theirs in `count_columns`.
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

}  // namespace rehearse
