#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "models/service_spec.hpp"
#include "sim/random/law_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Events per second.
struct Rate {
  double per_second = 0;
  auto operator<=>(const Rate&) const = default;
};

/// Open loop: requests come whether or not earlier ones were answered.
struct PoissonSpec {
  Rate rate;
  bool operator==(const PoissonSpec&) const = default;
};

/// Batches come as a Poisson process; all requests of one come at once.
struct BatchSpec {
  Rate rate;  // batches per second
  CountLawSpec size;
  bool operator==(const BatchSpec&) const = default;
};

/// A Poisson process whose rate follows stages, as load generators write them. Each stage runs from
/// the rate of the one before (nothing, for the first: as k6, Locust and Gatling start) to `rate`:
/// at once, or as a ramp. After the last stage its rate goes on.
struct StagesSpec {
  enum class Shape { step, ramp };
  struct Stage {
    Duration duration;
    Rate rate;
    Shape shape = Shape::step;
    bool operator==(const Stage&) const = default;
  };
  std::vector<Stage> stages;
  bool operator==(const StagesSpec&) const = default;
};

/// Recorded arrivals, as offsets from the start of the replication, never falling. Without an
/// endpoint a request takes one from the mix. With `repeat` the recording starts again when
/// `period` is over; otherwise it ends.
struct ReplaySpec {
  struct Arrival {
    Duration offset;
    std::string endpoint;  // "service/operation", or empty
    bool operator==(const Arrival&) const = default;
  };
  std::string file;  // where they were read from: relative to the model file
  std::vector<Arrival> arrivals;
  bool repeat = false;
  Duration period;
  bool operator==(const ReplaySpec&) const = default;
};

/// Closed loop: each user thinks, asks, waits for the answer, and thinks again. The first thinking
/// starts with the replication.
struct ClosedLoopSpec {
  int users = 1;
  LawSpec think_time;
  bool operator==(const ClosedLoopSpec&) const = default;
};

using ArrivalsSpec = std::variant<PoissonSpec, BatchSpec, StagesSpec, ReplaySpec, ClosedLoopSpec>;

/// Who sends requests. `mix` weighs the endpoints asked for.
struct WorkloadSpec {
  ArrivalsSpec arrivals;
  std::map<EndpointName, double> mix;
  std::map<std::string, ClientSpec> calls;  // by callee service
  bool operator==(const WorkloadSpec&) const = default;
};

}  // namespace rehearse
