#include "cli/gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>

#include "cli/interruption.hpp"
#include "cli/scenario_study.hpp"
#include "cli/verb.hpp"
#include "language/spec_path.hpp"
#include "models/checks/safety_nets.hpp"
#include "outputs/text/notices.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_mistakes = 10;  // as many as GitHub shows of one step

/// Takes ":12" from the end of a text, if it is there.
std::optional<int> take_number(std::string& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon + 1 == text.size()) return std::nullopt;
  const std::string digits = text.substr(colon + 1);
  constexpr std::size_t most_digits = 9;
  const bool whole = digits.size() <= most_digits &&
                     std::all_of(digits.begin(), digits.end(),
                                 [](unsigned char letter) { return std::isdigit(letter) != 0; });
  if (!whole) return std::nullopt;
  text.resize(colon);
  return std::stoi(digits);
}

/// "shop.toml:12:3: error: ..." as a check of its own.
std::optional<GateCheck> check_of_line(const std::string& line) {
  const std::string mark = ": error: ";
  const std::size_t place = line.find(mark);
  if (place == std::string::npos) return std::nullopt;
  std::string file = line.substr(0, place);
  const auto column = take_number(file);
  const auto row = column ? take_number(file) : std::nullopt;
  GateCheck check =
      problem(CheckState::error, "invalid input", file, line.substr(place + mark.size()));
  check.at.line = row.value_or(0);
  return check;
}

/// Each mistake that a refusal lists, at its line; all of it stands beside the first.
std::vector<GateCheck> checks_of(const std::string& refusal, const std::string& path) {
  std::vector<GateCheck> checks;
  for (std::size_t begin = 0; begin < refusal.size() && checks.size() < most_mistakes;) {
    const std::size_t end = std::min(refusal.find('\n', begin), refusal.size());
    if (auto check = check_of_line(refusal.substr(begin, end - begin))) {
      checks.push_back(*std::move(check));
    }
    begin = end + 1;
  }
  if (checks.empty()) {
    const std::string first = refusal.substr(0, refusal.find('\n'));
    checks.push_back(problem(CheckState::error, "not run", path, first));
  }
  checks.front().paragraph = refusal.back() == '\n' ? refusal : refusal + "\n";
  return checks;
}

/// Where the scenario says what stands at a path.
SourceLine line_of(const Scenario& scenario, const std::string& path) {
  const auto origin = scenario.origins.find(path);
  if (origin == scenario.origins.end()) return {scenario.path, 0};
  return {origin->second.file, origin->second.line};
}

void add_problem(GatedScenario& gated, ExitCode code, const std::string& name,
                 const std::string& reason) {
  gated.code = worse_of(gated.code, code);
  gated.checks.push_back(problem(CheckState::error, name, gated.path, reason));
}

/// Whatever the scenario says of readings, no gate opens without them.
void add_study(Scenario scenario, const Arguments& arguments, const std::string& command,
               GatedScenario& gated) {
  scenario.readings = ReadingsWanted::search;
  const auto judged = judge_scenario(scenario, settings_for(scenario, arguments), command);
  if (!judged) {
    add_problem(gated, ExitCode::interrupted, "not run",
                "interrupted before the first replication was finished");
    return;
  }
  gated.code = worse_of(gated.code, judged->code);
  const auto& objectives = judged->findings.objectives;
  for (std::size_t i = 0; i < objectives.size(); ++i) {
    const SourceLine at = line_of(scenario, indexed_path("objectives", i));
    gated.checks.push_back(check_of(objectives[i], at));
  }
  for (const std::string& warning : warnings_about(judged->study, judged->findings)) {
    print_aside(fmt::format("warning: {}: {}\n", visible_line(scenario.path), printable(warning)));
    gated.notes += fmt::format("warning: {}\n", warning);
  }
  gated.notes += also_hit_text(judged->study, judged->findings);
  if (judged->code != ExitCode::interrupted) return;
  add_problem(
      gated, ExitCode::interrupted, "interrupted",
      fmt::format("{} of {} were finished", count_text(judged->study.experiment.replications()),
                  counted(judged->study.information.replications_planned, "replication")));
}

