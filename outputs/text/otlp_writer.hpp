#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "models/system.hpp"

/// Simulated requests as OTLP.
namespace rehearse {

struct TracedSpan;

/// Writes simulated requests as the OpenTelemetry Collector's file exporter would: OTLP in JSON, a
/// line for each request, with all its spans by the instances that recorded them. Simulated time
/// begins with the year 2024. Where not all requests are traced, the trace state of each span says
/// which share is. Keeps no more than a megabyte and one request.
class OtlpWriter {
 public:
  using Write = std::function<void(const std::string& lines)>;

  /// `share`: of all requests, as it was chosen. Expects the system to outlive it.
  OtlpWriter(const System& system, double share, Write write);

  void add(const std::vector<TracedSpan>& request);
  /// Writes what is left; after the last request.
  void flush();

 private:
  void add_span(const TracedSpan& span);
  void add_attributes(const TracedSpan& span);

  const Plan& plan_;
  Write write_;
  std::string trace_state_;             // a member of a span; empty: all requests are traced
  std::vector<std::string> resources_;  // [instance]; as JSON, like all of these
  std::vector<std::string> names_;      // [endpoint]
  std::vector<std::string> services_;   // [service]
  std::vector<std::string> workloads_;  // [workload]
  std::vector<const TracedSpan*> in_order_;
  std::string lines_;
};

}  // namespace rehearse
