// What is lost between a caller and an instance, and what either of them notices of it.

#include <catch2/catch.hpp>

#include <cmath>

#include "models/checks/mistakes.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

using Direction = PacketLoss::Direction;

/// From the beginning of a run to its end, in seconds.
FaultSpec loss(double percentage, Direction direction = Direction::both, double seconds = 1) {
  return fault_at_station("loss", PacketLoss{percentage, direction}, 0, seconds);
}

Outcome run_of(const ModelSpec& model, const std::vector<FaultSpec>& faults, double seconds = 1,
               std::uint64_t replication = 0) {
  ExperimentSpec experiment = quiet(seconds);
  experiment.faults = faults;
  REQUIRE(find_mistakes(model, experiment).empty());
  return run_replication(System(model, experiment), {.study = 83, .replication = replication});
}

const RequestCounts& load_of(const Outcome& outcome) {
  return outcome.intervals.front().workloads.front().counts;
}
const RequestCounts& station_of(const Outcome& outcome) {
  return outcome.intervals.front().endpoints.front().counts;
}

/// One request at half a second, whose caller waits for 100 ms.
ModelSpec one_request() {
  ModelSpec model = station(constant(0.020));
  add_replay(model, {0.5}).calls["station"].timeout = Duration::milliseconds(100);
  return model;
}

}  // namespace

TEST_CASE("of a lost attempt the callee knows nothing, and only a timeout tells the caller",
          "[models]") {
  for (const Direction direction : {Direction::to, Direction::both}) {
    const Outcome outcome = run_of(one_request(), {loss(100, direction)});

    CHECK(load_of(outcome).timed_out == 1);
    CHECK(slowest_request(outcome) == Approx(0.1).epsilon(1e-9));
    CHECK(station_of(outcome).arrived == 0);
    CHECK(outcome.intervals.front().services.front().busy_millis == 0);
  }
}

