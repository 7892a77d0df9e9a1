#pragma once

#include <cstdint>

#include "models/outcomes/status.hpp"
#include "models/plan/plan.hpp"
#include "sim/time.hpp"

/// What is handed over of simulated requests that are traced.
namespace rehearse {

/// The 128 bits that all spans of one trace share. The lower half is that of the request, whose
/// last 56 bits say whether it is chosen, as OpenTelemetry's consistent sampling has it; the upper
/// half is that of the user's attempt.
struct TraceName {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  bool operator==(const TraceName&) const = default;
};

/// What an instrumented service would record: of each job, and of each attempt of its calls. Users
/// are not instrumented, so an attempt of a user is the top of a trace at whom it asks.
struct TracedSpan {
  /// Who sends what nobody waits for is a producer, who gets it a consumer. Internal: an attempt
  /// that a policy of the caller did not let be sent.
  enum class Kind : std::uint8_t { internal, server, client, producer, consumer };
  TraceName trace;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  // 0: the top of its trace
  Time start;                // of a server: when the attempt arrived
  Time end;
  EndpointId endpoint;        // asked
  InstanceId instance;        // whose span it is
  WorkloadId workload;        // at the top: who asked
  std::uint32_t attempt = 1;  // of its call, counted from 1
  Kind kind = Kind::server;
  Status status = Status::ok;
};

}  // namespace rehearse
