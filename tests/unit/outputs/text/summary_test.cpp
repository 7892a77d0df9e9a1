#include "outputs/text/summary.hpp"

#include <catch2/catch.hpp>

#include "outputs/text/notices.hpp"
#include "outputs/text/plain_text.hpp"
#include "outputs/text/report_json.hpp"
#include "sim/counted_text.hpp"
#include "studies/arm_recorder.hpp"
#include "tests/support/study_support.hpp"

namespace rehearse {
namespace {

std::string summary(const Study& study) {
  return summary_of(study, findings_of(study));
}

}  // namespace

TEST_CASE("the summary begins with the answer", "[outputs]") {
  CHECK_THAT(summary(testing::study_with(200, 0)),
             Catch::StartsWith("trial: PASS. Every objective is met as often as required.\n"));
  CHECK_THAT(
      summary(testing::study_with(200, 40)),
      Catch::StartsWith("trial: FAIL. 'it stays fast' is missed in 40 of 200 replications.\n"));
  CHECK_THAT(summary(testing::study_with(200, 40)),
             Catch::Contains("risk 20 %, 95 %: [14.7 %, 26.2 %]; accepted 5 %\n"));
  CHECK_THAT(summary(testing::study_with(20, 0)),
             Catch::StartsWith("trial: INCONCLUSIVE. About 'it stays fast': the replications are "
                               "too few: to pass takes at least 72.\n"));
}

TEST_CASE("what was not seen has an upper limit", "[outputs]") {
  // 1 - 0.025^(1/500) = 0.00735.
  CHECK_THAT(summary(testing::study_with(500, 0)),
             Catch::Contains("missed in 0 of 500: risk 0 %, 95 %: [0 %, 0.735 %]; accepted 5 %"));
}

TEST_CASE("a study without objectives says that nothing was judged", "[outputs]") {
  OutcomeLayout layout = testing::small_layout();
  layout.objective_intervals.clear();
  Study study{{}, {}, ArmRecord(layout), std::nullopt};
  testing::add(study, testing::silent_outcome(0));
  CHECK_THAT(summary(study), Catch::StartsWith(": nothing was judged: no objectives.\n"));
}

TEST_CASE("an outage does not look fast", "[outputs]") {
  Study study = testing::study_with(0, 0);
  for (std::uint64_t i = 0; i < 40; ++i) {
    Outcome outcome = testing::outcome_with(i, {Duration::microseconds(300)});
    for (IntervalOutcome& interval : outcome.intervals) {
      interval.workloads[0].counts.arrived += 9;
      interval.workloads[0].counts.refused += 9;
      interval.endpoints[0].counts = interval.workloads[0].counts;
    }
    testing::add(study, outcome);
    ArmRecorder(*study.control, study.objectives)
        .add(testing::outcome_with(i, {Duration::milliseconds(1)}));
  }

  const std::string text = summary(study);

  CHECK_THAT(text, Catch::Contains("    p50  never   "));
  CHECK_THAT(text, Catch::Contains("    of good answers (40 of 400): p50 300us, p99 300us"));
  CHECK_THAT(text, Catch::Contains("Also hit in 'fault'"));
}

TEST_CASE("where nobody got an answer one word says so", "[outputs]") {
  Study study{{}, {testing::fast_objective()}, ArmRecord(testing::small_layout()), std::nullopt};
  for (std::uint64_t i = 0; i < 40; ++i) {
    Outcome outcome = testing::silent_outcome(i);
    for (IntervalOutcome& interval : outcome.intervals) {
      interval.workloads[0].counts.arrived = interval.workloads[0].counts.aborted = 9;
    }
    testing::add(study, outcome);
  }

  CHECK_THAT(summary(study), Catch::Contains("never: none of 360 requests had a good answer"));
}

TEST_CASE("experiment and control stand side by side", "[outputs]") {
  CHECK_THAT(summary(testing::study_with(200, 200)),
             Catch::Contains("    p99  200ms [198ms, 202ms]            20ms [19.8ms, 20.2ms]"));
}

TEST_CASE("an endpoint of the latency table is not also hit", "[outputs]") {
  Study study = testing::study_with(200, 200);
  CHECK_THAT(summary(study),
             Catch::Contains("Also hit in 'fault'\n  shop/GET /: p99 200ms (20ms)\n"));

  study.information.user_endpoints = {"shop/GET /"};

  CHECK_THAT(summary(study), Catch::Contains("Nothing else was hit in"));
}

TEST_CASE("what weakens the answer is said", "[outputs]") {
  Study study = testing::study_with(100, 0);
  Outcome collapsed = testing::outcome_with(100, {Duration::milliseconds(1)});
  collapsed.capped = true;
  collapsed.intervals[0].workloads[0].counts.arrived += 50;
  collapsed.intervals[0].workloads[0].counts.unfinished += 50;
  testing::add(study, collapsed);
  Outcome alarmed = testing::outcome_with(100, {Duration::milliseconds(1)});
  study.control->layout.alarms = {"error_ratio > 2%"};
  alarmed.alarms = {{.rang_before = false, .fired_at = Time::after_start(Duration::seconds(40))}};
  ArmRecorder(*study.control, study.objectives).add(alarmed);
  study.information.replications_planned = 500;

  const std::string text = summary(study);

  CHECK_THAT(text, Catch::Contains("warning: interrupted: 101 of 500 replications were finished"));
  CHECK_THAT(text, Catch::Contains("1 of 101 replications ended early"));
  CHECK_THAT(text, Catch::Contains("of the requests of users had no answer"));
  CHECK_THAT(text, Catch::Contains("false alarms: an alarm fires without the experiment in "
                                   "1 of 101 replications"));
  CHECK_THAT(text, Catch::Contains("conditional on the model"));
}

TEST_CASE("more load than was recorded is called what it is", "[outputs]") {
  Study study = testing::study_with(100, 0);

  CHECK_THAT(summary(study), !Catch::Contains("harm may be understated"));
  study.unknown = {{"cart", 1.5, 1.1, {}}, {"email", {}, {}, {}}};
  CHECK_THAT(summary(study),
             Catch::StartsWith("trial: INCONCLUSIVE. About 'it stays fast': it is met only if"));
  study = testing::study_with(100, 100);
  study.unknown = {{"cart", 1.5, 1.1, {}}, {"email", {}, {}, {}}};
  CHECK_THAT(summary(study), Catch::StartsWith("trial: FAIL."));
  CHECK_THAT(summary(study), Catch::Contains("warning: harm may be understated"));
  CHECK_THAT(summary(study), Catch::Contains("cart (1.5 times the recorded work), email (no"));
}

TEST_CASE("unknown capacity is named also when too few replications decide", "[outputs]") {
  Study study = testing::study_with(20, 0);
  study.unknown = {{"cart", 1.5, 1.1, {}}};

  CHECK_THAT(summary(study), Catch::StartsWith("trial: INCONCLUSIVE. About 'it stays fast': the "
                                               "replications are too few"));
  CHECK_THAT(summary(study), Catch::Contains("harm may be understated") &&
                                 Catch::Contains("cart (1.5 times the recorded work)"));
}

TEST_CASE("a miss by more than the threshold itself says how far", "[outputs]") {
  CHECK_THAT(summary(testing::study_with(100, 100)),
             Catch::Contains("measured: each time 200ms, 100 % beyond"));
  Study far = testing::study_with(0, 0);
  testing::add(far, testing::outcome_with(0, {Duration::milliseconds(250)}));
  CHECK_THAT(summary(far), Catch::Contains(", 150 % beyond"));
}

TEST_CASE("what every collapse measured is not called never measured", "[outputs]") {
  Study study = testing::study_with(0, 0);
  Outcome collapsed = testing::outcome_with(0, {Duration::milliseconds(20)});
  collapsed.capped = true;
  testing::add(study, collapsed);

  CHECK_THAT(summary(study), Catch::Contains("no replication shows it") &&
                                 Catch::Contains("missed in 0 of 1, 1 without data") &&
                                 !Catch::Contains("never measured"));
}

TEST_CASE("that a rollout was never rolled back is said once", "[outputs]") {
  Study study = testing::study_with(0, 0);
  Outcome promoted = testing::outcome_with(0, {Duration::milliseconds(20)});
  promoted.rollout = RolloutResult::completed;
  testing::add(study, promoted);

  const std::string text = summary(study);

  CHECK_THAT(text, Catch::Contains("promoted in 1 of 1, rolled back in 0."));
  CHECK(text.find("rolled back") == text.rfind("rolled back"));
}

TEST_CASE("a rollout that the run did not last for is neither promoted nor rolled back",
          "[outputs]") {
  Study study = testing::study_with(0, 0);
  Outcome late = testing::outcome_with(0, {Duration::milliseconds(20)});
  late.rollout = RolloutResult::unfinished;
  testing::add(study, late);

  CHECK_THAT(summary(study),
             Catch::Contains("promoted in 0 of 1, rolled back in 0, unfinished in 1."));
}

TEST_CASE("a pass that stop conditions made possible says so", "[outputs]") {
  Study study = testing::study_with(100, 0);
  CHECK_THAT(summary(study), !Catch::Contains("stop condition"));

  Outcome stopped = testing::outcome_with(100, {Duration::milliseconds(20)});
  stopped.stopped_at = Time::after_start(Duration::seconds(40));
  testing::add(study, stopped);

  CHECK_THAT(summary(study), Catch::StartsWith("trial: PASS. Every objective is met as often as "
                                               "required. A stop condition fired in 1 of 101.\n"));
  CHECK_THAT(summary(study), Catch::Contains("Nothing else was hit in 'fault'"));
}

TEST_CASE("alarms say how often and how soon they noticed", "[outputs]") {
  OutcomeLayout layout = testing::small_layout();
  layout.alarms = {"error_ratio > 1%", "p99(latency) > 1s"};
  Study study{{}, {testing::fast_objective()}, ArmRecord(layout), std::nullopt};
  for (std::uint64_t i = 0; i < 3; ++i) {
    Outcome outcome = testing::outcome_with(i, {Duration::milliseconds(1)});
    outcome.alarms = {
        {.rang_before = i == 0,
         .fired_at = Time::after_start(Duration::seconds(40 + 10 * static_cast<int>(i)))},
        {}};
    testing::add(study, outcome);
  }
  study.information.disturbance_at_seconds = 30;

  const std::string text = summary(study);

  CHECK_THAT(text, Catch::Contains("The alarm 'error_ratio > 1%' fired in 3 of 3 replications, 20s "
                                   "after the experiment began (median; 10s to 30s)"));
  CHECK_THAT(text, Catch::Contains("The alarm 'p99(latency) > 1s' fired in 0 of 3 replications\n"));
  CHECK_THAT(text, Catch::Contains("rang already before the experiment began in 1 of 3"));
}

TEST_CASE("percentages are written as people read them", "[outputs]") {
  CHECK(percent_text(0) == "0 %");
  CHECK(percent_text(1) == "100 %");
  CHECK(percent_text(0.99999) == "over 99.99 %");
  CHECK(percent_text(0.9996) == "99.96 %");
  CHECK(percent_text(0.05) == "5 %");
  CHECK(percent_text(1e-7) == "1.0e-05 %");
}

TEST_CASE("the JSON report has the documented keys", "[outputs]") {
  const Study study = testing::study_with(100, 100);

  const std::string report = json_report(study, findings_of(study), "a.h5", 99);

  for (const char* key : {"outcome_digest",  "replications", "spans",     "wall_seconds",
                          "objectives",      "probability",  "interval",  "verdict",
                          "endpoints",       "shop/GET /",   "count",     "error_ratio",
                          "latency_seconds", "p50",          "p90",       "p99",
                          "mean_of_good",    "estimate",     "workloads", "services",
                          "utilization",     "queue_length", "in_system", "control",
                          "exit_code",       "warnings"}) {
    CHECK_THAT(report, Catch::Contains("\"" + std::string(key) + "\": "));
  }
}

TEST_CASE("what is allowed and probably not meant stands in the JSON report, too", "[outputs]") {
  Study study = testing::study_with(100, 100);
  study.information.doubts = {"the percentage of the fault 'x' is 0.3 percent"};

  const std::string report = json_report(study, findings_of(study), "a.h5", 99);

  CHECK(report.find("is 0.3 percent", report.find("\"warnings\": [")) != std::string::npos);
}

TEST_CASE("the warning names some edges and counts the others", "[outputs]") {
  Study study = testing::study_with(10, 0);
  for (int i = 0; i < 8; ++i) study.untried.push_back({"page", "s" + std::to_string(i), 2});

  const std::vector<std::string> warnings = warnings_about(study, findings_of(study));

  REQUIRE(warnings.size() == 1);
  CHECK_THAT(warnings[0], Catch::Contains("no failure was recorded") &&
                              Catch::Contains("page -> s5 (2 good calls), and 2 more") &&
                              !Catch::Contains("s6"));
}

}  // namespace rehearse
