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
  double ratio = 0;      // to the baseline, paired run by run; above 1 is better
};

struct Benchmark {
  std::string name;
  std::function<std::vector<Row>()> run;
};

std::vector<Benchmark> engine_benchmarks();
std::vector<Benchmark> event_list_benchmarks();
std::vector<Benchmark> replication_benchmarks();

/// Wall-clock seconds that `work` takes.
double seconds_of(const std::function<void()>& work);

double median(std::vector<double> values);

}  // namespace rehearse::bench
