#include <catch2/catch.hpp>
#include <pugixml.hpp>

#include "outputs/report/annotations.hpp"
#include "outputs/report/gate_markdown.hpp"
#include "outputs/report/gate_record.hpp"
#include "outputs/report/junit.hpp"
#include "tests/support/junit_schema.hpp"

namespace rehearse {
namespace {

using testing::junit_violations;

GateCheck check(CheckState state, const std::string& name, const std::string& reason = "") {
  GateCheck one = problem(state, name, "a.toml", reason);
  one.at.line = 12;
  one.measured = "median 122ms";
  one.wanted = "< 50ms";
  one.expectation = "p50(latency) < 50ms (fault)";
  one.risk = "100 %, 95 %: [94 %, 100 %]";
  one.accepted = "10 %";
  return one;
}

GatedScenario scenario(std::vector<GateCheck> checks) {
  GatedScenario one;
  one.name = "slow shop";
  one.path = "a.toml";
  one.code = ExitCode::missed;
  one.seconds = 1.5;
  one.checks = std::move(checks);
  return one;
}

/// All that a name in a file can be and should not.
const std::string hostile =
    "a\x01\x1b[31m\r\n::error::no\t%0A <b>&amp;</b> ]]> | `x` @all ##[error] \xff \xef\xbf\xbf "
    "\xe2\x80\xae";

std::string every_report(const std::vector<GatedScenario>& all) {
  return junit_report(all) + gate_markdown(all, 1'000'000) + check_line(all[0].checks[0]) +
         github_annotation(all[0].checks[0], all[0].path);
}

}  // namespace

TEST_CASE("the worst end of several is the one a pipeline hears of", "[outputs]") {
  const auto worst = [](std::vector<ExitCode> codes) {
    std::vector<GatedScenario> all;
    for (const ExitCode code : codes) {
      all.push_back(scenario({}));
      all.back().code = code;
    }
    return number_of(exit_code(all));
  };

  CHECK(worst({}) == 0);
  CHECK(worst({ExitCode::done, ExitCode::inconclusive}) == 2);
  CHECK(worst({ExitCode::missed, ExitCode::inconclusive}) == 99);
  CHECK(worst({ExitCode::missed, ExitCode::invalid_input, ExitCode::done}) == 104);
  CHECK(worst({ExitCode::invalid_input, ExitCode::interrupted}) == 105);
  CHECK(worst({ExitCode::failure, ExitCode::interrupted, ExitCode::invalid_input}) == 1);
}

TEST_CASE("a line has the measured value beside the wanted one, and the risk", "[outputs]") {
  CHECK(check_line(check(CheckState::failed, "stays fast", "why")) ==
        "FAIL          a.toml:12: stays fast: median 122ms, wanted < 50ms: p50(latency) < 50ms "
        "(fault); risk 100 %, 95 %: [94 %, 100 %]; accepted 10 %; why\n");
  CHECK(counts_line({scenario({check(CheckState::failed, "a"), check(CheckState::waived, "b")})}) ==
        "1 scenario: 0 passed, 1 failed, 0 inconclusive, 0 errors, 1 waived: exit code 99\n");
}

TEST_CASE("annotations escape what the runner of GitHub would obey", "[outputs]") {
  GateCheck one = check(CheckState::failed, "50 %, or: more");
  one.measured = "";
  one.reason = "100 % of\r\n::error::it";

  CHECK(github_annotation(one, "a,b:c%.toml") ==
        "::error file=a%2Cb%3Ac%25.toml,line=12,title=fail%3A 50 %25%2C or%3A more::100 %25 of"
        "\\u000d\\n::error::it\n");
  one.state = CheckState::inconclusive;
  CHECK_THAT(github_annotation(one, "a.toml"), Catch::StartsWith("::warning file=a.toml"));
  one.state = CheckState::waived;
  CHECK_THAT(github_annotation(one, "a.toml"), Catch::StartsWith("::notice file=a.toml"));
  one.state = CheckState::passed;
  CHECK(github_annotation(one, "a.toml").empty());
  CHECK(without_commands("a ##[group]b ##[add-mask]c") == "a ## [group]b ## [add-mask]c");
}

TEST_CASE("sections of GitLab have marks of their own and foreign text without any", "[outputs]") {
  CHECK(gitlab_section_start(2, 1700000000, "a\x1b[31m.toml") ==
        "\033[0Ksection_start:1700000000:rehearse_2\r\033[0Ka\\u001b[31m.toml\n");
  CHECK(gitlab_section_end(2, 1700000001) == "\033[0Ksection_end:1700000001:rehearse_2\r\033[0K\n");
}

TEST_CASE("JUnit parses back, with what is inconclusive as a failure", "[outputs]") {
  const std::string report = junit_report(
      {scenario({check(CheckState::passed, "a"), check(CheckState::failed, "b", "give more"),
                 check(CheckState::inconclusive, "c"), check(CheckState::waived, "d")}),
       scenario({problem(CheckState::error, "invalid input", "b.toml", "there is no such file")})});

  CHECK(junit_violations(report) == std::vector<std::string>{});
  pugi::xml_document document;
  REQUIRE(document.load_buffer(report.data(), report.size()));
  const pugi::xml_node suites = document.child("testsuites");
  CHECK(suites.attribute("tests").as_int() == 5);
  CHECK(suites.attribute("failures").as_int() == 2);
  CHECK(suites.attribute("errors").as_int() == 1);
  CHECK(suites.attribute("time").as_double() == 3.0);
  const auto of = [&](const char* name) {
    return suites.child("testsuite").find_child_by_attribute("testcase", "name", name);
  };
  CHECK(!of("a").child("failure"));
  CHECK(!of("d").child("failure"));
  const std::string message = of("b").child("failure").attribute("message").value();
  CHECK_THAT(message, Catch::Contains("median 122ms") && Catch::Contains("< 50ms") &&
                          Catch::Contains("95 %: [94 %, 100 %]") && Catch::Contains("give more"));
  CHECK(std::string(of("c").child("failure").attribute("type").value()) == "inconclusive");
  CHECK_THAT(of("b").child("failure").text().get(), Catch::StartsWith("a.toml:12\n"));
}

TEST_CASE("names in files may hold anything, and reports stay what they are", "[outputs]") {
  std::vector<GatedScenario> all = {
      scenario({check(CheckState::failed, hostile, hostile), check(CheckState::passed, hostile)})};
  all[0].name = hostile;
  all[0].path = hostile;
  all[0].notes = hostile + "\n```\n";
  all[0].checks[0].at.file = hostile;
  all[0].checks[0].paragraph = hostile;

  const std::string report = junit_report(all);

  CHECK(junit_violations(report) == std::vector<std::string>{});
  CHECK_THAT(report, Catch::Contains("a\\u0001\\u001b[31m") && Catch::Contains("\\xff") &&
                         Catch::Contains("\\uffff"));
  const std::string texts = every_report(all);
  CHECK(texts.find('\x1b') == std::string::npos);
  CHECK(texts.find('\r') == std::string::npos);
  CHECK(texts.find("\xe2\x80\xae") == std::string::npos);
  const GateCheck& one = all[0].checks[0];
  const std::string lines = check_line(one) + github_annotation(one, hostile);
  CHECK(lines.find("\n::error::no") == std::string::npos);
  const std::string page = gate_markdown(all, 1'000'000);
  CHECK_THAT(page, Catch::Contains("\\<b\\>") && Catch::Contains("\\| \\`x\\` @&#8203;all"));
  CHECK_THAT(page, Catch::Contains("\n    ```\n"));
}

TEST_CASE("a spoiled report is found out", "[outputs]") {
  const std::string sound = junit_report({scenario({check(CheckState::failed, "a")})});
  const auto spoiled = [&](const std::string& old, const std::string& now) {
    std::string report = sound;
    const std::size_t place = report.find(old);
    REQUIRE(place != std::string::npos);
    return junit_violations(report.replace(place, old.size(), now)).size();
  };

  CHECK(junit_violations(sound).empty());
  CHECK(spoiled("tests=\"1\"", "tests=\"2\"") > 0);
  CHECK(spoiled(" errors=\"0\"", "") > 0);
  CHECK(spoiled("time=\"1.500\"", "time=\"soon\"") > 0);
  CHECK(spoiled("classname", "class") > 0);
  CHECK(spoiled("slow shop", "slow\x01shop") > 0);
  CHECK(spoiled("slow shop", "slow&#1;shop") > 0);
  CHECK(spoiled("</testsuites>", "") > 0);
}

TEST_CASE("Markdown that does not fit is cut at a line, with a word", "[outputs]") {
  std::vector<GateCheck> checks(100, check(CheckState::failed, "\U0001F534 stays fast", "why"));
  const std::vector<GatedScenario> all = {scenario(checks)};
  const std::string whole = gate_markdown(all, 1'000'000);

  CHECK_THAT(whole, Catch::StartsWith("## Preflight\n") && !Catch::Contains("Cut here"));
  for (const std::size_t most : {0, 10, 100, 500, 5000}) {
    const std::string page = gate_markdown(all, most);
    CAPTURE(most);
    CHECK(page.size() <= most);
    if (most < 100) continue;
    const std::string word = "\n**Cut here: the rest did not fit.**\n";
    CHECK_THAT(page, Catch::EndsWith(word));
    const std::string kept = page.substr(0, page.size() - word.size());
    CHECK(whole.substr(0, kept.size()) == kept);
    CHECK((kept.empty() || kept.back() == '\n'));
  }
  CHECK(gate_markdown(all, whole.size()) == whole);
}

}  // namespace rehearse
