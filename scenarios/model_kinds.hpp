#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/model_spec.hpp"
#include "scenarios/law_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The values of model keys that are not plain tables; `model_kinds.cpp` implements them.
namespace rehearse {

/// { "frontend/GET /" = 512 }.
struct MixTable {};
void read(Reader& reader, const Node& node, std::map<EndpointName, double>& value,
          const MixTable& kind);
Node written(const std::map<EndpointName, double>& value, const MixTable& kind);
SchemaNode schema(const std::map<EndpointName, double>& value, const MixTable& kind);

inline constexpr Choice<StagesSpec::Shape, 2> shape_words{
    {{{StagesSpec::Shape::step, "step"}, {StagesSpec::Shape::ramp, "ramp"}}}};

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

/// Also reads the file that it names.
void read(Reader& reader, const Node& node, ReplaySpec& value, const Table& kind);

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

}  // namespace rehearse
