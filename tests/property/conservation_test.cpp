// Invariants of every run, on random scenarios with everything in them.

#include <catch2/catch.hpp>
#include <map>

#include "models/checks/mistakes.hpp"
#include "models/plan/plan.hpp"
#include "models/run/measure.hpp"
#include "tests/support/random_models.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t scenarios = 150;

/// All that came to an end, good, bad or withdrawn.
std::uint64_t ended(const RequestCounts& counts) {
  std::uint64_t sum = 0;
  for (const FateRow& row : fates) {
    if (row.fate != Fate::unfinished) sum += counts.*row.count;
  }
  return sum;
}

/// Arrivals, ends, and what is still open at the end are counted in three places.
bool conserved(const RequestCounts& counts) {
  return counts.arrived == ended(counts) + counts.unfinished;
}

/// An objective's interval, for scenarios that need one of their own.
ObjectiveSpec over(double from, double to) {
  ObjectiveSpec objective;
  objective.name = std::to_string(from);
  objective.expect.metric = Metric::error_ratio;
  objective.over = {IntervalSpec::Kind::custom, Duration::rounded_seconds(from),
                    Duration::rounded_seconds(to)};
  return objective;
}

/// What a rate should be of, counted from the time series instead: answers by their own time.
double answers_in_windows(const Outcome& outcome, const OutcomeLayout& layout,
                          const std::string& workload, Metric rate) {
  double sum = 0;
  const std::size_t count = layout.workloads.size();
  for (std::size_t i = 0; i < outcome.workload_windows.size(); ++i) {
    if (layout.workloads[i % count] != workload) continue;
    const WindowSample& window = outcome.workload_windows[i];
    sum += window.finished;
    if (rate == Metric::goodput) sum -= window.errors;
  }
  return sum;
}

/// What is measured of a random scenario, its warm-up left out, falls into three parts.
System measured_in_three_parts(std::uint64_t number) {
  RandomScenario scenario = random_scenario(number);
  scenario.experiment.warm_up = Duration::milliseconds(200);
  const double end = scenario.experiment.duration.in_seconds();
  scenario.experiment.objectives = {over(0.2, 0.9), over(0.9, 1.5), over(1.5, end)};
  return System(scenario.model, scenario.experiment);
}

}  // namespace

TEST_CASE("random scenarios have no mistakes", "[property]") {
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const std::vector<Mistake> mistakes = find_mistakes(scenario.model, scenario.experiment);

    INFO("scenario " << number << ": " << (mistakes.empty() ? "" : mistakes.front().sentence));
    CHECK(mistakes.empty());
  }
}

TEST_CASE("nothing that arrives is lost sight of", "[property]") {
  RunMemory memory;
  std::map<std::string, std::uint64_t> seen;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const System system(scenario.model, scenario.experiment);

    const Outcome outcome = run_replication(system, {.study = number, .replication = 0}, memory);

    INFO("scenario " << number);
    CHECK_FALSE(outcome.capped);
    for (const IntervalOutcome& interval : outcome.intervals) {
      for (const EndpointOutcome& endpoint : interval.endpoints) {
        CHECK(conserved(endpoint.counts));
        CHECK(endpoint.latency.count() == endpoint.counts.ok);
        seen["cancelled"] += endpoint.counts.cancelled;
        seen["aborted"] += endpoint.counts.aborted;
      }
      for (const WorkloadOutcome& workload : interval.workloads) {
        CHECK(conserved(workload.counts));
        CHECK(workload.latency.count() == workload.counts.ok);
        CHECK(workload.time_to_failure.count() == ended(workload.counts) - workload.counts.ok);
        seen["ok"] += workload.counts.ok;
        seen["failed"] += workload.counts.failed;
        seen["refused"] += workload.counts.refused;
        seen["unreachable"] += workload.counts.unreachable;
        seen["lost"] += workload.counts.lost;
        seen["timed out"] += workload.counts.timed_out;
        seen["unfinished"] += workload.counts.unfinished;
      }
    }
  }
  // The scenarios do reach all that they are meant to reach.
  for (const char* what : {"ok", "failed", "refused", "aborted", "unreachable", "lost", "timed out",
                           "cancelled", "unfinished"}) {
    INFO(what);
    CHECK(seen[what] > 50);
  }
}

