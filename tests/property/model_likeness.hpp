#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/property/seen_in_spans.hpp"
#include "tests/support/learnable_models.hpp"

/// A model that was learned against the one that was recorded.
namespace rehearse::testing {

/// The differences between two models in words, of what was seen often enough: structures,
/// instances and failures 30 times, timeouts and retries 20. Estimates may be off by 4.5 standard
/// errors (once in 150,000 by chance) and by what the language cannot say more exactly.
std::vector<std::string> differences(const ModelSpec& truth, const ModelSpec& learned,
                                     const Seen& seen);

/// Both models, run alike: differences of p50 and p90 at the endpoints at which requests come in
/// of over 15 %, and of errors, beyond the noise of the runs and of what was seen.
std::vector<std::string> differences_of_runs(const LearnableScenario& truth,
                                             const ModelSpec& learned, const Seen& seen);

/// The numbers of a model that a recording tells more or less exactly, under names: shares of what
/// endpoints do, their mean work and errors, the rate of requests and the shares of endpoints in
/// them. Only those of which enough was seen: endpoints often, events of a share five times, and
/// five times not.
std::map<std::string, double> told_numbers(const ModelSpec& model, const ModelSpec& truth,
                                           const Seen& seen);

}  // namespace rehearse::testing
