#include "outputs/text/collateral.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "outputs/text/plain_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_lines = 6;

// What is worth a line: a change that an operator would see on a dashboard.
constexpr double worth_errors = 0.01;
constexpr double worth_latency = 1.25;
constexpr double worth_utilization = 0.1;

/// So busy a service has nothing left.
constexpr double exhausted = 0.95;

struct Change {
  double size = 0;  // for the order only
  std::string text;
};

double value_of(const Estimate& estimate) {
  return estimate.value.value_or(0);
}

/// An endpoint that changed: by errors first, which are worse than waiting.
std::optional<Change> change_of(const RequestEstimates& with, const RequestEstimates& without) {
  const double errors = value_of(with.error_ratio);
  const double errors_before = value_of(without.error_ratio);
  const double slower = value_of(without.latency.p99) > 0
                            ? value_of(with.latency.p99) / value_of(without.latency.p99)
                            : 1;
  const bool more_errors = errors > errors_before + worth_errors;
  if (!more_errors && !(slower > worth_latency)) return std::nullopt;
  std::string text = fmt::format("  {}:", visible_name(with.name));
  if (more_errors) {
    text += fmt::format(" errors {} (without it {})", percent_text(errors),
                        percent_text(errors_before));
  }
  const bool counted_already = std::isinf(value_of(with.latency.p99)) && more_errors;
  if (slower > worth_latency && !counted_already) {
    text += fmt::format("{} p99 {} ({})", more_errors ? "," : "",
                        rounded_duration_text(value_of(with.latency.p99)),
                        rounded_duration_text(value_of(without.latency.p99)));
  }
  const double waiting = std::isfinite(slower) ? std::log(std::max(1.0, slower)) / 100 : 0;
  return Change{errors - errors_before + waiting, text + "\n"};
}

std::optional<Change> change_of(const ServiceEstimates& with, const ServiceEstimates& without) {
  const double busier = value_of(with.utilization) - value_of(without.utilization);
  if (busier <= worth_utilization) return std::nullopt;
  return Change{busier / 100,
                fmt::format("  {}: utilization {} (without it {})\n", visible_name(with.name),
                            percent_text(value_of(with.utilization)),
                            percent_text(value_of(without.utilization)))};
}

template <class Estimates>
void collect(const std::vector<Estimates>& with, const std::vector<Estimates>& without,
             const std::vector<std::string>& left_out, std::vector<Change>& changes) {
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (std::count(left_out.begin(), left_out.end(), with[i].name) > 0) continue;
    if (const auto change = change_of(with[i], without[i])) changes.push_back(*change);
  }
}

/// The utilization of a service in a window, averaged over the replications that were kept.
double mean_utilization(const WindowRows& rows, std::size_t cell, std::size_t cells) {
  double sum = 0;
  for (std::uint64_t r = 0; r < rows.replications; ++r) {
    sum += static_cast<double>(rows.services.utilization[r * cells + cell]);
  }
  return rows.replications == 0 ? 0 : sum / static_cast<double>(rows.replications);
}

std::string first_exhausted_text(const ArmRecord& arm) {
  const OutcomeLayout& layout = arm.layout;
  const std::size_t cells = layout.windows * layout.services.size();
  for (std::size_t window = 0; window < layout.windows; ++window) {
    for (std::size_t service = 0; service < layout.services.size(); ++service) {
      const std::size_t cell = window * layout.services.size() + service;
      if (mean_utilization(arm.windows, cell, cells) < exhausted) continue;
      const Time from = layout.warm_up_end + layout.window * static_cast<std::int64_t>(window);
      return fmt::format("First exhausted: {}, from {} on\n",
                         visible_name(layout.services[service]),
                         rounded_duration_text(from.since_start().in_seconds()));
    }
  }
  return "";
}

}  // namespace

std::string collateral_text(const Study& study, const Findings& findings,
                            const std::vector<std::string>& said_already) {
  if (!findings.control) return "";
  const std::size_t shown = shown_interval(findings.experiment);
  const IntervalEstimates& with = findings.experiment.intervals[shown];
  const IntervalEstimates& without = findings.control->intervals[shown];
  std::vector<Change> changes;
  collect(with.endpoints, without.endpoints, said_already, changes);
  collect(with.services, without.services, {}, changes);
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.size > b.size; });
  std::string text = changes.empty()
                         ? fmt::format("\nNothing else was hit in '{}'\n", visible_name(with.name))
                         : fmt::format("\nAlso hit in '{}'\n", visible_name(with.name));
  for (std::size_t i = 0; i < std::min(changes.size(), most_lines); ++i) text += changes[i].text;
  if (changes.size() > most_lines) {
    text += fmt::format("  and {} more: --json has them all\n", changes.size() - most_lines);
  }
  return text + first_exhausted_text(study.experiment);
}

}  // namespace rehearse