TEST_CASE("of an attempt whose answer is lost the work is done", "[models]") {
  const Outcome outcome = run_of(one_request(), {loss(100, Direction::from)});

  CHECK(load_of(outcome).timed_out == 1);
  CHECK(slowest_request(outcome) == Approx(0.1).epsilon(1e-9));
  CHECK(station_of(outcome).ok == 1);
  CHECK(outcome.intervals.front().services.front().busy_millis == 20'000'000'000);
}

TEST_CASE("without a timeout who lost an attempt waits for ever", "[models]") {
  ModelSpec model = station(constant(0.020));
  add_replay(model, {0.5});

  const Outcome outcome = run_of(model, {loss(100)});

  CHECK(load_of(outcome).arrived == 1);
  CHECK(load_of(outcome).unfinished == 1);
}

TEST_CASE("links are disturbed for as long as the fault lasts", "[models]") {
  ModelSpec model = station(constant(0.020));
  add_replay(model, {0.1, 0.3, 0.5}).calls["station"].timeout = Duration::milliseconds(100);
  FaultSpec middle = loss(100);
  middle.at = Duration::milliseconds(200);
  middle.duration = Duration::milliseconds(200);

  const Outcome outcome = run_of(model, {middle});

  CHECK(load_of(outcome).ok == 2);
  CHECK(load_of(outcome).timed_out == 1);
}

TEST_CASE("only the edge from the caller that is named loses anything", "[models]") {
  ModelSpec model = station(constant(0.001));
  for (const char* name : {"load", "other"}) {
    add_replay(model, {0.5}, "station", name).calls["station"].timeout =
        Duration::milliseconds(100);
  }
  FaultSpec edge = loss(100);
  edge.target.caller = "other";

  const Outcome outcome = run_of(model, {edge});

  const auto& workloads = outcome.intervals.front().workloads;
  CHECK(workloads[0].counts.ok == 1);
  CHECK(workloads[1].counts.timed_out == 1);
}

TEST_CASE("each of n attempts is lost on either way: 1 - (1 - (1 - p)^2)^n succeed", "[models]") {
  ModelSpec model = station(constant(0.001), std::nullopt);
  ClientSpec& client = add_poisson(model, 200).calls["station"];
  client.retry.emplace().max_attempts = 3;
  client.retry->per_try_timeout = Duration::milliseconds(10);
  const double p = 0.3;
  ExperimentSpec experiment = quiet(10);
  experiment.faults = {loss(100 * p, Direction::both, 10)};

  const Estimate succeeded =
      replicated(System(model, experiment), 40, 84, [](const Outcome& outcome) {
        return static_cast<double>(load_of(outcome).ok) /
               static_cast<double>(load_of(outcome).arrived);
      });

  const auto truth = [](double each_way) { return 1 - std::pow(1 - each_way * each_way, 3); };
  CHECK(agrees(succeeded, truth(1 - p)));
  CHECK_FALSE(agrees(succeeded, truth(std::sqrt(1 - p))));  // if it were lost on one way only
}

TEST_CASE("whose losses are wholly correlated loses all or nothing", "[models]") {
  ModelSpec model = station(constant(0.001));
  add_replay(model, {0.1, 0.2, 0.3, 0.4, 0.5}).calls["station"].timeout =
      Duration::milliseconds(20);
  FaultSpec fault = loss(30, Direction::to);
  std::get<PacketLoss>(fault.kind).correlation = 100;
  double losing = 0;
  constexpr int runs = 400;
  for (std::uint64_t i = 0; i < runs; ++i) {
    const std::uint64_t lost = load_of(run_of(model, {fault}, 1, i)).timed_out;
    CHECK((lost == 0 || lost == 5));
    losing += lost == 5 ? 1.0 / runs : 0;
  }

  CHECK(losing == Approx(0.3).margin(4.5 * std::sqrt(0.3 * 0.7 / runs)));
}

TEST_CASE("correlated losses are as many as netem has", "[models]") {
  // F of the luck is that of u / 2 + l / 2, with u uniform: F(x) = integral of F(2 x - u) over u.
  constexpr int steps = 4'000;
  std::vector<double> law(steps + 1);
  for (int i = 0; i <= steps; ++i) law[i] = static_cast<double>(i) / steps;
  for (int round = 0; round < 40; ++round) {
    std::vector<double> sums(2 * steps + 2, 0);  // of the law, from 0, and 1 beyond its end
    for (int i = 0; i <= 2 * steps; ++i) sums[i + 1] = sums[i] + (i <= steps ? law[i] : 1);
    std::vector<double> next(steps + 1);
    for (int i = 0; i <= steps; ++i) {
      next[i] = (sums[2 * i] - sums[std::max(0, 2 * i - steps)]) / steps;
    }
    law = next;
  }
  const double truth = law[steps * 3 / 10];
  ModelSpec model = station(constant(0.001), std::nullopt);
  add_poisson(model, 200).calls["station"].timeout = Duration::milliseconds(20);
  ExperimentSpec experiment = quiet(10);
  experiment.faults = {loss(30, Direction::to, 10)};
  const auto share_lost = [](const Outcome& outcome) {
    return static_cast<double>(load_of(outcome).timed_out) /
           static_cast<double>(load_of(outcome).arrived);
  };

  std::get<PacketLoss>(experiment.faults.front().kind).correlation = 50;
  CHECK(truth < 0.2);
  CHECK(agrees(replicated(System(model, experiment), 40, 85, share_lost), truth));
  CHECK_FALSE(agrees(replicated(System(model, experiment), 40, 85, share_lost), 0.3));
}

TEST_CASE("a caller does not count what it lost as outstanding for ever", "[models]") {
  // Two instances, one of which cannot be reached in the first half: by least request, the caller
  // would avoid it later, if an attempt that timed out were still outstanding.
  ModelSpec model = station(constant(0.001));
  model.services["station"].instances = 2;
  model.services["station"].placement.hosts = {"a", "b"};
  std::vector<double> instants;
  for (int i = 0; i < 400; ++i) instants.push_back(0.0025 * i);
  ClientSpec& client = add_replay(model, instants).calls["station"];
  client.load_balancer.policy = BalancingPolicy::least_request;
  client.timeout = Duration::milliseconds(20);
  for (const bool tells : {false, true}) {
    client.propagate_cancellation = tells;
    FaultSpec one_host = loss(100, Direction::to, 0.5);
    one_host.target.host = "b";

    ExperimentSpec experiment = quiet(1);
    experiment.faults = {one_host};
    experiment.objectives.resize(1);
    experiment.objectives[0].name = "late";
    experiment.objectives[0].expect = std::get<MetricCondition>(parse_condition("error_ratio < 1"));
    experiment.objectives[0].over = {IntervalSpec::Kind::custom, Duration::milliseconds(600),
                                     Duration::seconds(1)};
    const Outcome outcome =
        run_replication(System(model, experiment), {.study = 85, .replication = 0});

    const IntervalOutcome& late = outcome.intervals.back();
    CHECK(late.workloads.front().counts.ok == 160);
    CHECK(outcome.intervals.front().workloads.front().counts.timed_out > 0);
  }
}

TEST_CASE("a recording that names its endpoints is a caller of theirs", "[models]") {
  ModelSpec model = station(constant(0.001));
  WorkloadSpec& recorded = add_replay(model, {0.5}, "station", "recorded");
  std::get<ReplaySpec>(recorded.arrivals).arrivals.front().endpoint = "station/serve";
  recorded.mix.clear();
  recorded.calls["station"].timeout = Duration::milliseconds(100);
  FaultSpec edge = loss(100);
  edge.target.caller = "recorded";

  CHECK(load_of(run_of(model, {edge})).timed_out == 1);
}

TEST_CASE("what withdraws an attempt is lost, too", "[models]") {
  // The attempt arrives before the link is disturbed, and its caller gives up while it is.
  ModelSpec model = station(constant(0.5));
  ClientSpec& client = add_replay(model, {0.1}).calls["station"];
  client.timeout = Duration::milliseconds(200);
  client.propagate_cancellation = true;
  FaultSpec later = loss(100);
  later.at = Duration::milliseconds(200);
  later.duration = Duration::milliseconds(500);

  CHECK(station_of(run_of(model, {later})).ok == 1);
  CHECK(station_of(run_of(model, {})).cancelled == 1);
}

TEST_CASE("a link fault names a caller that exists, and calls the service", "[models]") {
  ModelSpec model = station(constant(0.001));
  add_poisson(model, 10);
  add_service(model, "lonely", {work(constant(0.001))});
  ExperimentSpec experiment = quiet(1);
  experiment.faults = {loss(50)};

  experiment.faults.front().target.caller = "laod";
  std::vector<Mistake> mistakes = find_mistakes(model, experiment);
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes.front().path == "faults[0].target.caller");
  CHECK(mistakes.front().sentence == "there is no service or workload 'laod'");
  CHECK(mistakes.front().hint.find("load") != std::string::npos);

  experiment.faults.front().target.caller = "lonely";
  mistakes = find_mistakes(model, experiment);
  REQUIRE(mistakes.size() == 1);
  CHECK(mistakes.front().sentence == "'lonely' never calls 'station'");
}
