#include "outputs/text/objective_text.hpp"

#include <fmt/format.h>

#include <cmath>

#include "models/outcomes/metric.hpp"
#include "outputs/text/plain_text.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// Unlike a probability it may be any number of thresholds.
std::string margin_text(double margin) {
  if (margin <= 1) return percent_text(margin);
  return margin < 100 ? fmt::format("{:.0f} %", margin * 100)
                      : times_text(margin) + " times the threshold";
}

/// "median 312ms (290ms to 355ms), 22 % to spare".
std::string measured_text(const ObjectiveResult& result) {
  const Measurements& measured = result.measured;
  if (measured.count == 0) return "never measured";
  const auto text = [&](double value) { return value_text(result.condition, value); };
  const bool all_equal = measured.lowest == measured.highest;
  std::string said = all_equal
                         ? "measured: each time " + text(measured.median)
                         : fmt::format("measured: median {} ({} to {})", text(measured.median),
                                       text(measured.lowest), text(measured.highest));
  const auto margin = margin_of(measured, result.condition);
  if (!margin || !std::isfinite(*margin)) return said;
  return said + (*margin >= 0 ? fmt::format(", {} to spare", margin_text(*margin))
                              : fmt::format(", {} beyond", margin_text(-*margin)));
}

std::string risk_text(const Risk& risk) {
  std::string text =
      fmt::format("missed in {} of {}", count_text(risk.missed), count_text(risk.replications));
  if (risk.no_data > 0) text += fmt::format(", {} without data", count_text(risk.no_data));
  return text;
}

/// "missed in 3 of 200: risk 1.5 %, 95 %: 0.31 % to 4.3 %".
std::string whole_risk_text(const Risk& risk) {
  return fmt::format("{}: risk {}, 95 %: {}", risk_text(risk), percent_text(risk.estimate),
                     percent_text(risk.interval));
}

/// Two lines where readings differ, else one.
std::string readings_text(const OpenRisk& open, const Risk& plain) {
  if (open.tried == 0) return "";
  const std::string tried = fmt::format("of {} tried", counted(open.tried, "reading"));
  if (open.hopeful == open.fearful && open.fearful == plain) {
    return fmt::format("{:16}none {} of what nobody knows changes that\n", "", tried);
  }
  std::string text;
  if (open.hopeful != open.fearful) {
    text += fmt::format("{:16}the most hopeful {} {}\n", "", tried, whole_risk_text(open.hopeful));
  }
  return text +
         fmt::format("{:16}the most fearful {} {}\n", "", tried, whole_risk_text(open.fearful));
}

}  // namespace

std::string upper_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 'a' + 'A');
  }
  return text;
}

std::string value_text(const MetricCondition& condition, double value) {
  switch (row_of(condition.metric).unit) {
    case MetricRow::Unit::seconds:
      return rounded_duration_text(value);
    case MetricRow::Unit::ratio:
      return percent_text(value);
    case MetricRow::Unit::per_second:
      return fmt::format("{:.4g}/s", value);
    case MetricRow::Unit::truth:
    case MetricRow::Unit::number:
      return fmt::format("{:.4g}", value);
  }
  return "";
}

std::string objective_text(const ObjectiveResult& result, bool named_above, bool reason_above) {
  std::string text = fmt::format("  {:<12}  {}: {} ({})\n", upper_case(word(result.verdict)),
                                 visible_name(result.name), visible_name(result.expectation),
                                 visible_name(result.interval_name));
  text += fmt::format("{:16}{}\n", "", measured_text(result));
  const Risk& risk = result.experiment;
  const bool fail_above = named_above && result.verdict == Verdict::fail;
  text += fmt::format("{:16}{}risk {}, 95 %: {}; accepted {}\n", "",
                      fail_above ? "" : risk_text(risk) + ": ", percent_text(risk.estimate),
                      percent_text(risk.interval), percent_text(result.accepted_risk));
  if (result.control) {
    text += fmt::format("{:16}without the experiment {}\n", "", risk_text(*result.control));
  }
  if (result.open) text += readings_text(*result.open, result.experiment);
  if (result.reason.empty() || named_above) return text;
  return text +
         fmt::format("{:16}{}\n", "", reason_above ? "likewise" : visible_sentence(result.reason));
}

}  // namespace rehearse
