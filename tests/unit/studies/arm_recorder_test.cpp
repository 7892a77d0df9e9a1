#include "studies/arm_recorder.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "sim/expects.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse {
namespace {

using testing::fast_objective;
using testing::outcome_with;
using testing::small_layout;

/// A record and who adds to it.
struct Recording {
  std::vector<ObjectiveSpec> objectives = {fast_objective()};
  ArmRecord record = ArmRecord(small_layout());
  ArmRecorder recorder = ArmRecorder(record, objectives);
};

}  // namespace

TEST_CASE("batches stay few and lose no request however many replications come", "[studies]") {
  Recording recording;
  constexpr std::uint64_t replications = 5000;

  for (std::uint64_t i = 0; i < replications; ++i) {
    recording.recorder.add(
        outcome_with(i, {Duration::milliseconds(static_cast<std::int64_t>(i % 7 + 1))}));
  }

  CHECK(recording.record.batches.size() <= 1024);
  CHECK(recording.record.batches.size() > 512);
  std::uint64_t counted = 0;
  for (const Batch& batch : recording.record.batches) counted += batch.replications;
  CHECK(counted == replications);
  const auto totals = recording.record.totals();
  CHECK(totals[0].workloads[0].counts.arrived == replications);
  CHECK(totals[1].endpoints[0].latency.count() == replications);
  CHECK(recording.record.rows.objective_judgement.size() == replications);
  CHECK(recording.record.intervals[0].workloads.counts[0].size() == replications);
  CHECK(recording.record.windows.replications == 1000);
}

TEST_CASE("numbers of a replication without requests say that there was nothing", "[studies]") {
  Recording recording;

  recording.recorder.add(testing::silent_outcome(0));

  CHECK(std::isnan(recording.record.intervals[0].workloads.latency[0][0]));
  CHECK(std::isnan(recording.record.rows.objective_value[0]));
  CHECK(recording.record.rows.objective_judgement[0] ==
        static_cast<std::uint8_t>(Judgement::no_data));
  CHECK(std::isnan(recording.record.rows.stopped_at[0]));
}

TEST_CASE("the digest of an arm tells outcomes and their order apart", "[studies]") {
  const auto digest_of = [](std::int64_t first, std::int64_t second) {
    Recording recording;
    recording.recorder.add(outcome_with(0, {Duration::milliseconds(first)}));
    recording.recorder.add(outcome_with(1, {Duration::milliseconds(second)}));
    return recording.record.digest();
  };

  CHECK(digest_of(1, 2) == digest_of(1, 2));
  CHECK(digest_of(1, 2) != digest_of(2, 1));
  CHECK(digest_of(1, 2) != digest_of(1, 3));
}

TEST_CASE("outcomes out of order or of another shape are a bug", "[studies]") {
  Recording recording;
  recording.recorder.add(testing::silent_outcome(3));
  Outcome misshapen = testing::silent_outcome(4);
  misshapen.intervals.pop_back();

  CHECK_THROWS_AS(recording.recorder.add(testing::silent_outcome(3)), ContractViolation);
  CHECK_THROWS_AS(recording.recorder.add(misshapen), ContractViolation);
}

TEST_CASE("a recorder goes on where another one stopped", "[studies]") {
  constexpr std::uint64_t replications = 3000;  // batches of several
  Recording whole;
  Recording parts;

  for (std::uint64_t i = 0; i < replications; ++i) {
    const Outcome outcome =
        outcome_with(i, {Duration::milliseconds(static_cast<std::int64_t>(i % 7 + 1))});
    whole.recorder.add(outcome);
    ArmRecorder(parts.record, parts.objectives).add(outcome);
  }

  CHECK(parts.record.batches == whole.record.batches);
  CHECK(parts.record.digest() == whole.record.digest());
  CHECK(parts.record.windows.replications == whole.record.windows.replications);
}

}  // namespace rehearse
