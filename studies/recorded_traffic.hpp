#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/values/endpoint_name.hpp"

namespace rehearse {

/// One visit of an endpoint, as it was recorded.
struct RecordedAnswer {
  double seconds = 0;
  double weight = 1;  // with those that sampling left out
  bool good = true;
};

/// An endpoint at which requests come in from outside.
struct RecordedEntrance {
  EndpointName endpoint;
  double per_second = 0;                // of requests from outside
  std::vector<RecordedAnswer> answers;  // of all its visits, in the order in which they began
};

/// What users asked for and got in a recording.
struct RecordedTraffic {
  std::vector<RecordedEntrance> entrances;  // by endpoint
  std::uint64_t requests = 0;               // from outside
  double seconds = 0;                       // over which they came, pauses left out
  double per_second = 0;                    // 0: not to be told
  bool sampled = false;                     // some stand for several
  std::vector<std::string> warnings;        // what speaks against taking it for one piece
};

}  // namespace rehearse
