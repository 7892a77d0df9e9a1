// The caller's side of a call: balancing, retries, timeouts.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

Outcome run_of(const ModelSpec& model, double seconds, std::uint64_t replication = 0) {
  return run_replication(System(model, quiet(seconds)), {.study = 31, .replication = replication});
}

const RequestCounts& requests_of(const Outcome& outcome) {
  return outcome.intervals.front().workloads.front().counts;
}

std::uint64_t attempts_at(const Outcome& outcome, std::size_t endpoint = 0) {
  return outcome.intervals.front().endpoints[endpoint].counts.arrived;
}

RetrySpec patient_retry(int max_attempts, double base_backoff) {
  RetrySpec retry;
  retry.max_attempts = max_attempts;
  retry.base_backoff = Duration::rounded_seconds(base_backoff);
  retry.jitter = Jitter::none;
  retry.retry_on = {.five_xx = true};
  return retry;
}

/// Instances without a queue: whoever finds one busy is refused.
ModelSpec bulkheads(int instances, double work_seconds) {
  ModelSpec model = station(constant(work_seconds));
  model.services["station"].instances = instances;
  model.services["station"].queue.capacity = 0;
  return model;
}

ModelSpec failing(double work_seconds) {
  ModelSpec model = station(constant(work_seconds), std::nullopt);
  model.services["station"].endpoints["serve"].errors.percent = 100;
  return model;
}

}  // namespace

TEST_CASE("round robin goes from one instance to the next", "[models]") {
  std::vector<double> bursts_of_three;
  for (int i = 0; i < 300; ++i) bursts_of_three.push_back(0.02 * (i / 3));
  ModelSpec model = bulkheads(3, 0.01);
  WorkloadSpec& load = add_replay(model, bursts_of_three);

  CHECK(requests_of(run_of(model, 3)).ok == 300);
  load.calls["station"].load_balancer.policy = BalancingPolicy::random;
  CHECK(requests_of(run_of(model, 3)).refused > 30);
}

TEST_CASE("two draws with replacement meet the busier of two instances one time in four",
          "[models]") {
  const auto meets_the_busier = [](int choices) {
    ModelSpec model = bulkheads(2, 0.1);
    add_replay(model, {0, 0.01}).calls["station"].load_balancer = {BalancingPolicy::least_request,
                                                                   choices};
    return replicated(System(model, quiet(1)), 4'000, 32,
                      [](const Outcome& o) { return static_cast<double>(requests_of(o).refused); });
  };

  CHECK(agrees(meets_the_busier(2), 0.25));
  CHECK(agrees(meets_the_busier(3), 0.125));
  CHECK_FALSE(agrees(meets_the_busier(1), 0.25));
}

TEST_CASE("a random balancer spreads evenly", "[models]") {
  ModelSpec model = bulkheads(4, 0.1);
  add_replay(model, {0, 0.01}).calls["station"].load_balancer.policy = BalancingPolicy::random;

  const Estimate same = replicated(System(model, quiet(1)), 4'000, 33, [](const Outcome& o) {
    return static_cast<double>(requests_of(o).refused);
  });

  CHECK(agrees(same, 0.25));
}

TEST_CASE("the retry budget is a share of the calls under way, or a few", "[models]") {
  const auto attempts_with = [](std::size_t requests, RetryBudgetSpec budget) {
    ModelSpec model = failing(0.01);
    ClientSpec& client = add_replay(model, std::vector<double>(requests, 0)).calls["station"];
    client.retry = patient_retry(2, 0.005);
    client.retry_budget = budget;
    return attempts_at(run_of(model, 1));
  };

  CHECK(attempts_with(25, {20, 3}) == 25 + 5);
  CHECK(attempts_with(25, {20, 8}) == 25 + 8);
  CHECK(attempts_with(2, {20, 3}) == 2 + 2);
  CHECK(attempts_with(9, {20, 3}) == 9 + 3);
  CHECK(attempts_with(9, {100, 3}) == 9 + 9);
}

TEST_CASE("a throttled caller stops to retry while half of its bucket is gone", "[models]") {
  const auto attempts_with = [](double errors_percent, RetryThrottleSpec throttle) {
    ModelSpec model = failing(0.001);
    model.services["station"].endpoints["serve"].errors.percent = errors_percent;
    std::vector<double> instants;
    for (int i = 0; i < 20; ++i) instants.push_back(i);
    ClientSpec& client = add_replay(model, instants).calls["station"];
    client.retry = patient_retry(2, 0.005);
    client.retry_throttle = throttle;
    return attempts_at(run_of(model, 30));
  };

  // The fifth failure leaves half of ten tokens, which is not more than half.
  CHECK(attempts_with(100, {10, 0.1}) == 20 + 2);
  CHECK(attempts_with(100, {1000, 0.001}) == 20 + 20);
  CHECK(attempts_with(100, {1, 0.001}) == 20);
}

