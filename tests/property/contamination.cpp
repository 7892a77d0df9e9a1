#include "tests/property/contamination.hpp"

namespace rehearse::testing {

std::vector<Contamination> every_contamination() {
  std::vector<Contamination> all = forged_spans();
  for (const auto& more : {unsteady_systems(), biased_samples()}) {
    all.insert(all.end(), more.begin(), more.end());
  }
  return all;
}

}  // namespace rehearse::testing
