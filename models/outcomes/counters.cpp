#include "models/outcomes/counters.hpp"

#include "sim/expects.hpp"

namespace rehearse {

Counters& Counters::operator+=(const Counters& other) {
  arrived += other.arrived;
  finished += other.finished;
  errors += other.errors;
  calls += other.calls;
  retries += other.retries;
  return *this;
}

Counters Counters::operator-(const Counters& other) const {
  expects(arrived >= other.arrived && finished >= other.finished && errors >= other.errors &&
              calls >= other.calls && retries >= other.retries,
          "counters only grow: what is taken away was counted before");
  return {arrived - other.arrived, finished - other.finished, errors - other.errors,
          calls - other.calls, retries - other.retries};
}

}  // namespace rehearse
