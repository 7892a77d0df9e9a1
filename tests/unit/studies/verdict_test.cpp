#include "studies/verdict.hpp"

#include <catch2/catch.hpp>

#include "studies/arm_recorder.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse {
namespace {

struct Row {
  std::uint64_t missed;
  std::uint64_t no_data;
  std::uint64_t replications;
  double accepted;
  Verdict verdict;
};

Verdict verdict_of(const Row& row, std::optional<Risk> control = std::nullopt) {
  std::string reason;
  const Risk risk = risk_of(row.missed, row.no_data, row.replications);
  return judge(risk, control, row.accepted, reason);
}

}  // namespace

TEST_CASE("verdicts follow the exact limits of the risk", "[studies]") {
  // Two-sided 95 % limits of Clopper and Pearson: 0 of 72 ends at 0.0499, 0 of 71 at 0.0506; 10 of
  // 100 begin at 0.0490, 11 of 100 at 0.0562.
  const std::vector<Row> rows = {
      {0, 0, 72, 0.05, Verdict::pass},           {0, 0, 71, 0.05, Verdict::inconclusive},
      {10, 0, 100, 0.05, Verdict::inconclusive}, {11, 0, 100, 0.05, Verdict::fail},
      {100, 0, 100, 0.05, Verdict::fail},        {0, 0, 1, 0.05, Verdict::inconclusive},
      {0, 0, 1000, 0.0, Verdict::inconclusive},  {3, 0, 1000, 0.0, Verdict::fail}};
  for (const Row& row : rows) {
    CAPTURE(row.missed, row.replications);
    CHECK(verdict_of(row) == row.verdict);
  }
}

TEST_CASE("replications without data count both ways and never as met", "[studies]") {
  CHECK(verdict_of({0, 200, 200, 0.05, Verdict::none}) == Verdict::inconclusive);
  CHECK(verdict_of({0, 1, 200, 0.05, Verdict::none}) == Verdict::pass);
  CHECK(verdict_of({0, 20, 200, 0.05, Verdict::none}) == Verdict::inconclusive);
  CHECK(verdict_of({40, 100, 200, 0.05, Verdict::none}) == Verdict::fail);

  const Risk risk = risk_of(1, 2, 10);
  CHECK(risk.interval.lower == clopper_pearson(1, 10, 0.95).lower);
  CHECK(risk.interval.upper == clopper_pearson(3, 10, 0.95).upper);
}

TEST_CASE("a control that misses the objective makes any verdict inconclusive", "[studies]") {
  const Risk bad_control = risk_of(50, 0, 200);
  const Risk good_control = risk_of(0, 0, 200);

  CHECK(verdict_of({200, 0, 200, 0.05, Verdict::none}, bad_control) == Verdict::inconclusive);
  CHECK(verdict_of({0, 0, 200, 0.05, Verdict::none}, bad_control) == Verdict::inconclusive);
  CHECK(verdict_of({200, 0, 200, 0.05, Verdict::none}, good_control) == Verdict::fail);
}

TEST_CASE("a pass that rests on capacity nobody knows is none, and a fail stays one", "[studies]") {
  const std::vector<UnknownCapacity> unknown = {{"cart", 1.5, 1.1, {}}};
  const Study good = testing::study_with(200, 0);
  const Study bad = testing::study_with(200, 100);

  CHECK(judge_objectives(good.objectives, good.experiment, nullptr)[0].verdict == Verdict::pass);
  const ObjectiveResult doubted =
      judge_objectives(good.objectives, good.experiment, nullptr, {unknown, {}, {}})[0];
  CHECK(doubted.verdict == Verdict::inconclusive);
  CHECK_THAT(doubted.reason, Catch::Contains("cart (1.5 times the recorded work)"));
  CHECK(judge_objectives(bad.objectives, bad.experiment, nullptr, {unknown, {}, {}})[0].verdict ==
        Verdict::fail);
}

TEST_CASE("an objective without a probability is judged at 95 %", "[studies]") {
  CHECK(ObjectiveSpec{}.probability == 0.95);
}

TEST_CASE("what was measured stands beside the risk, with its distance to the threshold",
          "[studies]") {
  const Study study = testing::study_with(100, 10);

  const auto results = judge_objectives(study.objectives, study.experiment, nullptr);

  const Measurements& measured = results[0].measured;
  CHECK(measured.count == 100);
  CHECK(measured.median == Approx(0.020).epsilon(0.01));
  CHECK(measured.highest == Approx(0.200).epsilon(0.01));
  CHECK(*margin_of(measured, results[0].condition) == Approx(0.8).epsilon(0.01));
}

TEST_CASE("the worst objective decides and has its exit code", "[studies]") {
  const auto with = [](Verdict verdict) {
    ObjectiveResult result;
    result.verdict = verdict;
    return result;
  };

  CHECK(overall({}) == Verdict::none);
  CHECK(overall({with(Verdict::pass), with(Verdict::inconclusive)}) == Verdict::inconclusive);
  CHECK(overall({with(Verdict::fail), with(Verdict::inconclusive)}) == Verdict::fail);
  CHECK(number_of(exit_code(Verdict::none)) == 0);
  CHECK(number_of(exit_code(Verdict::pass)) == 0);
  CHECK(number_of(exit_code(Verdict::inconclusive)) == 2);
  CHECK(number_of(exit_code(Verdict::fail)) == 99);
}

TEST_CASE("judgements of the replications are counted for each objective and arm", "[studies]") {
  Study study = testing::study_with(100, 30);
  testing::add(study, testing::silent_outcome(100));
  ArmRecorder(*study.control, study.objectives).add(testing::silent_outcome(100));

  const auto results = judge_objectives(study.objectives, study.experiment, &*study.control);

  REQUIRE(results.size() == 1);
  CHECK(results[0].experiment.missed == 30);
  CHECK(results[0].experiment.no_data == 1);
  CHECK(results[0].control->missed == 0);
  CHECK(results[0].probability() == 70.0 / 101);
  CHECK(results[0].interval_name == "fault");
  CHECK(results[0].verdict == Verdict::fail);
}

}  // namespace rehearse
