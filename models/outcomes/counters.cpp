#include "models/outcomes/counters.hpp"

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
  return {arrived - other.arrived, finished - other.finished, errors - other.errors,
          calls - other.calls, retries - other.retries};
}

}  // namespace rehearse
