#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <vector>

#include "models/checks/call_flow.hpp"
#include "models/specs/model_spec.hpp"
#include "models/specs/step_spec.hpp"
#include "models/values/endpoint_name.hpp"

namespace rehearse {

/// How an endpoint goes about a call: waits for it alone, beside others, or not at all; or makes it
/// only when another one has failed.
enum class Manner { awaited, parallel, spawned, fallback };

/// The calls of one manner that one endpoint makes to another.
struct MeanCall {
  std::size_t to = 0;
  Manner manner = Manner::awaited;
  double times = 0;          // a visit, on average; of a fallback: as if all of them were taken
  bool at_most_once = true;  // in a visit: `times` is a probability
};

/// Who calls whom, and how often as planned: without retries, errors and faults.
struct CallGraph {
  std::vector<EndpointName> endpoints;       // in rising order
  std::vector<std::vector<MeanCall>> calls;  // [endpoint], in the order of first mention
  std::vector<double> steps;                 // [endpoint]: a visit, on average

  std::optional<std::size_t> find(const EndpointName& name) const;
};

/// Calls of endpoints that do not exist are left out.
CallGraph call_graph_of(const ModelSpec& model);

/// What is expected of it: fallbacks and calls that are never made are left out, manners are not
/// told apart. Tallies are zero.
CausedByVisit caused_by(const CallGraph& graph);

/// Of the requests of a workload, the share that asks for each endpoint: by the mix, or as
/// recorded.
std::map<EndpointName, double> shares_asked(const WorkloadSpec& workload);

/// Requests per second, where that is one number: neither stages, nor a recording that ends, nor
/// users who wait for answers have one.
std::optional<double> arrival_rate(const ArrivalsSpec& arrivals);

/// One line of a drawing of calls as a tree.
struct CallTreeLine {
  enum class Seen { never, above, cycle };  // a cycle: it is being drawn itself
  std::size_t depth = 0;
  std::size_t endpoint = 0;
  std::optional<std::size_t> caller;  // none: at the root
  MeanCall call;                      // if there is a caller
  Seen seen = Seen::never;            // what was seen is not expanded again
};

/// The tree below one endpoint; `seen` by endpoint remembers what other trees have shown. Takes a
/// line for each call of what is drawn for the first time.
std::vector<CallTreeLine> call_tree(const CallGraph& graph, std::size_t root,
                                    std::vector<CallTreeLine::Seen>& seen);

}  // namespace rehearse
