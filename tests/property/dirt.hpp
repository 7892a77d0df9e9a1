#pragma once

#include <string>
#include <vector>

#include "calibrate/readers/span.hpp"
#include "sim/random/random_stream.hpp"

/// What happens to spans between a service and a file.
namespace rehearse::testing {

/// One kind of dirt.
struct Dirt {
  std::string name;
  void (*spoil)(SpanSet& spans, RandomStream& luck);
  /// The account names it by one of these, if at all.
  std::vector<std::string> words;
};

/// Every kind there is: records written twice, lost spans, lost names of parents, clocks that
/// differ or are coarse, records cut where the caller gave up, sampling by how requests ended, and
/// instances that others took the place of.
const std::vector<Dirt>& every_dirt();

}  // namespace rehearse::testing
