#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"
#include "models/values/endpoint_name.hpp"

namespace rehearse {

/// An endpoint that fails by itself more often, or less, when it calls some others.
struct UnevenErrors {
  struct Visits {
    std::uint64_t all = 0;
    std::uint64_t failed = 0;
    double percent() const { return 100 * static_cast<double>(failed) / static_cast<double>(all); }
  };
  std::uint32_t endpoint = 0;
  std::vector<std::uint32_t> callees;  // of the visits that differ; rising
  Visits with;                         // that call these and nobody else
  Visits others;
};

/// The probability of a table with the same sums that is as far out on the same side or farther,
/// times two, 1 at most: Fisher's exact test. Costs the smaller number of visits.
double p_value_of(const UnevenErrors::Visits& some, const UnevenErrors::Visits& others);

/// Looks at visits without a failed call that nobody gave up, by whom they call: a visit that fails
/// before it calls has done nothing that others do, so 30 good ones of each kind are asked for. Of
/// several kinds at an endpoint the least likely one is told, its p-value times their number; over
/// all endpoints one is told wrongly in one recording of a hundred (Holm).
std::vector<UnevenErrors> find_uneven_errors(const TraceForest& forest, const VisitTable& visits);

/// What the model does not say of them: it has one probability for all that an endpoint does.
std::vector<std::string> sentences(const std::vector<UnevenErrors>& found,
                                   const std::vector<EndpointName>& names);

}  // namespace rehearse
