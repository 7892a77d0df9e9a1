// Runs in which jobs are dropped while they wait.

#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// One worker, 10 ms of work; who waits for 5 ms or longer may be dropped after 20 ms of that.
ModelSpec dropping_station() {
  ModelSpec model = station(constant(0.010));
  model.services["station"].queue = {
      {}, CodelSpec{Duration::milliseconds(5), Duration::milliseconds(20)}};
  return model;
}

Duration& target_of(ModelSpec& model) {
  return std::get<CodelSpec>(model.services["station"].queue.discipline).target;
}

std::string name_of(int job) {
  return (job < 10 ? "job 0" : "job ") + std::to_string(job);
}

/// Job 0 at once, the others every 5 ms from 1 ms on: twice what the station can do.
ClientSpec& add_burst(ModelSpec& model, int jobs, double from = 0, int first_name = 0) {
  ClientSpec* client = nullptr;
  for (int job = 0; job < jobs; ++job) {
    const double at = job == 0 ? from : from + 0.001 + 0.005 * (job - 1);
    client = &add_replay(model, {at}, "station", name_of(first_name + job)).calls["station"];
  }
  return *client;
}

/// The jobs, each a workload of its own, that were refused. All others must have been served.
std::set<int> refused(const System& system, const Outcome& outcome) {
  std::set<int> jobs;
  const IntervalOutcome& run = outcome.intervals.front();
  for (std::size_t i = 0; i < run.workloads.size(); ++i) {
    const int job = std::stoi(system.layout().workloads[i].substr(4));
    if (run.workloads[i].counts.refused == 1) jobs.insert(job);
    CHECK(run.workloads[i].counts.ok + run.workloads[i].counts.refused == 1);
  }
  return jobs;
}

std::set<int> refused(const ModelSpec& model, const ExperimentSpec& experiment) {
  const System system(model, experiment);
  return refused(system, run_replication(system, {.study = 71}));
}

}  // namespace

