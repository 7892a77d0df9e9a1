#include "outputs/report/gate_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "outputs/text/collateral.hpp"
#include "outputs/text/objective_text.hpp"
#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"
#include "sim/enumerators.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

struct StateRow {
  CheckState state;
  const char* word;
  std::size_t GateCounts::*count;
};
constexpr std::array<StateRow, enumerator_count<CheckState>()> states = {{
    {CheckState::passed, "pass", &GateCounts::passed},
    {CheckState::waived, "waived", &GateCounts::waived},
    {CheckState::failed, "fail", &GateCounts::failed},
    {CheckState::inconclusive, "inconclusive", &GateCounts::inconclusive},
    {CheckState::error, "error", &GateCounts::errors},
}};
static_assert(lists_every(states, &StateRow::state));

const StateRow& row_of(CheckState state) {
  return states[static_cast<std::size_t>(state)];
}

/// Where nothing was judged, nobody may go on.
CheckState state_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return CheckState::passed;
    case Verdict::fail:
      return CheckState::failed;
    case Verdict::inconclusive:
      return CheckState::inconclusive;
    case Verdict::none:
      break;
  }
  return CheckState::error;
}

const char* sign_of(Comparison comparison) {
  switch (comparison) {
    case Comparison::less:
      return "<";
    case Comparison::less_or_equal:
      return "<=";
    case Comparison::greater:
      return ">";
    case Comparison::greater_or_equal:
      return ">=";
  }
  return "";
}

std::string place_text(const SourceLine& at) {
  const std::string file = visible_line(at.file);
  return at.line > 0 ? fmt::format("{}:{}", file, at.line) : file;
}

}  // namespace

const char* word(CheckState state) {
  return row_of(state).word;
}

GateCounts counts_of(const std::vector<GatedScenario>& scenarios) {
  GateCounts counts;
  for (const GatedScenario& scenario : scenarios) {
    for (const GateCheck& check : scenario.checks) ++(counts.*row_of(check.state).count);
  }
  return counts;
}

ExitCode exit_code(const std::vector<GatedScenario>& scenarios) {
  ExitCode worst = ExitCode::done;
  for (const GatedScenario& scenario : scenarios) worst = worse_of(worst, scenario.code);
  return worst;
}

GateCheck check_of(const ObjectiveResult& result, const SourceLine& at) {
  GateCheck check;
  check.state = state_of(result.verdict);
  check.name = result.name;
  check.at = at;
  const Measurements& measured = result.measured;
  check.measured = measured.count == 0
                       ? "never measured"
                       : (measured.lowest == measured.highest ? "each time " : "median ") +
                             value_text(result.condition, measured.median);
  check.wanted = fmt::format("{} {}", sign_of(result.condition.comparison),
                             value_text(result.condition, result.condition.threshold));
  check.expectation = fmt::format("{} ({})", result.expectation, result.interval_name);
  check.risk = fmt::format("{}, 95 %: {}", percent_text(result.experiment.estimate),
                           percent_text(result.experiment.interval));
  check.accepted = percent_text(result.accepted_risk);
  check.reason = result.reason;
  check.paragraph = objective_text(result, false, false);
  return check;
}

std::string also_hit_text(const Study& study, const Findings& findings) {
  const std::string text = collateral_text(study, findings, {});
  return text.substr(std::min(text.size(), text.find_first_not_of('\n')));
}

std::string essentials(const GateCheck& check) {
  std::string text;
  if (!check.measured.empty()) {
    text = fmt::format("{}, wanted {}: {}; risk {}; accepted {}", check.measured, check.wanted,
                       visible_name(check.expectation), check.risk, check.accepted);
  }
  if (check.reason.empty()) return text;
  return fmt::format("{}{}{}", text, text.empty() ? "" : "; ", visible_sentence(check.reason));
}

std::string check_line(const GateCheck& check) {
  return fmt::format("{:<12}  {}: {}: {}\n", upper_case(word(check.state)), place_text(check.at),
                     visible_name(check.name), essentials(check));
}

std::string counts_line(const std::vector<GatedScenario>& scenarios) {
  const GateCounts counts = counts_of(scenarios);
  const std::string waived =
      counts.waived == 0 ? "" : fmt::format(", {} waived", count_text(counts.waived));
  return fmt::format("{}: {} passed, {} failed, {} inconclusive, {}{}: exit code {}\n",
                     counted(scenarios.size(), "scenario"), count_text(counts.passed),
                     count_text(counts.failed), count_text(counts.inconclusive),
                     counted(counts.errors, "error"), waived, number_of(exit_code(scenarios)));
}

GateCheck problem(CheckState state, const std::string& name, const std::string& file,
                  const std::string& reason) {
  GateCheck check;
  check.state = state;
  check.name = name;
  check.at.file = file;
  check.reason = reason;
  return check;
}

}  // namespace rehearse
