#include "studies/untried_failures.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/checks/untried_failures.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

/// What the arm says about the edges of a model, by endpoints of the callee.
class Measured {
 public:
  Measured(const ModelSpec& model, const ArmRecord& arm)
      : model_(model), arm_(arm), run_(arm.totals().front()) {}

  bool was_asked(const std::string& service) const {
    return any(service, [](const EndpointName&, const RequestTotals& totals) {
      return totals.counts.arrived > 0;
    });
  }

  /// An answer that came too late for the caller is a failure to it, and none to the callee.
  bool failed(const UntriedEdge& edge) const {
    const Duration patient = patience(model_, edge.caller, edge.callee);
    return any(edge.callee, [&](const EndpointName& name, const RequestTotals& totals) {
      if (!edge.operations.contains(name.operation)) return false;
      const RequestCounts& counts = totals.counts;
      const bool too_late = totals.latency.count() > 0 && totals.latency.maximum() >= patient;
      const bool given_up = patient < Duration::longest() && counts.cancelled > 0;
      return too_late || given_up || counts.errors() > counts.unfinished;
    });
  }

 private:
  template <class Holds>
  bool any(const std::string& service, const Holds& holds) const {
    for (std::size_t i = 0; i < run_.endpoints.size(); ++i) {
      const EndpointName& name = arm_.layout.endpoints[i].name;
      if (name.service == service && holds(name, run_.endpoints[i])) return true;
    }
    return false;
  }

  const ModelSpec& model_;
  const ArmRecord& arm_;
  IntervalTotals run_;
};

}  // namespace

std::vector<FailureNeverRecorded> failures_never_recorded(const ModelSpec& model,
                                                          const ExperimentSpec& experiment,
                                                          const ArmRecord& arm) {
  std::vector<FailureNeverRecorded> found;
  const std::vector<UntriedEdge> edges = untried_edges(model);
  if (edges.empty()) return found;
  const Measured measured(model, arm);
  for (const UntriedEdge& edge : edges) {
    if (!measured.was_asked(edge.caller)) continue;
    const bool met = std::any_of(
        experiment.faults.begin(), experiment.faults.end(),
        [&](const FaultSpec& fault) { return makes_fail(fault, edge, model, experiment); });
    if (met || measured.failed(edge)) found.push_back({edge.caller, edge.callee, edge.recorded});
  }
  return found;
}

std::string text_of(const FailureNeverRecorded& untried) {
  return fmt::format("{} -> {} ({})", untried.caller, untried.callee,
                     counted(untried.recorded_calls, "good call"));
}

}  // namespace rehearse
