#include <algorithm>
#include <cmath>
#include <vector>

#include "models/system.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

constexpr double quantile_levels[] = {0.5, 0.9, 0.99};

/// Quantiles of durations in milliseconds.
struct Quantiles {
  double p50 = 0, p90 = 0, p99 = 0;
};

double quantile(const std::vector<double>& sorted, double level) {
  const auto last = static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(level * last);
  const double part = level * last - static_cast<double>(below);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + part * (sorted[above] - sorted[below]);
}

Quantiles quantiles_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {quantile(values, 0.5), quantile(values, 0.9), quantile(values, 0.99)};
}

std::vector<double> root_durations(const std::vector<std::string>& files, std::int64_t after) {
  const SpanSet set = read_spans(files, {});
  std::vector<double> milliseconds;
  for (const Span& span : set.spans) {
    if (span.parent == 0 && span.start >= after) {
      milliseconds.push_back(static_cast<double>(span.duration()) / 1e6);
    }
  }
  return milliseconds;
}

Quantiles simulated_roots(const ModelSpec& model, const ExperimentSpec& experiment,
                          int replications) {
  const System system(model, experiment);
  LatencyHistogram all;
  for (int i = 0; i < replications; ++i) {
    const ReplicationSeed seed{1, static_cast<std::uint64_t>(i)};
    const Outcome outcome = run_replication(system, seed);
    for (const WorkloadOutcome& workload : outcome.intervals[0].workloads) {
      all.merge(workload.latency);
    }
  }
  const auto at = [&](double level) { return all.quantile(level)->in_seconds() * 1e3; };
  return {at(quantile_levels[0]), at(quantile_levels[1]), at(quantile_levels[2])};
}

ExperimentSpec ten_minutes() {
  ExperimentSpec experiment;
  experiment.duration = Duration::minutes(11);
  experiment.warm_up = Duration::minutes(1);
  experiment.window = Duration::minutes(1);
  return experiment;
}

/// Within a part of the truth.
void check_near(const Quantiles& got, const Quantiles& truth, double tolerance) {
  CHECK(std::fabs(got.p50 / truth.p50 - 1) < tolerance);
  CHECK(std::fabs(got.p90 / truth.p90 - 1) < tolerance);
  CHECK(std::fabs(got.p99 / truth.p99 - 1) < tolerance);
}

std::string shown(const Quantiles& q) {
  return std::to_string(static_cast<int>(q.p50 + 0.5)) + "/" +
         std::to_string(static_cast<int>(q.p90 + 0.5)) + "/" +
         std::to_string(static_cast<int>(q.p99 + 0.5)) + " ms";
}

}  // namespace

TEST_CASE("a model of Online Boutique repeats the latencies of its recording", "[calibrate]") {
  const auto path = test::shared_data("online-boutique/baseline_17_00.csv.gz");
  if (!path) return;

  const Calibration calibration = calibrate({*path}, {});
  const Quantiles simulated = simulated_roots(calibration.model, ten_minutes(), 4);
  const Quantiles recorded = quantiles_of(root_durations({*path}, 0));

  WARN("recorded " << shown(recorded) << ", simulated " << shown(simulated));
  check_near(simulated, recorded, 0.15);
  CHECK(calibration.account.pairs_in_role(Role::endpoint) == 15);
  CHECK(calibration.account.pairs_in_role(Role::client) == 18);
  CHECK(calibration.account.pairs_in_role(Role::internal) == 22);
}

TEST_CASE("a model of Train-Ticket repeats the latencies of its recording", "[calibrate]") {
  const auto path = test::shared_data("train-ticket/baseline_08_50.csv.gz");
  if (!path) return;

  const Calibration calibration = calibrate({*path}, {});
  const Quantiles simulated = simulated_roots(calibration.model, ten_minutes(), 4);
  const Quantiles recorded = quantiles_of(root_durations({*path}, 0));

  WARN("recorded " << shown(recorded) << ", simulated " << shown(simulated));
  check_near(simulated, recorded, 0.15);
}

TEST_CASE("delays injected into Online Boutique are foretold", "[calibrate]") {
  struct Injection {
    const char* service;
    std::vector<std::string> files;
    std::int64_t injected;  // seconds since 1970
    int milliseconds;
  };
  const auto injection = GENERATE(
      Injection{"productcatalogservice", {"14_30", "14_31", "14_32"}, 1661265010, 100},
      Injection{"currencyservice", {"13_37", "13_38", "13_39"}, 1661261828, 575},
      Injection{"recommendationservice", {"15_12", "15_13", "15_14"}, 1661267569, 500},
      Injection{"adservice", {"16_06", "16_07"}, 1661270702, 500});
  const auto baseline = test::shared_data("online-boutique/baseline_17_00.csv.gz");
  if (!baseline) return;
  std::vector<std::string> files;
  for (const std::string& minute : injection.files) {
    files.push_back(*test::shared_data("online-boutique/fault_" + minute + ".csv.gz"));
  }

  ExperimentSpec experiment = ten_minutes();
  FaultSpec fault;
  fault.name = "delay";
  fault.target.service = injection.service;
  fault.duration = experiment.duration;
  fault.delay.form = ConstantSpec{Duration::milliseconds(injection.milliseconds)};
  experiment.faults.push_back(fault);
  const Quantiles simulated = simulated_roots(calibrate({*baseline}, {}).model, experiment, 2);
  const Quantiles recorded =
      quantiles_of(root_durations(files, injection.injected * 1'000'000'000));

  WARN(injection.service << ": recorded " << shown(recorded) << ", foretold " << shown(simulated));
}

}  // namespace rehearse
