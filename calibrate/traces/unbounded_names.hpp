#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Names of operations of one service that hold values, as far as they are alike.
struct UnboundedNames {
  std::string service;
  std::string name;  // that all have now; empty: they are not alike, and were left as they are
  std::uint64_t names = 0;
};

/// The name with its values left out: UUIDs, numbers, hexadecimal texts of 8 digits or more, and
/// words of letters and digits mixed become "{id}"; of "user42" the number does.
std::string name_template(std::string_view name);

/// Operations of a service that differ in a value only become one, where there are at least 10 of
/// them with fewer than 30 spans each, or 100: "step 1" to "step 9" are bounded. What stays with
/// more than 100 operations of fewer than 3 spans each is only told. Expects normalised spans and
/// leaves them so.
std::vector<UnboundedNames> bound_names(SpanSet& set);

}  // namespace rehearse