TEST_CASE("nothing is lost sight of that is not let be sent", "[property]") {
  RunMemory memory;
  std::uint64_t not_permitted = 0;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number, {.guarded = true});
    CHECK(find_mistakes(scenario.model, scenario.experiment).empty());
    const System system(scenario.model, scenario.experiment);

    const Outcome outcome = run_replication(system, {.study = number, .replication = 0}, memory);

    INFO("scenario " << number);
    for (const IntervalOutcome& interval : outcome.intervals) {
      for (const EndpointOutcome& endpoint : interval.endpoints) {
        CHECK(conserved(endpoint.counts));
        CHECK(endpoint.counts.not_permitted == 0);
      }
      for (const WorkloadOutcome& workload : interval.workloads) {
        CHECK(conserved(workload.counts));
        not_permitted += workload.counts.not_permitted;
      }
    }
  }
  CHECK(not_permitted > 1'000);
}

TEST_CASE("who is dropped while waiting is refused and no more", "[property]") {
  RunMemory memory;
  std::uint64_t refused = 0;
  std::uint64_t refused_by_patient = 0;
  const auto refusals = [&](std::uint64_t number, Ingredients ingredients) {
    const RandomScenario scenario = random_scenario(number, ingredients);
    const System system(scenario.model, scenario.experiment);
    const IntervalOutcome run =
        run_replication(system, {.study = number, .replication = 5}, memory).intervals.front();
    std::uint64_t sum = 0;
    INFO("scenario " << number);
    for (const EndpointOutcome& endpoint : run.endpoints) {
      CHECK(conserved(endpoint.counts));
      CHECK(endpoint.latency.count() == endpoint.counts.ok);
      sum += endpoint.counts.refused;
    }
    for (const WorkloadOutcome& workload : run.workloads) {
      CHECK(conserved(workload.counts));
      CHECK(workload.time_to_failure.count() == ended(workload.counts) - workload.counts.ok);
    }
    return sum;
  };
  for (std::uint64_t number = 0; number < 60; ++number) {
    refused += refusals(number, {.dropping = true});
    refused_by_patient += refusals(number, {});
  }

  CHECK(refused > refused_by_patient + 1'000);
}

TEST_CASE("a service is never busier than it can be", "[property]") {
  RunMemory memory;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const System system(scenario.model, scenario.experiment);
    const OutcomeLayout& layout = system.layout();

    const Outcome outcome = run_replication(system, {.study = number, .replication = 1}, memory);

    INFO("scenario " << number);
    for (std::size_t s = 0; s < layout.services.size(); ++s) {
      const ServiceSpec& spec = scenario.model.services.at(layout.services[s]);
      for (const IntervalOutcome& interval : outcome.intervals) {
        const ServiceOutcome& service = interval.services[s];
        CHECK(service.attempts >= service.calls);
        if (spec.workers || spec.cpu) CHECK(service.busy_millis <= service.capacity_millis);
        if (spec.worker_held_while_calling) CHECK(service.waiting <= service.in_system);
        if (spec.queue.capacity && spec.worker_held_while_calling) {
          CHECK(service.longest_queue <= static_cast<std::uint64_t>(*spec.queue.capacity));
          CHECK(service.most_in_system <=
                static_cast<std::uint64_t>(*spec.queue.capacity + *spec.workers));
        }
      }
      for (std::size_t w = 0; w < layout.windows; ++w) {
        CHECK(outcome.service_windows[w * layout.services.size() + s].utilization <= 1.0001F);
      }
    }
  }
}

