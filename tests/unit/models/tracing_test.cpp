// What is handed over of requests that are traced.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "models/plan/plan.hpp"
#include "models/run/traced_span.hpp"
#include "models/traced_replication.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

using Kind = TracedSpan::Kind;
using Spans = std::vector<TracedSpan>;

struct Traced {
  std::vector<Spans> requests;
  TracedReplication replication;
};

Traced trace(const ModelSpec& model, const ExperimentSpec& experiment,
             const TraceChoice& choice = {}) {
  const System system(model, experiment);
  Traced traced;
  traced.replication = trace_replication(system, {.study = 7}, choice, [&](const Spans& request) {
    traced.requests.push_back(request);
  });
  return traced;
}

/// The spans of a model's only request.
Spans spans_of(const ModelSpec& model, const ExperimentSpec& experiment = quiet(1)) {
  const Traced traced = trace(model, experiment);
  REQUIRE(traced.requests.size() == 1);
  return traced.requests.front();
}

/// In the order in which they began.
Spans of_kind(const Spans& spans, Kind kind) {
  Spans found;
  std::copy_if(spans.begin(), spans.end(), std::back_inserter(found),
               [&](const TracedSpan& span) { return span.kind == kind; });
  std::stable_sort(found.begin(), found.end(),
                   [](const TracedSpan& a, const TracedSpan& b) { return a.start < b.start; });
  return found;
}

TracedSpan top_of(const Spans& spans) {
  const auto top = std::find_if(spans.begin(), spans.end(),
                                [](const TracedSpan& span) { return span.parent == 0; });
  REQUIRE(top != spans.end());
  return *top;
}

/// What the callee made of an attempt; nothing, where it recorded nothing.
std::optional<TracedSpan> callee_of(const Spans& spans, const TracedSpan& attempt) {
  for (const TracedSpan& span : spans) {
    if (span.parent == attempt.id) return span;
  }
  return std::nullopt;
}

double from(const TracedSpan& span) {
  return span.start.since_start().in_seconds();
}
double until(const TracedSpan& span) {
  return span.end.since_start().in_seconds();
}

std::vector<Status> statuses(const Spans& spans) {
  std::vector<Status> found;
  for (const TracedSpan& span : spans) found.push_back(span.status);
  return found;
}

/// One request, half a second after the start, to "shop", which performs these steps; "stock" works
/// 20 ms. Messages take no time.
ModelSpec shop(StepSequence steps) {
  ModelSpec model;
  add_service(model, "shop", std::move(steps));
  add_service(model, "stock", {work(constant(0.020))});
  add_replay(model, {0.5}, "shop");
  return model;
}

RetrySpec three_attempts() {
  RetrySpec retry;
  retry.max_attempts = 3;
  retry.base_backoff = Duration::milliseconds(10);
  retry.jitter = Jitter::none;
  retry.retry_on = {.five_xx = true};
  return retry;
}

}  // namespace

TEST_CASE("a call is seen from both sides, a user from one", "[models]") {
  ModelSpec model = shop({work(constant(0.010)), call("stock")});
  model.network.latency = constant(0.001);

  const Spans spans = spans_of(model);

  REQUIRE(spans.size() == 3);
  const TracedSpan top = top_of(spans);
  const TracedSpan client = of_kind(spans, Kind::client).at(0);
  const TracedSpan callee = of_kind(spans, Kind::server).at(1);
  CHECK(top.kind == Kind::server);
  CHECK(top.workload == 0);
  CHECK(client.parent == top.id);
  CHECK(callee.parent == client.id);
  CHECK(client.instance == top.instance);
  CHECK(callee.instance != top.instance);
  CHECK(client.endpoint == callee.endpoint);
  CHECK(from(top) == Approx(0.501).epsilon(1e-12));
  CHECK(from(client) == Approx(0.511).epsilon(1e-12));
  CHECK(from(callee) == Approx(0.512).epsilon(1e-12));
  CHECK(until(callee) == Approx(0.532).epsilon(1e-12));
  CHECK(until(client) == Approx(0.533).epsilon(1e-12));
  CHECK(until(top) == Approx(0.533).epsilon(1e-12));
  for (const TracedSpan& span : spans) {
    CHECK(span.trace == top.trace);
    CHECK(span.status == Status::ok);
  }
}

TEST_CASE("attempts of a call are siblings", "[models]") {
  ModelSpec model = shop({call("stock")});
  model.services["stock"].endpoints["serve"].errors.percent = 100;
  model.services["shop"].calls["stock"].retry = three_attempts();

  const Spans spans = spans_of(model);

  const Spans attempts = of_kind(spans, Kind::client);
  REQUIRE(attempts.size() == 3);
  const TracedSpan top = top_of(spans);
  for (std::uint32_t i = 0; i < 3; ++i) {
    CHECK(attempts[i].attempt == i + 1);
    CHECK(attempts[i].parent == top.id);
    CHECK(attempts[i].status == Status::failed);
    CHECK(callee_of(spans, attempts[i]).value().status == Status::failed);
  }
  // Back-offs of 10 and 20 ms lie between them.
  CHECK(from(attempts[1]) == Approx(0.530).epsilon(1e-12));
  CHECK(from(attempts[2]) == Approx(0.570).epsilon(1e-12));
  CHECK(top.status == Status::failed);
}

