#include "tests/benchmarks/versus.hpp"

#include <algorithm>
#include <map>
#include <sstream>

#include "tests/benchmarks/child.hpp"
#include "tests/benchmarks/rows.hpp"

namespace rehearse::bench {
namespace {

constexpr int pairs = 7;

std::vector<Row> one_run(const std::string& program, const std::string& benchmark) {
  return parsed(output_of({program, "--once", benchmark}));
}

}  // namespace

std::vector<Row> compared(const std::string& ours, const std::string& theirs,
                          const std::string& benchmark) {
  std::vector<Row> order;
  std::map<std::string, std::vector<double>> values;
  std::map<std::string, std::vector<double>> ratios;
  for (int pair = 0; pair < pairs; ++pair) {
    // Who begins changes, so that a machine that slows down favours nobody.
    std::vector<Row> theirs_now;
    if (pair % 2 == 1) theirs_now = one_run(theirs, benchmark);
    const std::vector<Row> ours_now = one_run(ours, benchmark);
    if (pair % 2 == 0) theirs_now = one_run(theirs, benchmark);
    if (pair == 0) order = ours_now;
    for (const Row& row : ours_now) {
      const auto other = std::find_if(theirs_now.begin(), theirs_now.end(),
                                      [&](const Row& its) { return its.name == row.name; });
      if (other == theirs_now.end() || !(row.value > 0) || !(other->value > 0)) continue;
      values[row.name].push_back(row.value);
      const double ratio = row.value / other->value;
      ratios[row.name].push_back(more_is_better(row) ? ratio : 1 / ratio);
    }
  }
  std::vector<Row> rows;
  for (const Row& row : order) {
    if (!ratios.contains(row.name)) continue;
    rows.push_back(
        against({row.name, median(values[row.name]), row.unit, "", 0}, theirs, ratios[row.name]));
  }
  return rows;
}

std::vector<std::string> listed_by(const std::string& program) {
  std::istringstream text(output_of({program, "--list"}));
  std::vector<std::string> names;
  for (std::string line; std::getline(text, line);) names.push_back(line);
  return names;
}

}  // namespace rehearse::bench
