#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "models/checks/mistakes.hpp"
#include "models/replication.hpp"
#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/child.hpp"
#include "tests/benchmarks/generated_model.hpp"
#include "tests/benchmarks/models.hpp"

namespace rehearse::bench {
namespace {

constexpr std::uint64_t graph_seed = 2021;

/// Fewer requests in flight take less memory than a few pages of noise.
constexpr double fewest_in_flight = 1000;

struct Scale {
  int services = 10;
  int instances = 20;
  double seconds = 25;  // of simulated time: about a million spans, three for the largest
};

System system_of(const Scale& scale, double seconds) {
  const ModelSpec model = generated_model(scale.services, scale.instances, graph_seed);
  const ExperimentSpec experiment = lasting(seconds, seconds);
  const std::vector<Mistake> mistakes = find_mistakes(model, experiment);
  if (!mistakes.empty()) throw std::runtime_error("generated model: " + mistakes.front().sentence);
  return System(model, experiment);
}

/// What is slow because requests fail would measure something else. Of the largest model some are
/// unfinished at the end, for its runs are short.
void check(const Outcome& outcome) {
  const RequestCounts& users = outcome.intervals.front().workloads.front().counts;
  if (outcome.capped) throw std::runtime_error("generated model: the run was capped");
  if (users.errors() - users.unfinished > users.arrived / 1000) {
    throw std::runtime_error("generated model: requests fail");
  }
}

/// Spans per second of one replication.
double rate_of(const System& system, RunMemory& memory, int replication) {
  std::uint64_t spans = 0;
  const double seconds = processor_seconds_of([&] {
    const Outcome outcome =
        run_replication(system, {.study = 1, .replication = std::uint64_t(replication)}, memory);
    check(outcome);
    spans = outcome.spans;
  });
  return static_cast<double>(spans) / seconds;
}

/// Users' requests in the system at a time, by Little's law.
double in_flight(const System& system, const Scale& scale, RunMemory& memory) {
  const Outcome outcome = run_replication(system, {.study = 1}, memory);
  check(outcome);
  const WorkloadOutcome& users = outcome.intervals.front().workloads.front();
  return users.latency.mean_seconds() * generated_rate(scale.services);
}

/// Load time, memory and start-up: of a process that has done nothing before.
std::vector<Row> footprint(const std::string& name, const Scale& scale) {
  const ModelSpec model = generated_model(scale.services, scale.instances, graph_seed);
  const double before = resident_bytes();
  std::optional<System> empty;
  const double load = processor_seconds_of([&] { empty.emplace(model, lasting(1e-6, 1e-6)); });
  RunMemory memory;
  run_replication(*empty, {.study = 1}, memory);
  const double standing = resident_bytes();
  std::vector<double> starts;
  for (int i = 0; i < 5; ++i) {
    starts.push_back(processor_seconds_of([&] { run_replication(*empty, {.study = 1}, memory); }));
  }
  const double instances = static_cast<double>(scale.services) * scale.instances;
  std::vector<Row> rows = {
      {name + "_load", load * 1e3, "ms", "", 0},
      {name + "_start", median(starts) * 1e3, "ms", "", 0},
      {name + "_instance_memory", (standing - before) / instances, "bytes", "", 0}};
  const System system(model, lasting(scale.seconds, scale.seconds));
  const double loaded = resident_bytes();
  const double requests = in_flight(system, scale, memory);
  if (requests >= fewest_in_flight) {
    rows.push_back(
        {name + "_request_memory", (resident_bytes() - loaded) / requests, "bytes", "", 0});
  }
  return rows;
}

std::vector<Row> speed(const std::string& name, const Scale& scale, int runs) {
  const Scale small;
  const System system = system_of(scale, scale.seconds);
  const System reference = system_of(small, small.seconds);
  RunMemory memory;
  RunMemory reference_memory;
  std::vector<double> rates;
  std::vector<double> ratios;
  for (int i = 0; i <= runs; ++i) {
    const double theirs = rate_of(reference, reference_memory, i);
    const double ours = rate_of(system, memory, i);
    if (i == 0) continue;
    rates.push_back(ours);
    ratios.push_back(ours / theirs);
  }
  const Row row{name, median(rates), "spans/s", "", 0};
  return {scale.services == small.services ? row : against(row, "graph_10", ratios)};
}

Benchmark graph(const Scale& scale) {
  const std::string name = fmt::format("graph_{}", scale.services);
  return repeated(name, [name, scale](int runs) {
    // Apart, so that neither finds memory that the other has used.
    std::vector<Row> rows = in_child([&] { return speed(name, scale, runs); });
    for (const Row& row : in_child([&] { return footprint(name, scale); })) rows.push_back(row);
    return rows;
  });
}

}  // namespace

std::vector<Benchmark> graph_benchmarks() {
  return {graph({.services = 10, .instances = 20, .seconds = 25}),
          graph({.services = 100, .instances = 20, .seconds = 2.5}),
          graph({.services = 1000, .instances = 20, .seconds = 0.25}),
          graph({.services = 10000, .instances = 2, .seconds = 0.05})};
}

}  // namespace rehearse::bench