TEST_CASE("each attempt of a user is the top of a trace, and all are of one request", "[models]") {
  ModelSpec model = station(constant(0.010), std::nullopt);
  model.services["station"].endpoints["serve"].errors.percent = 100;
  add_replay(model, {0.5}).calls["station"].retry = three_attempts();

  const Spans spans = spans_of(model);

  REQUIRE(spans.size() == 3);
  std::set<std::uint64_t> names;
  for (const TracedSpan& span : spans) {
    CHECK(span.parent == 0);
    CHECK(span.trace.low == spans.front().trace.low);
    names.insert(span.trace.high);
  }
  CHECK(names.size() == 3);
}

TEST_CASE("work that its caller gave up on is seen until its end", "[models]") {
  ModelSpec model = shop({call("stock")});
  model.services["shop"].calls["stock"].timeout = Duration::milliseconds(5);

  const Spans spans = spans_of(model);

  const TracedSpan client = of_kind(spans, Kind::client).at(0);
  const TracedSpan callee = callee_of(spans, client).value();
  CHECK(client.status == Status::timed_out);
  CHECK(until(client) == Approx(0.505).epsilon(1e-12));
  CHECK(top_of(spans).status == Status::failed);
  CHECK(callee.status == Status::ok);
  CHECK(until(callee) == Approx(0.520).epsilon(1e-12));
}

TEST_CASE("work that is cancelled ends when its callee hears of it", "[models]") {
  ModelSpec model = shop({call("stock")});
  ClientSpec& client = model.services["shop"].calls["stock"];
  client.timeout = Duration::milliseconds(5);
  client.propagate_cancellation = true;
  client.network_latency = constant(0.001);

  const Spans spans = spans_of(model);
  const TracedSpan callee = callee_of(spans, of_kind(spans, Kind::client).at(0)).value();

  CHECK(callee.status == Status::cancelled);
  CHECK(until(callee) == Approx(0.506).epsilon(1e-12));
}

TEST_CASE("who is refused has a span without length", "[models]") {
  ModelSpec model = shop({parallel({{call("stock")}, {call("stock")}}, 1)});
  model.services["stock"].workers = 1;
  model.services["stock"].queue.capacity = 0;

  const Spans spans = spans_of(model);

  CHECK(top_of(spans).status == Status::ok);
  const Spans clients = of_kind(spans, Kind::client);
  REQUIRE(clients.size() == 2);
  CHECK(statuses(clients) == std::vector<Status>{Status::refused, Status::ok});
  const TracedSpan refused = callee_of(spans, clients[0]).value();
  CHECK(refused.status == Status::refused);
  CHECK(refused.start == refused.end);
  CHECK(callee_of(spans, clients[1]).value().status == Status::ok);
}

TEST_CASE("branches overlap, and one that is not waited for is given up", "[models]") {
  ModelSpec model = shop({parallel({{call("stock")}, {call("slow")}}, 1)});
  add_service(model, "slow", {work(constant(0.100))});

  const Spans spans = spans_of(model);

  const Spans clients = of_kind(spans, Kind::client);
  REQUIRE(clients.size() == 2);
  CHECK(clients[0].start == clients[1].start);
  CHECK(clients[0].end == clients[1].end);
  const std::vector<Status> ends = statuses(clients);
  CHECK(std::count(ends.begin(), ends.end(), Status::ok) == 1);
  CHECK(std::count(ends.begin(), ends.end(), Status::cancelled) == 1);
  // Nobody told the slow one.
  CHECK(until(spans.back()) == Approx(0.600).epsilon(1e-12));
}

TEST_CASE("an optional call that fails spoils no one", "[models]") {
  StepSpec optional = call("stock");
  std::get<CallSpec>(optional.action).on_error = OnError::ignore;
  ModelSpec model = shop({optional});
  model.services["stock"].endpoints["serve"].errors.percent = 100;

  const Spans spans = spans_of(model);

  CHECK(top_of(spans).status == Status::ok);
  CHECK(of_kind(spans, Kind::client).at(0).status == Status::failed);
}

TEST_CASE("what nobody waits for is a message, and ends when it ends", "[models]") {
  ModelSpec model = shop({{SpawnSpec{{"stock", "serve"}}}, work(constant(0.001))});

  const Spans spans = spans_of(model);

  REQUIRE(spans.size() == 3);
  const TracedSpan producer = of_kind(spans, Kind::producer).at(0);
  const TracedSpan consumer = of_kind(spans, Kind::consumer).at(0);
  CHECK(producer.parent == top_of(spans).id);
  CHECK(consumer.parent == producer.id);
  CHECK(until(top_of(spans)) == Approx(0.501).epsilon(1e-12));
  CHECK(until(consumer) == Approx(0.520).epsilon(1e-12));
}

