#include "outputs/text/model_audit_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::array<Knowledge, 5> all_kinds = {Knowledge::contradicted, Knowledge::open,
                                                Knowledge::assumed, Knowledge::given,
                                                Knowledge::seen};

/// Below a heading, or "none".
std::string part(const std::string& heading, const std::vector<std::string>& lines,
                 std::size_t most_lines) {
  std::string text = heading + "\n";
  if (lines.empty()) return text + "  none\n";
  const std::size_t shown = std::min(lines.size(), most_lines);
  for (std::size_t i = 0; i < shown; ++i) text += "  " + lines[i] + "\n";
  const std::size_t left = lines.size() - shown;
  if (left > 0) text += fmt::format("  and {} more; --verbose lists them\n", left);
  return text;
}

std::string known_line(const KnownValue& known) {
  std::string line = visible_name(known.path);
  if (!known.value.empty()) line += " = " + visible_line(known.value);
  if (known.observations > 0) line += fmt::format(", from {}", count_text(known.observations));
  if (!known.why.empty()) line += ": " + visible_sentence(known.why);
  return line;
}

std::string values_text(const ModelAudit& audit, std::size_t most_lines) {
  std::string text;
  for (const Knowledge kind : all_kinds) {
    std::vector<std::string> lines;
    for (const KnownValue& known : audit.values) {
      if (known.knowledge == kind) lines.push_back(known_line(known));
    }
    text += part(fmt::format("\n{} ({})", word(kind), count_text(lines.size())), lines, most_lines);
  }
  return text;
}

std::string number_text(const Identified& known, double value) {
  return known.is_duration ? rounded_duration_text(value) : fmt::format("{:.4g}", value);
}

std::string width_text(double width) {
  if (std::isinf(width)) return "any width";
  return fmt::format("{:.3g} % wide", 100 * width);
}

std::string identified_line(const Identified& known) {
  std::string line =
      fmt::format("{} = {}", visible_name(name_of(known)), number_text(known, known.learned));
  if (known.range) {
    line += fmt::format(" [{}, {}]", number_text(known, known.range->lower),
                        number_text(known, known.range->upper));
  }
  line += ", " + width_text(known.relative_width);
  if (known.observations > 0) {
    line += ", from " + counted(known.observations, "observation");
  }
  return line + (known.is_guess ? ": a guess" : "");
}

std::string identified_text(const ModelAudit& audit, std::size_t most_lines) {
  std::vector<std::string> lines;
  for (const Identified& known : audit.identified) lines.push_back(identified_line(known));
  const std::string by = audit.draws > 0
                             ? fmt::format("90 % of {}", counted(audit.draws, "draw"))
                             : "90 % by counts alone, as there are no draws beside the model";
  return part(fmt::format("\nHow well the recording fixes what was seen, worst first ({})", by),
              lines, most_lines);
}

std::string load_text(const LoadRatios& load) {
  if (!load.highest()) return "its load has nothing to be compared with";
  if (load.work_ratio) {
    return fmt::format("{} times the recorded work, {} times the requests inside",
                       times_text(*load.work_ratio), times_text(*load.inside_ratio));
  }
  return fmt::format("{} times the recorded visits", times_text(*load.visits_ratio));
}

std::string service_line(const BeyondService& one) {
  std::string line = fmt::format("{}{}: {}", one.is_beyond ? "beyond " : "",
                                 visible_name(one.load.service), load_text(one.load));
  line += fmt::format(", errors {:.3g} %", one.error_percent);
  if (one.error_percent_without) {
    line += fmt::format(" (without it {:.3g} %)", *one.error_percent_without);
  }
  if (one.mix_moved_percent && *one.mix_moved_percent >= 1) {
    line += fmt::format(", {:.0f} % of visits go to other endpoints", *one.mix_moved_percent);
  }
  return line;
}

std::string beyond_text(const ScenarioAudit& audit, std::size_t most_lines) {
  std::vector<std::string> lines;
  for (const BeyondService& one : audit.beyond.services) lines.push_back(service_line(one));
  std::string text = part("\nHow far the scenario goes beyond the recording", lines, most_lines);
  if (audit.beyond.untried.empty()) return text;
  lines.clear();
  for (const FailureNeverRecorded& one : audit.beyond.untried) {
    lines.push_back(visible_line(text_of(one)));
  }
  return text + part("\nCalls that the scenario makes fail, and that were never seen to", lines,
                     most_lines);
}

std::string worth_line(const WorthOfValue& value) {
  const std::string what =
      value.is_open
          ? fmt::format("open, risk from {} to {}", percent_text(value.least_risk),
                        percent_text(value.greatest_risk))
          : fmt::format("seen, explains {} of which draws miss", percent_text(value.explained));
  return fmt::format("{} ({} of '{}'): {}", visible_name(value.path), what,
                     visible_line(value.objective), visible_line(value.recording));
}

std::string worth_text(const ScenarioAudit& audit, std::size_t most_lines) {
  if (!audit.worth) return "";
  const WorthOfKnowing& worth = *audit.worth;
  std::vector<std::string> lines;
  for (const WorthOfValue& value : worth.values) lines.push_back(worth_line(value));
  std::string text = part("\nWhat to measure next, worth most first", lines, most_lines);
  if (worth.open_tried > 0) {
    text += fmt::format(
        "  {} screened with two runs an end, those that differ most run with {}; under one luck "
        "and "
        "without a test: ends one run apart are told, too\n",
        counted(worth.open_tried, "open value"), count_text(worth.replications));
  }
  if (worth.open_left_out > 0) {
    text += fmt::format("  {} left out: the first ones were tried\n",
                        counted(worth.open_left_out, "open value"));
  }
  if (!worth.complete) text += "  interrupted: there may be more\n";
  return text;
}

}  // namespace

const char* word(Knowledge knowledge) {
  switch (knowledge) {
    case Knowledge::seen:
      return "seen";
    case Knowledge::assumed:
      return "assumed";
    case Knowledge::given:
      return "given";
    case Knowledge::open:
      return "open";
    case Knowledge::contradicted:
      return "contradicted";
  }
  return "";
}

std::string name_of(const Identified& known) {
  if (known.level <= 0) return known.path;
  return fmt::format("p{:.0f} of {}", 100 * known.level, known.path);
}

std::string text(const ModelAudit& audit, std::size_t most_lines) {
  std::string text = visible_line(audit.model) + ": ";
  text += audit.provenance.spans > 0 ? fmt::format("learned from {} of {}, {} % sampled, {}\n",
                                                   counted(audit.provenance.spans, "span"),
                                                   counted(audit.provenance.traces, "trace"),
                                                   audit.provenance.sampling_percent,
                                                   visible_name(audit.provenance.window))
                                     : "not learned from traces\n";
  text += values_text(audit, most_lines) + identified_text(audit, most_lines);
  if (!audit.scenario) return text;
  text +=
      fmt::format("\n{}: {}, verdict {}\n", visible_line(audit.scenario->scenario),
                  counted(audit.scenario->replications, "replication"), audit.scenario->verdict);
  return text + beyond_text(*audit.scenario, most_lines) + worth_text(*audit.scenario, most_lines);
}

}  // namespace rehearse
