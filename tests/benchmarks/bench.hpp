#pragma once

#include <functional>
#include <string>
#include <vector>

namespace rehearse::bench {

/// One line of the table: what was measured, and against what.
struct Row {
  std::string name;
  double value = 0;
  std::string unit;
  std::string baseline;  // empty: none
  double ratio = 0;      // to the baseline, median of pairs; above 1 is better
  double ratio_min = 0;  // of the pairs
  double ratio_max = 0;
};

/// `run` takes its time and reports medians; `run_once` is one short run for paired comparisons
/// with another binary. Empty: `run` is short enough.
struct Benchmark {
  std::string name;
  std::function<std::vector<Row>()> run;
  std::function<std::vector<Row>()> run_once = {};
};

/// A benchmark whose argument is how many timed runs to take.
Benchmark repeated(const std::string& name, const std::function<std::vector<Row>(int runs)>& work);

std::vector<Benchmark> engine_benchmarks();
std::vector<Benchmark> graph_benchmarks();
std::vector<Benchmark> replication_benchmarks();
std::vector<Benchmark> start_benchmarks();
std::vector<Benchmark> reading_benchmarks();
std::vector<Benchmark> peer_benchmarks();

/// Wall-clock seconds that `work` takes.
double seconds_of(const std::function<void()>& work);

/// Seconds of processor time that this process spends on `work`: what to measure when one thread
/// works and others use the machine, for waiting for a core does not count.
double processor_seconds_of(const std::function<void()>& work);

double median(std::vector<double> values);

/// `row`, compared: the median of the ratios and their spread. Expects ratios.
Row against(Row row, const std::string& baseline, const std::vector<double>& ratios);

/// What is counted per second is better when it is more; times and memory when they are less.
bool more_is_better(const Row& row);

}  // namespace rehearse::bench
