#include "studies/arm_record.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/expects.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse {
namespace {

using testing::fast_objective;
using testing::outcome_with;
using testing::small_layout;

ArmRecord empty_record() {
  return ArmRecord(small_layout(), {fast_objective()});
}

}  // namespace

TEST_CASE("batches stay few and lose no request however many replications come", "[studies]") {
  ArmRecord record = empty_record();
  constexpr std::uint64_t replications = 5000;

  for (std::uint64_t i = 0; i < replications; ++i) {
    record.add(outcome_with(i, {Duration::milliseconds(static_cast<std::int64_t>(i % 7 + 1))}));
  }

  CHECK(record.batches().size() <= 1024);
  CHECK(record.batches().size() > 512);
  std::uint64_t counted = 0;
  for (const Batch& batch : record.batches()) counted += batch.replications;
  CHECK(counted == replications);
  const auto totals = record.totals();
  CHECK(totals[0].workloads[0].counts.arrived == replications);
  CHECK(totals[1].endpoints[0].latency.count() == replications);
  CHECK(record.rows().objective_judgement.size() == replications);
  CHECK(record.interval_rows()[0].workloads.counts[0].size() == replications);
  CHECK(record.windows().replications == 1000);
}

TEST_CASE("numbers of a replication without requests say that there was nothing", "[studies]") {
  ArmRecord record = empty_record();

  record.add(testing::silent_outcome(0));

  CHECK(std::isnan(record.interval_rows()[0].workloads.latency[0][0]));
  CHECK(std::isnan(record.rows().objective_value[0]));
  CHECK(record.rows().objective_judgement[0] == static_cast<std::uint8_t>(Judgement::no_data));
  CHECK(std::isnan(record.rows().stopped_at[0]));
}

TEST_CASE("the digest of an arm tells outcomes and their order apart", "[studies]") {
  const auto digest_of = [](std::int64_t first, std::int64_t second) {
    ArmRecord record = empty_record();
    record.add(outcome_with(0, {Duration::milliseconds(first)}));
    record.add(outcome_with(1, {Duration::milliseconds(second)}));
    return record.digest();
  };

  CHECK(digest_of(1, 2) == digest_of(1, 2));
  CHECK(digest_of(1, 2) != digest_of(2, 1));
  CHECK(digest_of(1, 2) != digest_of(1, 3));
}

TEST_CASE("outcomes out of order or of another shape are a bug", "[studies]") {
  ArmRecord record = empty_record();
  record.add(testing::silent_outcome(3));
  Outcome misshapen = testing::silent_outcome(4);
  misshapen.intervals.pop_back();

  CHECK_THROWS_AS(record.add(testing::silent_outcome(3)), ContractViolation);
  CHECK_THROWS_AS(record.add(misshapen), ContractViolation);
}

}  // namespace rehearse
