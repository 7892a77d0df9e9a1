#include "sim/expects.hpp"

namespace rehearse {

void report_violation(const char* sentence) {
  throw ContractViolation(sentence);
}

}  // namespace rehearse
