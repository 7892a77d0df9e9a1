#include "calibrate/audit/signs/sign.hpp"

#include <algorithm>

#include "sim/duration_text.hpp"

namespace rehearse {

std::string moment_text(const Recording& recording, std::int64_t at) {
  const std::int64_t since = std::max<std::int64_t>(at - recording.arrivals.first, 0);
  return rounded_duration_text(static_cast<double>(since) * 1e-9) + " after the first request";
}

}  // namespace rehearse
