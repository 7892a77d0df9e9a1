#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "calibrate/learn/arrivals.hpp"
#include "calibrate/learn/network.hpp"
#include "calibrate/traces/visits.hpp"
#include "models/specs/service_spec.hpp"

namespace rehearse {

/// One visit to a service, in nanoseconds.
struct RecordedStay {
  std::int64_t start = 0;
  std::int64_t end = 0;
  double work = 0;    // of the service itself: the stay without its calls
  double weight = 1;  // visits that this one stands for, with those that sampling left out
  auto operator<=>(const RecordedStay&) const = default;
};

/// The stays at each service. `work`: nanoseconds, by visit. Good calls whose server span was lost
/// are stays too, in the middle of the client's span and as long as the endpoint's others; so are
/// calls to peers, whose client spans are all theirs. What a caller spends before its calls (see
/// NetworkFacts) is work of the caller, as it is in the model.
std::map<NameId, std::vector<RecordedStay>> find_stays(const TraceForest& forest,
                                                       const VisitTable& table,
                                                       const NetworkFacts& network,
                                                       const std::vector<double>& work);

/// The highest load seen in windows of 10 s, cut from the front of each stretch, in which at least
/// 30 stays began; what remains at the end of a stretch is no window. The mean over all stretches
/// where there is no such window. A stay's work counts where it began, its presence where it was:
/// what lies outside is cut off. Nothing when no stay began within the recording, or when that has
/// no length. Costs n log n, however long the recording. Expects at least one instance.
std::optional<HighestRecorded> highest_recorded(std::vector<RecordedStay> stays,
                                                const std::vector<Stretch>& stretches,
                                                int instances);

}  // namespace rehearse
