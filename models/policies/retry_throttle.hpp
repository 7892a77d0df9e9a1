#pragma once

#include <cstdint>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "sim/expects.hpp"

namespace rehearse {

/// gRPC's retry throttling (proposal A6), kept by each instance of the caller for each callee
/// service: a bucket of `max_tokens`, full at first. An attempt that fails in a way that is tried
/// again takes one token out, a good one puts `token_ratio` back; retries are allowed while more
/// than half of the bucket is left.
struct RetryThrottleSpec {
  double max_tokens = 0;
  double token_ratio = 0;  // what is beyond three decimals is ignored, as by gRPC
  bool operator==(const RetryThrottleSpec&) const = default;
};

template <class Visitor, SpecOf<RetryThrottleSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"max_tokens",
               "The bucket, full at first; a failed attempt takes one token. Retries are allowed "
               "while more than half is left.",
               Need::required},
              spec.max_tokens, Number{0.001, 1'000});
  visitor.key({"token_ratio", "What a good answer puts back, in thousandths of a token at least.",
               Need::required},
              spec.token_ratio, Number{0.001, 1'000});
}

/// Whether an instance of a caller may retry at all. Without a spec: always. Counts thousandths of
/// tokens, so that sums are exact.
class RetryThrottle {
 public:
  /// What is missing from a full bucket, in thousandths of a token.
  struct Bucket {
    std::uint32_t missing = 0;
  };

  RetryThrottle() = default;
  explicit RetryThrottle(const RetryThrottleSpec& spec)
      : capacity_(thousandths(spec.max_tokens)), ratio_(thousandths(spec.token_ratio)) {
    expects(capacity_ > 0 && ratio_ > 0, "a bucket holds something and is filled again");
  }

  bool is_on() const { return capacity_ > 0; }
  void note_success(Bucket& bucket) const {
    bucket.missing = bucket.missing > ratio_ ? bucket.missing - ratio_ : 0;
  }
  void note_failure(Bucket& bucket) const {
    const std::uint32_t missing = bucket.missing + one_token;
    bucket.missing = missing < capacity_ ? missing : capacity_;
  }
  /// More than half of the bucket is left.
  bool allows(const Bucket& bucket) const {
    expects(bucket.missing <= capacity_, "no more is missing than there was");
    return !is_on() || 2 * std::uint64_t{bucket.missing} < capacity_;
  }

 private:
  static constexpr std::uint32_t one_token = 1000;
  /// Rounded down; the factor takes the rounding of a decimal that falls short of a whole back.
  static std::uint32_t thousandths(double tokens) {
    expects(tokens >= 0 && tokens <= 1000, "a bucket has at most a thousand tokens");
    return static_cast<std::uint32_t>(tokens * one_token * (1 + 0x1p-50));
  }

  std::uint32_t capacity_ = 0;
  std::uint32_t ratio_ = 0;
};

}  // namespace rehearse
