#include "tests/benchmarks/bench.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace rehearse::bench {
namespace {

constexpr int usual_runs = 5;

}  // namespace

Benchmark repeated(const std::string& name, const std::function<std::vector<Row>(int runs)>& work) {
  return {name, [work] { return work(usual_runs); }, [work] { return work(1); }};
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double processor_seconds_of(const std::function<void()>& work) {
  const std::clock_t start = std::clock();
  work();
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

Row against(Row row, const std::string& baseline, const std::vector<double>& ratios) {
  row.baseline = baseline;
  row.ratio = median(ratios);
  row.ratio_min = *std::min_element(ratios.begin(), ratios.end());
  row.ratio_max = *std::max_element(ratios.begin(), ratios.end());
  return row;
}

bool more_is_better(const Row& row) {
  return row.unit.ends_with("/s");
}

}  // namespace rehearse::bench
