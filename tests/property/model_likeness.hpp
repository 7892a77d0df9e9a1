#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "calibrate/readers/span.hpp"
#include "tests/support/learnable_models.hpp"

/// A model that was learned against the one that was recorded.
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

/// The differences between two models in words, of what was seen often enough: structures,
/// instances and failures 30 times, timeouts and retries 20. Estimates may be off by 4.5 standard
/// errors (once in 150,000 by chance) and by what the language cannot say more exactly.
std::vector<std::string> differences(const ModelSpec& truth, const ModelSpec& learned,
                                     const Seen& seen);

/// Both models, run alike: differences of p50 and p90 at the endpoints at which requests come in
/// of over 15 %, and of errors, beyond the noise of the runs and of what was seen.
std::vector<std::string> differences_of_runs(const LearnableScenario& truth,
                                             const ModelSpec& learned, const Seen& seen);

}  // namespace rehearse::testing
