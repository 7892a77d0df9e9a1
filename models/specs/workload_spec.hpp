#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/specs/client_spec.hpp"
#include "models/values/endpoint_name.hpp"
#include "models/values/law_keys.hpp"
#include "sim/random/law_spec.hpp"
#include "sim/rate.hpp"
#include "sim/time.hpp"

namespace rehearse {

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

/// What its requests may ask for, by the mix or by a recording.
std::set<EndpointName> endpoints_asked(const WorkloadSpec& workload);

/// { "frontend/GET /" = 512 }.
struct MixTable {};
void read(Reader& reader, const Node& node, std::map<EndpointName, double>& value,
          const MixTable& kind);
Node written(const std::map<EndpointName, double>& value, const MixTable& kind);
SchemaNode schema(const std::map<EndpointName, double>& value, const MixTable& kind);

inline constexpr Choice<StagesSpec::Shape> shape_words{{StagesSpec::Shape::step, "step"},
                                                       {StagesSpec::Shape::ramp, "ramp"}};

template <class Visitor, SpecOf<StagesSpec::Stage> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"duration", "How long the stage takes.", Need::required}, spec.duration,
              positive_span);
  visitor.key({"rate", "The rate at its end.", Need::required}, spec.rate, PerTime{});
  visitor.key({"shape",
               "step: the rate jumps there at once. ramp: it goes there in a straight line from "
               "that of the "
               "stage before, the first from 0."},
              spec.shape, shape_words);
}

template <class Visitor, SpecOf<PoissonSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"rate", "Requests per time.", Need::required}, spec.rate, PerTime{});
}

template <class Visitor, SpecOf<BatchSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"rate", "Batches per time.", Need::required}, spec.rate, PerTime{});
  visitor.key({"size", "Requests in a batch.", Need::required}, spec.size, CountLawTable{1});
}

template <class Visitor, SpecOf<ReplaySpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"file",
       "One arrival a line: the offset in seconds and, after a comma, perhaps its endpoint. "
       "Relative to this file.",
       Need::required},
      spec.file, Text{"the name of a file"});
  visitor.key({"repeat", "Whether the recording starts again when `period` is over."}, spec.repeat,
              Flag{});
  visitor.key({"period", "With repeat: how long the recording is."}, spec.period, Extent{});
}

/// What repeats has a period.
void inspect(Reader& reader, const Node& node, const ReplaySpec& value);

template <class Visitor, SpecOf<ClosedLoopSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"users", "How many users there are.", Need::required}, spec.users,
              Whole{1, 10'000'000});
  visitor.key({"think_time", "From an answer to the next request.", Need::required},
              spec.think_time, LawTable{});
}

struct ArrivalsKeys {
  std::optional<PoissonSpec> poisson;
  std::optional<BatchSpec> batch;
  std::optional<std::vector<StagesSpec::Stage>> stages;
  std::optional<ReplaySpec> replay;
  std::optional<ClosedLoopSpec> closed_loop;

  static ArrivalsKeys of(const ArrivalsSpec& arrivals);
  ArrivalsSpec spec() const;
};
template <class Visitor, SpecOf<ArrivalsKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  constexpr Table brief{Layout::brief};
  visitor.key({"poisson",
               "Open loop: requests come at random, whether or not earlier ones were "
               "answered."},
              spec.poisson, brief);
  visitor.key({"batch", "Open loop: several requests at once, at random times."}, spec.batch,
              brief);
  visitor.key({"stages",
               "Open loop: a rate that follows stages; after the last one its rate goes "
               "on."},
              spec.stages, List<Table>{Table{Layout::whole}, 1, 100'000});
  visitor.key({"replay", "Open loop: recorded arrivals."}, spec.replay, brief);
  visitor.key({"closed_loop", "Users who wait for their answer before they ask again."},
              spec.closed_loop, brief);
  visitor.exactly_one({"poisson", "batch", "stages", "replay", "closed_loop"});
}

template <class Visitor, SpecOf<WorkloadSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"arrivals", "When requests come.", Need::required}, spec.arrivals,
              Via<ArrivalsKeys>{Layout::brief});
  visitor.key({"mix", "Which endpoints they ask for, by weight; recorded counts will do."},
              spec.mix, MixTable{});
  visitor.key({"calls", "How the users' side calls a service: timeouts, retries."}, spec.calls,
              Named<Table>{"SERVICE", Table{}});
}

}  // namespace rehearse