/// What trips a safety net fails the gate, whatever the objectives say, unless it was waived.
GateCheck check_of(const Trip& trip, const Scenario& scenario) {
  const std::string name = word(trip.net);
  GateCheck check;
  check.name = "net: " + name;
  check.at = line_of(scenario, trip.path);
  const std::optional<std::string> waiver =
      scenario.preflight ? scenario.preflight->waive.reason(trip.net) : std::nullopt;
  check.state = waiver ? CheckState::waived : CheckState::failed;
  check.reason = waiver ? fmt::format("{}; waived: {}", trip.sentence, *waiver)
                        : fmt::format(
                              "{}. Mend it, or say why it may be so: [preflight] waive = "
                              "{{ {} = \"reason\" }}",
                              trip.sentence, name);
  return check;
}

/// What was waived once may have been mended since.
void tell_of_idle_waivers(const Scenario& scenario, const std::vector<Trip>& trips) {
  if (!scenario.preflight) return;
  for (const SafetyNetRow& row : safety_nets) {
    const bool trips_it = std::any_of(trips.begin(), trips.end(),
                                      [&](const Trip& trip) { return trip.net == row.net; });
    if (!scenario.preflight->waive.reason(row.net) || trips_it) continue;
    print_aside(fmt::format("warning: {}: nothing needs the waiver of '{}'\n",
                            visible_line(scenario.path), row.word));
  }
}

void add_nets(const Scenario& scenario, GatedScenario& gated) {
  const std::vector<Trip> trips = find_trips(scenario.model, scenario.experiment);
  tell_of_idle_waivers(scenario, trips);
  for (const Trip& trip : trips) {
    gated.checks.push_back(check_of(trip, scenario));
    if (gated.checks.back().state == CheckState::failed) {
      gated.code = worse_of(gated.code, ExitCode::missed);
    }
  }
}

void add_scenario(const Scenario& scenario, const Arguments& arguments, const std::string& command,
                  GatedScenario& gated) {
  print_doubts(scenario);
  add_nets(scenario, gated);
  if (scenario.experiment.objectives.empty()) {
    add_problem(gated, ExitCode::invalid_input, "no objectives",
                "the scenario has no objectives: a gate that checks nothing lets everything "
                "through. Add [[objectives]]");
    return;
  }
  try {
    add_study(scenario, arguments, command, gated);
  } catch (const InvalidInput& refusal) {
    print_aside(refusal.what());
    gated.code = worse_of(gated.code, ExitCode::invalid_input);
    for (GateCheck& check : checks_of(refusal.what(), scenario.path)) {
      gated.checks.push_back(std::move(check));
    }
  } catch (const Error& error) {
    add_problem(gated, ExitCode::failure, "not run", error.what());
  }
}

}  // namespace

AtGate read_at_gate(const std::string& path) {
  AtGate one{path, {}, {}, ExitCode::done};
  try {
    one.scenario = load_scenario(path);
  } catch (const InvalidInput& refusal) {
    one.refusal = refusal.what();
    one.code = ExitCode::invalid_input;
  } catch (const Error& error) {
    one.refusal = error.what();
    one.code = ExitCode::failure;
  }
  if (one.scenario) return one;
  if (one.refusal.empty()) one.refusal = "it cannot be read";
  print_aside(one.refusal.back() == '\n' ? one.refusal : one.refusal + "\n");
  return one;
}

GatedScenario gate(const AtGate& one, const Arguments& arguments, const std::string& command) {
  const auto start = std::chrono::steady_clock::now();
  GatedScenario gated;
  gated.path = one.path;
  gated.code = one.code;
  if (!one.scenario) {
    gated.checks = checks_of(one.refusal, one.path);
    return gated;
  }
  gated.name = one.scenario->name;
  if (Interruption::requested()) {
    add_problem(gated, ExitCode::interrupted, "not run", "interrupted before its turn");
    return gated;
  }
  add_scenario(*one.scenario, arguments, command, gated);
  gated.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return gated;
}

GatedScenario frozen(const std::string& path, const std::string& reason) {
  GatedScenario gated;
  gated.path = path;
  gated.code = ExitCode::missed;
  gated.checks = {problem(CheckState::failed, "frozen", path,
                          "nothing passes while REHEARSE_FREEZE is set: " + reason)};
  return gated;
}

}  // namespace rehearse