TEST_CASE("a throttle is not told when the time of a whole call is over", "[models]") {
  ModelSpec model = failing(0.001);
  ClientSpec& client = add_replay(model, {0, 0.1, 0.2, 0.3, 0.4, 2}).calls["station"];
  client.timeout = Duration::milliseconds(50);
  client.retry = patient_retry(2, 0.005);
  client.retry_throttle = RetryThrottleSpec{4, 0.001};
  FaultSpec delay = fault_at_station("delay", LatencyFault{constant(10)}, 0, 1);
  ExperimentSpec experiment = quiet(15);
  experiment.faults = {delay};

  const Outcome outcome = run_replication(System(model, experiment), {.study = 31});

  // Five such calls leave the bucket full: the sixth tries again.
  CHECK(requests_of(outcome).timed_out == 5);
  CHECK(attempts_at(outcome) == 5 + 2);
}

TEST_CASE("back-off doubles up to its maximum", "[models]") {
  ModelSpec model = failing(0);
  ClientSpec& client = add_replay(model, {0}).calls["station"];
  client.retry = patient_retry(4, 0.010);
  CHECK(slowest_request(run_of(model, 1)) == Approx(0.010 + 0.020 + 0.040).epsilon(1e-12));

  client.retry->max_backoff = Duration::milliseconds(25);
  CHECK(slowest_request(run_of(model, 1)) == Approx(0.010 + 0.020 + 0.025).epsilon(1e-12));
}

TEST_CASE("the default maximum of back-off is ten times its base", "[models]") {
  ModelSpec model = failing(0);
  add_replay(model, {0}).calls["station"].retry = patient_retry(6, 0.010);

  const double total = 0.010 + 0.020 + 0.040 + 0.080 + 0.100;
  CHECK(slowest_request(run_of(model, 1)) == Approx(total).epsilon(1e-12));
}

TEST_CASE("full jitter is uniform between nothing and the back-off", "[models]") {
  ModelSpec model = failing(0);
  ClientSpec& client = add_replay(model, {0}).calls["station"];
  client.retry = patient_retry(2, 0.010);
  client.retry->jitter = Jitter::full;
  double largest = 0;
  const Estimate half = replicated(System(model, quiet(1)), 2'000, 34, [&](const Outcome& o) {
    largest = std::max(largest, slowest_request(o));
    return slowest_request(o);
  });

  CHECK(agrees(half, 0.005));
  CHECK(largest < 0.010);
  // All of 2000 below 99 % of the range: 2e-9.
  CHECK(largest > 0.0099);
}

TEST_CASE("each attempt has its timeout, and the call has one of its own", "[models]") {
  ModelSpec model = station(constant(0.1), std::nullopt);
  ClientSpec& client = add_replay(model, {0}).calls["station"];
  client.retry = patient_retry(3, 0.010);
  client.retry->per_try_timeout = Duration::milliseconds(20);

  // Attempts from 0 to 20, 30 to 50 and 70 to 90 ms.
  Outcome outcome = run_of(model, 1);
  CHECK(requests_of(outcome).timed_out == 1);
  CHECK(slowest_request(outcome) == Approx(0.090).epsilon(1e-12));
  CHECK(attempts_at(outcome) == 3);

  client.timeout = Duration::milliseconds(60);  // in a back-off
  outcome = run_of(model, 1);
  CHECK(slowest_request(outcome) == Approx(0.060).epsilon(1e-12));
  CHECK(attempts_at(outcome) == 2);

  client.timeout = Duration::milliseconds(45);  // in an attempt
  CHECK(slowest_request(run_of(model, 1)) == Approx(0.045).epsilon(1e-12));
}

TEST_CASE("the answer to an attempt that was given up comes too late", "[models]") {
  ModelSpec model = station(constant(0.025), std::nullopt);
  ClientSpec& client = add_replay(model, {0}).calls["station"];
  client.retry = patient_retry(2, 0.001);
  client.retry->per_try_timeout = Duration::milliseconds(20);

  const Outcome outcome = run_of(model, 1);

  CHECK(requests_of(outcome).timed_out == 1);
  CHECK(outcome.intervals.front().endpoints.front().counts.ok == 2);
}