TEST_CASE("exactly those are dropped whom the RFC drops", "[models]") {
  ModelSpec model = dropping_station();
  add_burst(model, 22);
  const System system(model, quiet(1));

  const Outcome outcome = run_replication(system, {.study = 71});

  // A worker is free every 10 ms. Job 1 has waited for 9 ms at 10 ms, so that dropping begins at
  // 30 ms, with job 3. The next is due at 50 ms, then at 64.1, 75.7, 85.7, 94.6, 102.8, 110.4,
  // 117.4 (so at 120 ms two go at once) and 124.1 ms, when job 21 is alone.
  CHECK(refused(system, outcome) == std::set<int>{3, 6, 9, 11, 13, 15, 17, 19, 20});
  const IntervalOutcome& run = outcome.intervals.front();
  CHECK(run.endpoints.front().counts.refused == 9);
  CHECK(run.endpoints.front().counts.ok == 13);
  CHECK(run.workloads[3].time_to_failure.maximum() == Duration::milliseconds(19));
  CHECK(run.workloads[20].time_to_failure.maximum() == Duration::milliseconds(24));
  CHECK(outcome.spans == 13);
  CHECK(run.services.front().busy_millis == 13 * Integral{10'000'000'000});
}

TEST_CASE("nobody is dropped by who comes first, first served", "[models]") {
  ModelSpec model = dropping_station();
  model.services["station"].queue.discipline = FifoQueue{};
  add_burst(model, 22);

  CHECK(refused(model, quiet(1)).empty());
}

TEST_CASE("a full queue refuses beside what is dropped", "[models]") {
  ModelSpec model = dropping_station();
  model.services["station"].queue.capacity = 3;
  add_burst(model, 10);

  // At 26 ms jobs 3, 4 and 5 wait, so that job 6 finds no room; 3 is dropped at 30, 7 at 50 ms.
  CHECK(refused(model, quiet(1)) == std::set<int>{3, 6, 7});
}

TEST_CASE("who comes back soon is dropped sooner; a process that died has forgotten", "[models]") {
  ModelSpec model = dropping_station();
  add_burst(model, 22);
  add_burst(model, 22, 0.2, 22);
  ExperimentSpec with_kill = quiet(1);
  with_kill.faults = {fault_at_station("kill", InstanceKill{Duration()}, 0.15, 0.01)};

  const std::set<int> first{3, 6, 9, 11, 13, 15, 17, 19, 20};
  std::set<int> again = first;
  for (const int job : first) again.insert(22 + job);
  // A queue that remembers begins at the rate that it ended with, 8 drops later: after job 25 at
  // 230 ms the next is due at 237.1, then at 243.7, 250.1, 256.4 and 262.2 ms.
  std::set<int> sooner = first;
  sooner.insert({25, 27, 29, 31, 32, 34, 35, 39, 41});

  CHECK(refused(model, with_kill) == again);
  CHECK(refused(model, quiet(1)) == sooner);
}

TEST_CASE("time at the door is not time in the queue", "[models]") {
  ModelSpec model = dropping_station();
  target_of(model) = Duration::milliseconds(25);
  // Two always wait in the queue, for 20 ms at most.
  std::vector<double> instants = {0, 0.001, 0.002};
  for (int i = 0; i < 30; ++i) instants.push_back(0.011 + 0.010 * i);
  add_replay(model, instants);
  ExperimentSpec delayed = quiet(1);
  delayed.faults = {fault_at_station("slow", LatencyFault{constant(0.050)}, 0, 0.9)};

  const Outcome outcome = run_replication(System(model, delayed), {.study = 71});

  CHECK(outcome.intervals.front().workloads.front().counts.ok == 33);
  target_of(model) = Duration::milliseconds(15);
  const Outcome impatient = run_replication(System(model, delayed), {.study = 71});
  CHECK(impatient.intervals.front().workloads.front().counts.refused > 0);
}

TEST_CASE("a queue that was emptied by giving up does not count as one where all waited",
          "[models]") {
  ModelSpec model = dropping_station();
  // Job 1 has waited long when it is served, and job 2 gives up behind it. What comes 80 ms later
  // waits as long, for the first time.
  for (const double at : {0.0, 0.001, 0.100, 0.101, 0.102}) {
    add_replay(model, {at}, "station", name_of(static_cast<int>(at * 1000)));
  }
  ClientSpec& hasty = add_replay(model, {0.002}, "station", name_of(2)).calls["station"];
  hasty.timeout = Duration::milliseconds(10);
  hasty.propagate_cancellation = true;

  const Outcome outcome = run_replication(System(model, quiet(1)), {.study = 71});

  CHECK(outcome.intervals.front().endpoints.front().counts.cancelled == 1);
  CHECK(outcome.intervals.front().endpoints.front().counts.refused == 0);
  CHECK(outcome.intervals.front().endpoints.front().counts.ok == 5);
}

TEST_CASE("who is dropped may be tried again", "[models]") {
  ModelSpec model = dropping_station();
  add_burst(model, 22);
  RetrySpec& retry = model.workloads.at(name_of(3)).calls["station"].retry.emplace();
  retry.max_attempts = 2;
  retry.base_backoff = Duration::milliseconds(300);
  retry.max_backoff = Duration::milliseconds(300);
  retry.jitter = Jitter::none;

  CHECK(refused(model, quiet(1)) == std::set<int>{6, 9, 11, 13, 15, 17, 19, 20});
}

TEST_CASE("in an overload waits stay short, and no capacity is lost", "[models]") {
  // M/M/1 with 1.5 times the load. It takes the sum of 100 ms / sqrt(n) up to the n at which every
  // third is dropped, 100 ms / sqrt(n) = 2 ms, n = 2500: ten seconds, left out.
  const auto measured = [](QueueDiscipline discipline) {
    ModelSpec model = station(exponential(0.001));
    model.services["station"].queue.discipline = discipline;
    add_poisson(model, 1500);
    const Outcome outcome = run_replication(System(model, quiet(60, 30)), {.study = 72});
    return outcome.intervals.front();
  };

  const IntervalOutcome dropping = measured(CodelSpec{});
  const IntervalOutcome fifo = measured(FifoQueue{});

  // Thirty seconds of work for one worker: it is idle for less than one of them.
  const auto busy = [](const IntervalOutcome& run) {
    return static_cast<double>(run.services.front().busy_millis) / 1e12 / 30;
  };
  CHECK(busy(dropping) > 29.0 / 30);
  CHECK(busy(fifo) == Approx(1));
  const auto slowest = [](const IntervalOutcome& run) {
    return run.endpoints.front().latency.maximum().in_seconds();
  };
  CHECK(slowest(fifo) > 10);
  CHECK(slowest(dropping) < slowest(fifo) / 10);
  const RequestCounts& counts = dropping.endpoints.front().counts;
  // 1,500 come in a second, and 1,000 are served in each that the worker is busy; both counts are
  // Poisson's: 4.5 standard errors.
  const double arrivals = 1'500 * 30;
  const double served = 1'000 * 30 * busy(dropping);
  CHECK(static_cast<double>(counts.refused) ==
        Approx(arrivals - served).margin(4.5 * std::sqrt(arrivals + served)));
}
