#include "models/outcomes/request_counts.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "models/outcomes/service_outcome.hpp"
#include "models/run/outcome.hpp"

using namespace rehearse;

namespace {

/// 1, 10, 100, ... in the order of the columns.
RequestCounts digits() {
  RequestCounts counts;
  std::uint64_t digit = 1;
  for (const CountColumn& column : count_columns) {
    counts.*column.count = digit;
    digit *= 10;
  }
  return counts;
}

}  // namespace

TEST_CASE("every count has a column of its own, and is added up", "[models]") {
  RequestCounts sum = digits();
  sum += digits();

  std::set<std::string> words;
  std::set<std::uint64_t> values;
  for (const CountColumn& column : count_columns) {
    words.insert(column.word);
    values.insert(sum.*column.count);
  }
  CHECK(words.size() == count_columns.size());
  CHECK(values.size() == count_columns.size());
  CHECK(sum.arrived == 2);
  CHECK(sum.unfinished == 200'000'000);
}

TEST_CASE("what is neither good nor withdrawn is an error", "[models]") {
  CHECK(digits().errors() == 11'101'111'100);
}

TEST_CASE("a digest tells how many requests were lost", "[models]") {
  const auto digest_with = [](std::uint64_t lost) {
    Outcome outcome;
    outcome.intervals.resize(1);
    outcome.intervals[0].workloads.resize(1);
    outcome.intervals[0].workloads[0].counts.lost = lost;
    return outcome.digest();
  };

  CHECK(digest_with(1) != digest_with(0));
  CHECK(digest_with(1) != digest_with(2));
}

TEST_CASE("sums of services add, and the largest stays the largest", "[models]") {
  ServiceOutcome part;
  for_each_measure([](Merge, const MeasureText&, auto& value) { value = 3; }, part);
  ServiceTotals total;
  total += part;
  total += part;

  for_each_measure([](Merge merge, const MeasureText&,
                      const auto& value) { CHECK(value == (merge == Merge::sum ? 6 : 3)); },
                   total);
}
