#include "cli/traces.hpp"

#include <fmt/format.h>

#include "calibrate/readers/span.hpp"
#include "cli/interruption.hpp"
#include "cli/verb.hpp"
#include "models/system.hpp"
#include "models/traced_replication.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/text/otlp_writer.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// Of a share that is smaller than this, no reader of traces believes how many requests it is of.
constexpr double least_percent = 100 / most_adjusted_count;

TraceCounts trace_to(const OtlpWriter::Write& write, const Scenario& scenario,
                     const StudySettings& settings, const TracesWanted& wanted) {
  const DrawnModel* const drawn = settings.drawn.get();
  const System system(drawn ? drawn->draw(wanted.replication % drawn->draws()) : scenario.model,
                      scenario.experiment);
  const TraceChoice choice{.share = wanted.percent / 100};
  OtlpWriter writer(system, choice.share, write);
  const TracedReplication traced = trace_replication(
      system, {.study = settings.seed, .replication = wanted.replication}, choice,
      [&](const std::vector<TracedSpan>& request) { writer.add(request); },
      [](Time) { return Interruption::requested(); });
  writer.flush();
  return traced.counts;
}

}  // namespace

std::optional<TracesWanted> traces_wanted(const Arguments& arguments,
                                          const StudySettings& settings) {
  const auto file = arguments.text("traces");
  if (!file) {
    for (const char* option : {"trace-percent", "trace-replication"}) {
      if (!arguments.has(option)) continue;
      throw InvalidInput(
          fmt::format("rehearse run: --{} says which requests are traced, but none are\nhint: "
                      "--traces FILE",
                      option));
    }
    return std::nullopt;
  }
  TracesWanted wanted;
  if (!is_standard_output(*file)) wanted.file = *file;
  wanted.percent = arguments.number("trace-percent", least_percent, 100).value_or(100);
  wanted.replication =
      arguments.whole_number("trace-replication", 0, settings.replications - 1).value_or(0);
  return wanted;
}

std::optional<TraceCounts> write_traces(const Scenario& scenario, const StudySettings& settings,
                                        const TracesWanted& wanted) {
  try {
    if (Interruption::requested()) return std::nullopt;
    if (wanted.file.empty()) return trace_to(print, scenario, settings, wanted);
    AtomicFile file(wanted.file);
    const TraceCounts counts = trace_to([&file](const std::string& lines) { file.append(lines); },
                                        scenario, settings, wanted);
    file.finish();
    return counts;
  } catch (const Cancelled&) {
    return std::nullopt;
  }
}

std::string traces_lines(const TraceCounts& counts, const TracesWanted& wanted) {
  std::string lines = fmt::format(
      "Traces {}: {} of replication {}, {}\n",
      wanted.file.empty() ? "on standard output" : visible_line(wanted.file),
      counted(counts.requests, "request"), wanted.replication, counted(counts.spans, "span"));
  if (counts.unfinished > 0) {
    lines += fmt::format("  without {} under way when the run ended\n",
                         counted(counts.unfinished, "request"));
  }
  if (counts.too_large > 0) {
    lines += fmt::format(
        "  without {} for whose spans there was no room beside others under way; --trace-percent "
        "asks "
        "for fewer\n",
        counted(counts.too_large, "request"));
  }
  return lines;
}

}  // namespace rehearse
