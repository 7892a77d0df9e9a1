#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "calibrate/readers/span.hpp"
#include "sim/random/random_stream.hpp"

/// Recordings that bear a sign, and their twins that look alike and bear none.
namespace rehearse::testing {

struct Contamination {
  std::string sign;  // as the audit calls it
  std::string name;  // what was done
  void (*spoil)(SpanSet& spans, RandomStream& luck);
  void (*spoil_twin)(SpanSet& spans, RandomStream& luck);  // the neutral one
};

/// Written, or written again, by a hand or a program.
std::vector<Contamination> forged_spans();
/// Recorded as it was, of a system that was not itself.
std::vector<Contamination> unsteady_systems();
/// A part of what happened, and no random one.
std::vector<Contamination> biased_samples();

/// One or more for each sign there is.
std::vector<Contamination> every_contamination();

}  // namespace rehearse::testing
