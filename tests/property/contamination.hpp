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

/// One or more for each sign there is.
const std::vector<Contamination>& every_contamination();

}  // namespace rehearse::testing
