#include "tests/support/same_study.hpp"

#include <catch2/catch.hpp>

#include "outputs/outcome_file/outcome_file.hpp"
#include "outputs/text/report_json.hpp"
#include "outputs/text/summary.hpp"

namespace rehearse::testing {
namespace {

void check_same_arm(const ArmRecord& arm, const ArmRecord& expected) {
  CHECK(arm.layout == expected.layout);
  CHECK(arm.batches == expected.batches);
  CHECK(arm.beyond_recorded == expected.beyond_recorded);
  CHECK(arm.kept == expected.kept);
  CHECK(arm.digest() == expected.digest());
  CHECK(arm.mean_load() == expected.mean_load());
}

}  // namespace

void check_same(const Study& study, const Study& expected) {
  CHECK(study.information == expected.information);
  CHECK(study.objectives == expected.objectives);
  CHECK(study.unknown == expected.unknown);
  CHECK(study.untried == expected.untried);
  CHECK(study.open == expected.open);
  check_same_arm(study.experiment, expected.experiment);
  REQUIRE(study.control.has_value() == expected.control.has_value());
  if (study.control) check_same_arm(*study.control, *expected.control);

  const Findings found = findings_of(study);
  const Findings findings = findings_of(expected);
  const bool same_file = outcome_file_image(study, found) == outcome_file_image(expected, findings);
  CHECK(same_file);
  CHECK(summary_of(study, found) == summary_of(expected, findings));
  CHECK(json_report(study, found, "a.h5", 0) == json_report(expected, findings, "a.h5", 0));
}

}  // namespace rehearse::testing
