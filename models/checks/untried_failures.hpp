#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// A caller that awaits answers of a callee, and fails here when a call of it does, because nobody
/// recorded what it does then: some ignore it, and users notice nothing.
struct UntriedEdge {
  std::string caller;
  std::string callee;
  std::uint64_t recorded = 0;        // calls, all of them good
  std::set<std::string> operations;  // of the callee, by calls that fail the caller
};

/// The edges of which the evidence says so (services.A.calls.B.on_error is assumed). Not those of
/// which every call says `ignore` or `fallback`: that is a word of the person who wrote it.
std::vector<UntriedEdge> untried_edges(const ModelSpec& model);

/// Whether the fault makes calls along the edge fail: it kills instances of the callee, takes away
/// the zone of some, or aborts what the caller asks for. Faults that only delay are not among them:
/// what they make fail shows in what is measured.
bool makes_fail(const FaultSpec& fault, const UntriedEdge& edge, const ModelSpec& model,
                const ExperimentSpec& experiment);

/// The shortest time that a caller grants an attempt or a call; Duration::longest(): as long as it
/// takes. Expects a service of the model as the caller.
Duration patience(const ModelSpec& model, const std::string& caller, const std::string& callee);

}  // namespace rehearse
