#include "models/policies/retry.hpp"

#include <catch2/catch.hpp>

#include "sim/expects.hpp"
#include "tests/support/scripted_stream.hpp"

namespace rehearse {
namespace {

using testing::ScriptedStream;

Retry on(RetryOn conditions) {
  RetrySpec spec;
  spec.max_attempts = 3;
  spec.retry_on = conditions;
  return Retry(spec);
}

RetrySpec doubling(Jitter jitter) {
  RetrySpec spec;
  spec.max_attempts = 100;
  spec.base_backoff = Duration::milliseconds(25);
  spec.max_backoff = Duration::milliseconds(150);
  spec.jitter = jitter;
  return spec;
}

}  // namespace

TEST_CASE("without a spec nothing is tried again", "[models]") {
  CHECK_FALSE(Retry().wants(Status::unreachable, 1));
}

TEST_CASE("so many attempts are made, the first included", "[models]") {
  CHECK(on({.five_xx = true}).wants(Status::failed, 2));
  CHECK_FALSE(on({.five_xx = true}).wants(Status::failed, 3));
}

TEST_CASE("each condition means what it means in Envoy", "[models]") {
  struct Row {
    Status status;
    bool five_xx, gateway_error, connect_failure, reset;
  };
  for (const Row& row : {Row{Status::failed, true, false, false, false},
                         Row{Status::refused, true, true, false, false},
                         Row{Status::aborted, true, true, false, false},
                         Row{Status::unreachable, true, true, true, true},
                         Row{Status::lost, true, true, false, true},
                         Row{Status::timed_out, true, true, false, true}}) {
    CAPTURE(static_cast<int>(row.status));
    CHECK(on({.five_xx = true}).wants(row.status, 1) == row.five_xx);
    CHECK(on({.gateway_error = true}).wants(row.status, 1) == row.gateway_error);
    CHECK(on({.connect_failure = true}).wants(row.status, 1) == row.connect_failure);
    CHECK(on({.reset = true}).wants(row.status, 1) == row.reset);
  }
}

TEST_CASE("what was not permitted is tried again only where that is said", "[models]") {
  const RetryOn every_other{
      .five_xx = true, .gateway_error = true, .connect_failure = true, .reset = true};
  CHECK_FALSE(on(every_other).wants(Status::not_permitted, 1));
  CHECK(on({.not_permitted = true}).wants(Status::not_permitted, 1));
  CHECK_FALSE(on({.not_permitted = true}).wants(Status::failed, 1));
}

TEST_CASE("back-off doubles up to its end, without a draw where there is no jitter", "[models]") {
  const Retry retry(doubling(Jitter::none));
  const auto after = [&](std::uint32_t attempts) {
    return retry.backoff(attempts, ScriptedStream({}));
  };

  CHECK(after(1) == Duration::milliseconds(25));
  CHECK(after(2) == Duration::milliseconds(50));
  CHECK(after(3) == Duration::milliseconds(100));
  CHECK(after(4) == Duration::milliseconds(150));
  CHECK(after(1'000'000) == Duration::milliseconds(150));
}

TEST_CASE("full jitter is uniform below the back-off, by one draw", "[models]") {
  const Retry retry(doubling(Jitter::full));

  CHECK(retry.backoff(2, ScriptedStream({0.5})) == Duration::milliseconds(25));
  CHECK(retry.backoff(9, ScriptedStream({0.1})) == Duration::milliseconds(15));
  CHECK_THROWS_AS(retry.backoff(2, ScriptedStream({})), ContractViolation);
}

TEST_CASE("doubling ends at ten times the first back-off where nothing is said", "[models]") {
  RetrySpec spec = doubling(Jitter::none);
  spec.max_backoff.reset();

  CHECK(Retry(spec).backoff(50, ScriptedStream({})) == Duration::milliseconds(250));
}

TEST_CASE("a retry without a failed attempt is a bug", "[models]") {
  const Retry retry(doubling(Jitter::none));

  CHECK_THROWS_AS(retry.wants(Status::ok, 1), ContractViolation);
  CHECK_THROWS_AS(retry.wants(Status::cancelled, 1), ContractViolation);
  CHECK_THROWS_AS(retry.backoff(0, ScriptedStream({})), ContractViolation);
  RetrySpec none;
  none.max_attempts = 0;
  CHECK_THROWS_AS(Retry(none), ContractViolation);
}

}  // namespace rehearse
