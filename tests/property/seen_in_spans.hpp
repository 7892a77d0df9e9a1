#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "calibrate/readers/span.hpp"
#include "models/specs/model_spec.hpp"

/// How much of a model its recording shows.
namespace rehearse::testing {

/// What the spans of a recording show of a model, counted with the model in hand: how much could
/// have been learned.
struct Seen {
  struct Endpoint {
    std::uint64_t visits = 0;
    double worth = 0;  // equal visits that would tell as much: those that did not fail (Kish)
    std::map<EndpointName, std::uint64_t> failed_calls;  // for good, and awaited
  };
  struct Pair {
    std::uint64_t given_up = 0;  // at the timeout of the model
    std::uint64_t tried_again = 0;
    std::uint64_t tried_to_the_last = 0;  // in vain
  };
  std::map<EndpointName, Endpoint> endpoints;
  std::map<EndpointName, double> requests;
  std::map<std::string, std::map<std::string, std::uint64_t>> visits_by_instance;  // of a service
  std::map<std::pair<std::string, std::string>, Pair> pairs;
  double worth_of_requests = 0;
};
Seen seen_in(const SpanSet& spans, const ModelSpec& truth);

}  // namespace rehearse::testing
