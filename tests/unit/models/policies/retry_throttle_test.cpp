#include "models/policies/retry_throttle.hpp"

#include <catch2/catch.hpp>

namespace rehearse {
namespace {

using Bucket = RetryThrottle::Bucket;

void fail(const RetryThrottle& throttle, Bucket& bucket, int times) {
  for (int i = 0; i < times; ++i) throttle.note_failure(bucket);
}

void succeed(const RetryThrottle& throttle, Bucket& bucket, int times) {
  for (int i = 0; i < times; ++i) throttle.note_success(bucket);
}

}  // namespace

TEST_CASE("without a throttle every retry is allowed", "[models]") {
  CHECK_FALSE(RetryThrottle().is_on());
  CHECK(RetryThrottle().allows(Bucket{}));
}

TEST_CASE("retries are allowed while more than half of the bucket is left", "[models]") {
  const RetryThrottle throttle({.max_tokens = 10, .token_ratio = 0.1});
  Bucket bucket;

  fail(throttle, bucket, 4);
  CHECK(throttle.allows(bucket));
  fail(throttle, bucket, 1);
  CHECK_FALSE(throttle.allows(bucket));  // five of ten are not more than half
  succeed(throttle, bucket, 1);
  CHECK(throttle.allows(bucket));
}

TEST_CASE("a bucket is never emptier than empty, nor fuller than full", "[models]") {
  const RetryThrottle throttle({.max_tokens = 2, .token_ratio = 0.5});
  Bucket bucket;

  fail(throttle, bucket, 1000);
  succeed(throttle, bucket, 2);
  CHECK_FALSE(throttle.allows(bucket));
  succeed(throttle, bucket, 1);
  CHECK(throttle.allows(bucket));
  succeed(throttle, bucket, 1000);
  fail(throttle, bucket, 1);
  CHECK_FALSE(throttle.allows(bucket));
}

TEST_CASE("what is beyond three decimals is ignored, and decimals are exact", "[models]") {
  const RetryThrottle throttle({.max_tokens = 1.0009, .token_ratio = 0.0019});
  Bucket bucket;
  fail(throttle, bucket, 1);
  succeed(throttle, bucket, 500);
  CHECK_FALSE(throttle.allows(bucket));  // 500 thousandths of 1000 are back
  succeed(throttle, bucket, 1);
  CHECK(throttle.allows(bucket));

  const RetryThrottle third({.max_tokens = 0.57, .token_ratio = 0.29});
  Bucket other;
  fail(third, other, 1);
  succeed(third, other, 1);
  CHECK(third.allows(other));  // 290 of 570 are more than half: 0.29 is not 0.28999
}

TEST_CASE("a bucket that cannot be is a bug", "[models]") {
  CHECK_THROWS_AS(RetryThrottle({.max_tokens = 0, .token_ratio = 1}), ContractViolation);
  CHECK_THROWS_AS(RetryThrottle({.max_tokens = 1, .token_ratio = 0}), ContractViolation);
  CHECK_THROWS_AS(RetryThrottle({.max_tokens = 1001, .token_ratio = 1}), ContractViolation);
  CHECK_THROWS_AS(RetryThrottle({.max_tokens = 1, .token_ratio = 1}).allows({.missing = 1001}),
                  ContractViolation);
}

}  // namespace rehearse
