#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/learn/closed_loop.hpp"
#include "calibrate/learn/lost_roots.hpp"
#include "calibrate/traces/visits.hpp"
#include "models/specs/workload_spec.hpp"

namespace rehearse {

/// A part of the recording without a pause, in nanoseconds since 1970; `to` is outside.
struct Stretch {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool operator==(const Stretch&) const = default;
};

/// When and where requests came in from outside.
struct ArrivalFacts {
  std::uint64_t requests = 0;     // roots, and what stands at the top of traces without one
  std::uint64_t begun_below = 0;  // of these, below a parent that was not recorded
  std::uint64_t roots_lost = 0;   // tops of traces without a root that were no requests
  LostRoots lost;  // requests that `requests` lacks, and `per_second` and `mix` do not
  double adjusted_requests = 0;  // with those that sampling left out
  double seconds = 0;            // over which they came, pauses left out
  std::uint64_t pauses = 0;      // of the recording
  double per_second = 0;         // 0: not to be told
  std::int64_t first = 0;        // nanoseconds since 1970, as recorded
  std::int64_t last = 0;
  std::vector<Stretch> stretches;       // rising; together `seconds` long
  std::map<std::uint32_t, double> mix;  // by endpoint, in requests seen
  std::vector<std::uint32_t> visits;    // of requests: indices into VisitTable::visits
  bool only_orphans = false;            // no trace has a root: orphans were taken for roots
  /// The coefficient of variation of the gaps: 1 for a Poisson process.
  double gaps_vary_by = 1;
  /// Where requests come in batches at once: [i], how many batches of i.
  std::vector<double> batch_sizes;
  /// Where requests come from users who wait.
  std::optional<ClosedLoop> closed_loop;

  double mean_batch() const;
  /// Whether the gaps vary as those of a Poisson process do, within four standard errors and 30 %.
  bool may_be_poisson() const;
};

/// A trace without any root begins at its topmost endpoints: a gateway or a browser before them was
/// not recorded. Where an endpoint is called by recorded callers more often, in traces with a root,
/// than it stands at such a top, it is no way in: the root was lost, and the request is counted
/// where what is left tells at which endpoint it came in (`LostRoots`).
///
/// A gap of over 10 s and 50 times the mean one is a pause of the recording, not of the users. The
/// rate counts n - 1 gaps for n requests, and is scaled by the sampling probability. Requests come
/// in batches when a quarter of 30 gaps or more are below a hundredth of the mean gap: that is more
/// than chance and the grain of the clock explain. Users who wait are looked for in recordings
/// without sampling, without pauses and without lost roots.
ArrivalFacts study_arrivals(const TraceForest& forest, const VisitTable& table);

/// How requests come in the model.
ArrivalsSpec arrivals_of(const ArrivalFacts& facts);

/// How that is known, for the evidence.
std::string arrivals_note(const ArrivalFacts& facts);

/// How requests come in words, and what in the recording speaks against it.
std::string arrivals_sentence(const ArrivalFacts& facts);

/// "2022-08-23T14:30:10Z/PT59.8S"
std::string window_text(std::int64_t start, std::int64_t end);

/// The path of the one number in learned arrivals that people change: "poisson.rate".
std::string number_in(const ArrivalsSpec& learned);

}  // namespace rehearse
