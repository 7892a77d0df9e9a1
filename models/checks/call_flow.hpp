#pragma once

#include <cstddef>
#include <vector>

/// How often things happen that cause one another: arithmetic of expected calls, on indices.
namespace rehearse {

/// What a visit of one endpoint causes at another.
struct CausedVisits {
  std::size_t to = 0;
  double times = 0;       // a visit, on average
  std::size_t tally = 0;  // where calls are counted: whoever asks says what that is
};

/// [endpoint]: what a visit there causes.
using CausedByVisit = std::vector<std::vector<CausedVisits>>;

/// Strongly connected parts, callees before callers; each part in rising order. By Tarjan's
/// algorithm with a stack of its own, since chains of a hundred thousand services exist.
std::vector<std::vector<std::size_t>> connected_parts(const CausedByVisit& caused);

/// Whether what begins in this part comes back to it.
bool is_cyclic(const CausedByVisit& caused, const std::vector<std::size_t>& part);

struct CallFlow {
  std::vector<double> visits;  // [endpoint]
  std::vector<double> calls;   // [tally]
};

/// All visits that those which come from outside (`fresh`, by endpoint) cause in the end, their own
/// included. Exact where nothing comes back to where it began. Feedback is followed until hardly
/// any is left; what dies out more slowly than a thousand rounds is summed as the geometric series
/// that it has become. Expects that it does die out, which `find_mistakes` sees to.
CallFlow follow_calls(const CausedByVisit& caused, std::vector<double> fresh, std::size_t tallies);

}  // namespace rehearse
