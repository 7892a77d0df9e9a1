#pragma once

#include <cmath>
#include <cstdint>

#include "calibrate/readers/trace_id.hpp"
#include "sim/hash.hpp"

namespace rehearse {

/// To calibrate so many takes 7 GB, at the 240 bytes a span that were measured with a small shop.
constexpr std::uint64_t default_most_spans = 30'000'000;

/// Which traces are kept of more than there is room for: whole ones, by a hash of their ids, at
/// first all and half as many after each halving. Whoever is kept after a halving was kept before
/// it, so that the sample depends on how many halvings there were, and on nothing else.
class TraceSample {
 public:
  bool keeps(const TraceId& trace) const {
    return halvings_ == 0 || hash(trace) >> (64 - halvings_) == 0;
  }
  void halve() { ++halvings_; }
  void halve_to(int halvings) { halvings_ = halvings; }
  int halvings() const { return halvings_; }
  /// Of so many traces one is kept.
  double kept_one_in() const { return std::ldexp(1.0, halvings_); }

 private:
  /// By the lower half: some libraries keep no more of an id. Mixed, as samplers that saw the trace
  /// before may have decided by the bits of the id themselves.
  static std::uint64_t hash(const TraceId& trace) {
    return mixed(trace.low != 0 ? trace.low : trace.high);
  }

  int halvings_ = 0;
};

}  // namespace rehearse
