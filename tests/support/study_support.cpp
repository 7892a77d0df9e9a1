#include "tests/support/study_support.hpp"

#include <stdlib.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "studies/arm_recorder.hpp"

namespace rehearse::testing {

OutcomeLayout small_layout() {
  OutcomeLayout layout;
  layout.endpoints = {{{"shop", "GET /"}, "stable"}};
  layout.workloads = {"users"};
  layout.services = {"shop"};
  layout.intervals = {{"run", Time(), Time::after_start(Duration::seconds(90))},
                      {"fault", Time::after_start(Duration::seconds(30)),
                       Time::after_start(Duration::seconds(60))}};
  layout.objective_intervals = {1};
  layout.window = Duration::seconds(30);
  layout.windows = 3;
  return layout;
}

ObjectiveSpec fast_objective() {
  ObjectiveSpec objective;
  objective.name = "it stays fast";
  objective.expect.aggregate = Aggregate::quantile;
  objective.expect.level = 0.99;
  objective.expect.metric = Metric::latency;
  objective.expect.labels.workload = "users";
  objective.expect.threshold = 0.1;
  objective.expect.text = "p99(latency{workload='users'}) < 100ms";
  objective.over.kind = IntervalSpec::Kind::fault;
  objective.probability = 0.95;
  return objective;
}

LatencyHistogram histogram_of(const std::vector<Duration>& latencies) {
  LatencyRecorder recorder;
  for (const Duration latency : latencies) recorder.add(latency);
  return recorder.histogram();
}

Outcome outcome_with(std::uint64_t replication, const std::vector<Duration>& latencies) {
  IntervalOutcome interval;
  interval.endpoints.resize(1);
  interval.workloads.resize(1);
  interval.services.resize(1);
  interval.endpoints[0].counts.arrived = interval.endpoints[0].counts.ok = latencies.size();
  interval.endpoints[0].latency = histogram_of(latencies);
  interval.workloads[0].counts = interval.endpoints[0].counts;
  interval.workloads[0].latency = interval.endpoints[0].latency;
  interval.services[0].busy_millis = 250;
  interval.services[0].capacity_millis = 1000;
  interval.services[0].instance_time = 100;
  interval.services[0].waiting = 300;
  interval.services[0].in_system = 400;
  interval.services[0].calls = interval.services[0].attempts = latencies.size();
  Outcome outcome;
  outcome.replication = replication;
  outcome.intervals = {interval, interval};
  outcome.endpoint_windows.resize(3);
  outcome.workload_windows.resize(3);
  outcome.service_windows.resize(3);
  outcome.splits = {{.limit = latency_limit(fast_objective().expect)}};
  outcome.spans = latencies.size();
  return outcome;
}

Outcome silent_outcome(std::uint64_t replication) {
  return outcome_with(replication, {});
}

Study study_with(std::uint64_t replications, std::uint64_t slow) {
  Study study{{}, {fast_objective()}, ArmRecord(small_layout()), ArmRecord(small_layout())};
  ArmRecorder experiment(study.experiment, study.objectives);
  ArmRecorder control(*study.control, study.objectives);
  for (std::uint64_t i = 0; i < replications; ++i) {
    const Duration latency = Duration::milliseconds(i < slow ? 200 : 20);
    experiment.add(outcome_with(i, {latency, latency}));
    control.add(outcome_with(i, {Duration::milliseconds(20)}));
  }
  study.information.name = "trial";
  study.information.scenario_text = "rehearse = 1\n# \u00fc\n";
  study.information.seed = 7;
  study.information.replications_planned = replications;
  return study;
}

void add(Study& study, const Outcome& outcome) {
  ArmRecorder(study.experiment, study.objectives).add(outcome);
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "rehearse-XXXXXX").string();
  path_ = ::mkdtemp(pattern.data());
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::vector<std::string> TemporaryFolder::names() const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path_)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace rehearse::testing
