#include "models/outcomes/counters.hpp"

#include "sim/expects.hpp"

namespace rehearse {

Counters& Counters::operator+=(const Counters& other) {
  arrived += other.arrived;
  finished += other.finished;
  errors += other.errors;
  calls += other.calls;
  retries += other.retries;
  unsent += other.unsent;
  return *this;
}

Counters Counters::operator-(const Counters& other) const {
  expects(arrived >= other.arrived && finished >= other.finished && errors >= other.errors &&
              calls >= other.calls && retries >= other.retries && unsent >= other.unsent,
          "counters only grow: what is taken away was counted before");
  return {arrived - other.arrived, finished - other.finished, errors - other.errors,
          calls - other.calls,     retries - other.retries,   unsent - other.unsent};
}

}  // namespace rehearse