TEST_CASE("only what retry_on names is tried again", "[models]") {
  const auto attempts_on = [](RetryOn on) {
    ModelSpec model = failing(0.001);
    ClientSpec& client = add_replay(model, {0}).calls["station"];
    client.retry = patient_retry(3, 0.001);
    client.retry->retry_on = on;
    return attempts_at(run_of(model, 1));
  };

  CHECK(attempts_on({.five_xx = true}) == 3);
  CHECK(attempts_on({.gateway_error = true, .connect_failure = true, .reset = true}) == 1);
}

TEST_CASE("a request and its answer each take the network's time", "[models]") {
  ModelSpec model = station(constant(0.010));
  model.network.latency = constant(0.003);
  model.network.latency.minimum = Duration::milliseconds(1);
  add_replay(model, {0});

  CHECK(slowest_request(run_of(model, 1)) == Approx(0.018).epsilon(1e-12));
}

TEST_CASE("a call whose backoff ends with its time makes no more attempts", "[models]") {
  for (const int at_once : {1, 30, 100, 3000}) {
    INFO(at_once << " calls at once");
    ModelSpec model = station(constant(1), std::nullopt);
    ClientSpec& client = add_replay(model, std::vector<double>(at_once, 0.5)).calls["station"];
    client.timeout = Duration::milliseconds(200);
    client.retry = patient_retry(3, 0.1);
    client.retry->per_try_timeout = Duration::milliseconds(100);

    const Outcome outcome = run_of(model, 3);

    CHECK(attempts_at(outcome) == static_cast<std::uint64_t>(at_once));
    CHECK(requests_of(outcome).timed_out == static_cast<std::uint64_t>(at_once));
  }
}

TEST_CASE("users who think and work as one go on for ever", "[models]") {
  ModelSpec model = station(constant(0.01), std::nullopt);
  WorkloadSpec& users = model.workloads["users"];
  users.arrivals = ClosedLoopSpec{100, constant(1)};
  users.mix[{"station", "serve"}] = 1;

  // Each asks at 1 s, 2.01 s, ..., 10.09 s.
  CHECK(requests_of(run_of(model, 10.5)).ok == 1000);
}

TEST_CASE("a call may have a timeout in place of the client's", "[models]") {
  const auto latency_with = [](std::optional<Duration> of_first,
                               std::optional<Duration> of_client) {
    ModelSpec model = station(constant(0.010), std::nullopt);
    CallSpec first;
    first.endpoint = {"station", "serve"};
    first.on_error = OnError::ignore;
    first.timeout = of_first;
    CallSpec second = first;
    second.timeout.reset();
    ServiceSpec& front = add_service(model, "front", {{first}, {second}}, std::nullopt);
    front.calls["station"].timeout = of_client;
    add_replay(model, {0}, "front");
    return run_of(model, 1).intervals.front().workloads.front().latency.mean_seconds();
  };
  const Duration short_time = Duration::milliseconds(4);
  const Duration long_time = Duration::milliseconds(50);
  CHECK(latency_with({}, {}) == Approx(0.020));
  CHECK(latency_with(short_time, {}) == Approx(0.014));
  CHECK(latency_with({}, short_time) == Approx(0.008));
  CHECK(latency_with(long_time, short_time) == Approx(0.014));
  CHECK(latency_with(short_time, long_time) == Approx(0.014));
}

TEST_CASE("a share of the failures of a call does no harm", "[models]") {
  const auto failed_with = [](double tolerated, bool at_once) {
    ModelSpec model = station(constant(0.001), std::nullopt);
    model.services.at("station").endpoints.at("serve").errors.percent = 50;
    CallSpec call;
    call.endpoint = {"station", "serve"};
    call.tolerated = tolerated;
    StepSequence steps = {{call}};
    if (at_once) steps = {{ParallelSpec{{{{call}}, {{call}}}, std::nullopt}}};
    add_service(model, "front", steps, std::nullopt);
    add_replay(model, std::vector<double>(10'000, 0.0), "front");
    const RequestCounts counts = requests_of(run_of(model, 1));
    return static_cast<double>(counts.errors()) / 10'000;
  };
  // Within 4.5 standard errors of a share of 10,000.
  const auto about = [](double share) {
    return Approx(share).margin(4.5 * std::sqrt(share * (1 - share) / 10'000));
  };
  CHECK(failed_with(0, false) == about(0.5));
  CHECK(failed_with(0.3, false) == about(0.35));
  CHECK(failed_with(1, false) == 0);
  CHECK(failed_with(0.3, true) == about(1 - 0.65 * 0.65));
}