TEST_CASE("what a breaker does not let be sent is a span of its caller", "[models]") {
  StepSpec optional = call("stock");
  std::get<CallSpec>(optional.action).on_error = OnError::ignore;
  ModelSpec model = shop({optional, optional});
  model.services["stock"].endpoints["serve"].errors.percent = 100;
  CircuitBreakerSpec breaker;
  breaker.sliding_window_size = 1;
  breaker.minimum_number_of_calls = 1;
  model.services["shop"].calls["stock"].circuit_breaker = breaker;

  const Spans spans = spans_of(model);

  CHECK(of_kind(spans, Kind::client).size() == 1);
  const TracedSpan refused = of_kind(spans, Kind::internal).at(0);
  CHECK(refused.status == Status::not_permitted);
  CHECK(refused.start == refused.end);
  CHECK(of_kind(spans, Kind::server).size() == 2);
}

TEST_CASE("what dies with its instance is lost, and nobody records who comes to a dead one",
          "[models]") {
  ModelSpec model = shop({call("stock")});
  model.services["shop"].calls["stock"].retry = three_attempts();
  ExperimentSpec experiment = quiet(1);
  FaultSpec kill = fault_at_station("kill", InstanceKill{}, 0.510, 0.050);
  kill.target.service = "stock";
  experiment.faults = {kill};

  const Spans spans = spans_of(model, experiment);

  const Spans clients = of_kind(spans, Kind::client);
  CHECK(statuses(clients) ==
        std::vector<Status>{Status::lost, Status::unreachable, Status::unreachable});
  const TracedSpan lost = callee_of(spans, clients[0]).value();
  CHECK(lost.status == Status::lost);
  CHECK(until(lost) == Approx(0.510).epsilon(1e-12));
  CHECK_FALSE(callee_of(spans, clients[1]).has_value());
}

TEST_CASE("every request that arrives has one top, and the outcome is what it was", "[models]") {
  ModelSpec model = shop({work(exponential(0.010)), call("stock", 0.5)});
  add_poisson(model, 200, "shop", "others");
  const System system(model, quiet(5));

  const Traced traced = trace(model, quiet(5));

  CHECK(traced.replication.outcome == run_replication(system, {.study = 7}));
  std::uint64_t arrived = 0;
  for (const WorkloadOutcome& one : traced.replication.outcome.intervals.front().workloads) {
    arrived += one.counts.arrived;
  }
  std::uint64_t tops = 0;
  std::uint64_t spans = 0;
  for (const Spans& request : traced.requests) {
    spans += request.size();
    for (const TracedSpan& span : request) {
      if (span.parent == 0 && from(span) < 5) ++tops;
    }
  }
  CHECK(arrived > 800);
  CHECK(tops == arrived);
  CHECK(traced.replication.counts.requests == traced.requests.size());
  CHECK(traced.replication.counts.spans == spans);
}

TEST_CASE("a share of the requests is the same requests, whole", "[models]") {
  ModelSpec model = shop({work(exponential(0.010)), call("stock", 0.5)});
  add_poisson(model, 1000, "shop", "others");
  const auto names = [](const Traced& traced) {
    std::map<std::uint64_t, std::size_t> sizes;
    for (const Spans& request : traced.requests) {
      sizes[request.front().trace.low] = request.size();
    }
    return sizes;
  };

  const auto all = names(trace(model, quiet(4)));
  const auto some = names(trace(model, quiet(4), {.share = 0.25}));

  CHECK(std::includes(all.begin(), all.end(), some.begin(), some.end()));
  // The error of a share is sqrt(0.25 * 0.75 / n); 4.5 of them.
  const auto n = static_cast<double>(all.size());
  const double share = static_cast<double>(some.size()) / n;
  CHECK(std::abs(share - 0.25) <= 4.5 * std::sqrt(0.25 * 0.75 / n));
}

TEST_CASE("a request that does not fit is left out wholly, and counted", "[models]") {
  ModelSpec model;
  add_service(model, "shop", {call("stock"), call("stock")});
  add_service(model, "stock", {work(constant(0.020))});
  add_replay(model, {0.5, 0.501}, "shop");

  // When the last of the first one's five spans comes, six are kept: two are of the second.
  const Traced traced = trace(model, quiet(1), {.share = 1, .most_spans_kept = 6});

  CHECK(traced.requests.size() == 1);
  CHECK(traced.requests.front().size() == 5);
  CHECK(traced.replication.counts.too_large == 1);
}

TEST_CASE("what is under way at the end is counted, and not handed over", "[models]") {
  ModelSpec model = station(constant(100), std::nullopt);
  add_replay(model, {0.5});

  const Traced traced = trace(model, quiet(1));

  CHECK(traced.requests.empty());
  CHECK(traced.replication.counts.unfinished == 1);
}

TEST_CASE("the threshold of sampling leaves the share", "[models]") {
  CHECK(sampling_threshold(1) == 0);
  CHECK(sampling_threshold(0.5) == std::uint64_t{1} << 55);
  CHECK(sampling_threshold(0.25) == 3 * (std::uint64_t{1} << 54));
  CHECK(sampling_threshold(1e-300) == (std::uint64_t{1} << 56) - 1);
}