TEST_CASE("parts of a run add up to the whole", "[property]") {
  RunMemory memory;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const System system = measured_in_three_parts(number);

    const Outcome outcome = run_replication(system, {.study = number, .replication = 2}, memory);

    INFO("scenario " << number);
    const std::vector<std::size_t>& parts = system.layout().objective_intervals;
    REQUIRE(parts.size() == 3);
    const IntervalOutcome& whole = outcome.intervals.front();
    for (std::size_t i = 0; i < whole.endpoints.size(); ++i) {
      EndpointOutcome sum;
      for (const std::size_t part : parts) {
        sum.counts += outcome.intervals[part].endpoints[i].counts;
        sum.given.good += outcome.intervals[part].endpoints[i].given.good;
        sum.given.bad += outcome.intervals[part].endpoints[i].given.bad;
        sum.latency.merge(outcome.intervals[part].endpoints[i].latency);
      }
      CHECK(sum == whole.endpoints[i]);
    }
    for (std::size_t i = 0; i < whole.services.size(); ++i) {
      ServiceOutcome sum;
      for (const std::size_t part : parts) sum += outcome.intervals[part].services[i];
      CHECK(sum == whole.services[i]);
    }
  }
}

TEST_CASE("goodput and throughput of parts, by their lengths, are those of the whole",
          "[property]") {
  RunMemory memory;
  std::uint64_t answered_elsewhere = 0;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const System system = measured_in_three_parts(number);

    const Outcome outcome = run_replication(system, {.study = number, .replication = 4}, memory);

    INFO("scenario " << number);
    const OutcomeLayout& layout = system.layout();
    const auto answers = [&](const MetricCondition& condition, std::size_t interval) {
      const OutcomeLayout::IntervalKey& key = layout.intervals[interval];
      return measured(condition, outcome, layout, interval).value_or(0) *
             (key.to - key.from).in_seconds();
    };
    for (const std::string& workload : layout.workloads) {
      for (const Metric rate : {Metric::goodput, Metric::throughput}) {
        MetricCondition condition;
        condition.metric = rate;
        condition.labels.workload = workload;
        double sum = 0;
        for (const std::size_t part : layout.objective_intervals) sum += answers(condition, part);
        CHECK(sum == Approx(answers(condition, 0)).margin(1e-9));
        CHECK(sum == Approx(answers_in_windows(outcome, layout, workload, rate)).margin(1e-9));
      }
    }
    for (const std::size_t part : layout.objective_intervals) {
      for (const WorkloadOutcome& workload : outcome.intervals[part].workloads) {
        answered_elsewhere += workload.given.good != workload.counts.ok;
      }
    }
  }
  CHECK(answered_elsewhere > scenarios);
}

TEST_CASE("windows count what the run counts", "[property]") {
  RunMemory memory;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    const RandomScenario scenario = random_scenario(number);
    const System system(scenario.model, scenario.experiment);
    const OutcomeLayout& layout = system.layout();

    const Outcome outcome = run_replication(system, {.study = number, .replication = 3}, memory);

    INFO("scenario " << number);
    for (std::size_t i = 0; i < layout.workloads.size(); ++i) {
      std::uint64_t arrived = 0;
      for (std::size_t w = 0; w < layout.windows; ++w) {
        arrived += outcome.workload_windows[w * layout.workloads.size() + i].arrived;
      }
      CHECK(arrived == outcome.intervals[0].workloads[i].counts.arrived);
    }
  }
}

TEST_CASE("Little's law holds on every path that starts and ends empty", "[property]") {
  for (std::uint64_t number = 0; number < 40; ++number) {
    RandomStream luck(number, 7, 0);
    ModelSpec model = station(exponential(0.001), static_cast<int>(1 + luck.below(3)));
    ReplaySpec replay;
    Duration offset;
    for (int i = 0; i < 2'000; ++i) {
      offset += Duration::nanoseconds(static_cast<std::int64_t>(luck.below(1'000'000)));
      replay.arrivals.push_back({offset, ""});
    }
    add_poisson(model, 1).arrivals = replay;
    const System system(model, quiet(offset.in_seconds() + 10));

    const Outcome outcome = run_replication(system, {.study = number, .replication = 0});

    const IntervalOutcome& run = outcome.intervals.front();
    REQUIRE(run.endpoints.front().counts.ok == 2'000);
    const double sum_of_responses = run.endpoints.front().latency.mean_seconds() * 2'000 * 1e9;
    // The mean is one division of exact integers, so the sum is right to a few units of 2^-53.
    CHECK(std::abs(static_cast<double>(run.services.front().in_system) - sum_of_responses) < 1);
  }
}
