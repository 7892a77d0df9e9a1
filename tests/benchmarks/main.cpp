// rehearse_bench [--filter NAME] [--json FILE]: runs the benchmarks whose name contains NAME and
// prints medians. Benchmarks never decide whether a test passes.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>

#include "tests/benchmarks/bench.hpp"

namespace rehearse::bench {

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

namespace {

std::string as_json(const std::vector<Row>& rows) {
  std::string text = "{\"rows\": [";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Row& row = rows[i];
    text += fmt::format(
        "{}\n  {{\"name\": \"{}\", \"value\": {}, \"unit\": \"{}\", \"baseline\": \"{}\", "
        "\"ratio\": {}}}",
        i == 0 ? "" : ",", row.name, row.value, row.unit, row.baseline, row.ratio);
  }
  return text + "\n]}\n";
}

int run(const std::string& filter, const std::string& json) {
  std::vector<Benchmark> all = engine_benchmarks();
  for (Benchmark& benchmark : event_list_benchmarks()) all.push_back(std::move(benchmark));
  for (Benchmark& benchmark : replication_benchmarks()) all.push_back(std::move(benchmark));
  std::vector<Row> rows;
  for (const Benchmark& benchmark : all) {
    if (benchmark.name.find(filter) == std::string::npos) continue;
    for (const Row& row : benchmark.run()) {
      rows.push_back(row);
      fmt::print("{:<32} {:>14.4g} {:<14}", row.name, row.value, row.unit);
      if (!row.baseline.empty()) fmt::print(" {:.3f} x {}", row.ratio, row.baseline);
      fmt::print("\n");
    }
  }
  if (!json.empty()) std::ofstream(json) << as_json(rows);
  return rows.empty() ? 1 : 0;
}

}  // namespace
}  // namespace rehearse::bench

int main(int count, char** words) {
  std::string filter;
  std::string json;
  for (int i = 1; i + 1 < count; i += 2) {
    if (std::strcmp(words[i], "--filter") == 0) filter = words[i + 1];
    if (std::strcmp(words[i], "--json") == 0) json = words[i + 1];
  }
  return rehearse::bench::run(filter, json);
}
