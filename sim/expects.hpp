#pragma once

#include <stdexcept>

namespace rehearse {

/// A bug of rehearse itself, found by a contract. Only `main` catches it.
class ContractViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

[[noreturn, gnu::cold]] void report_violation(const char* sentence);

/// States a contract; on in release builds too, because a wrong number is worse than none.
/// Throws ContractViolation with the sentence when `condition` is false.
constexpr void expects(bool condition, const char* sentence) {
  if (!condition) [[unlikely]] {
    report_violation(sentence);
  }
}

}  // namespace rehearse
