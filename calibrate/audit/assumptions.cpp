#include "calibrate/audit/assumptions.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "calibrate/traces/clock_differences.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t coarse_grain = 1'000'000;
constexpr double clocks_agree_within = 0.01;  // of the length of the recording

using Sentences = std::vector<std::string>;

void add_workers(const ModelSpec& model, Sentences& lines) {
  std::string unlimited;
  for (const auto& [service, spec] : model.services) {
    if (!spec.workers) unlimited += (unlimited.empty() ? "" : ", ") + service;
  }
  if (unlimited.empty()) return;
  lines.push_back(fmt::format(
      "workers are unlimited at {}: the recording does not tell, time spent waiting is part of the "
      "self times, and these services do not slow down under more load until workers or cpu are "
      "filled in",
      unlimited));
}

void add_requests(const ArrivalFacts& arrivals, Sentences& lines) {
  lines.push_back(arrivals_sentence(arrivals));
  lines.push_back("the way between users and the first service takes no time");
  if (arrivals.only_orphans) {
    lines.push_back("no trace has a root: spans without a recorded parent were taken for requests");
  } else if (arrivals.begun_below > 0) {
    lines.push_back(fmt::format(
        "{} of {} began below a parent that was not recorded: a gateway or a browser there is not "
        "part of the model",
        count_text(arrivals.begun_below), counted(arrivals.requests, "request")));
  }
  if (arrivals.lost.traces > 0) {
    lines.push_back(fmt::format(
        "roots of requests were lost on their way to the collector, up to {:.1f} % at an endpoint: "
        "warning, {} without a root {} what such roots call, and the rate of requests counts {}",
        100 * arrivals.lost.share, counted(arrivals.lost.traces, "trace"),
        agreeing(arrivals.lost.traces, "holds", "hold"),
        agreeing(arrivals.lost.traces, "it", "them")));
  }
  if (arrivals.roots_lost == 0) return;
  lines.push_back(fmt::format(
      "{} at the top of traces without a root {} no request: recorded callers make the same calls, "
      "so the root seems to be lost{}",
      counted(arrivals.roots_lost, "visit"), agreeing(arrivals.roots_lost, "is", "are"),
      arrivals.lost.traces > 0 ? "" : ", and the rate of requests is too low by as much"));
}

/// Spans that say nothing of sampling may be all, or what a collector kept.
void add_sampling(const TraceForest& forest, Sentences& lines) {
  const bool told = std::any_of(forest.spans.begin(), forest.spans.end(),
                                [](const Span& span) { return span.adjusted_count != 1; });
  if (told) return;
  lines.push_back(
      "every trace was kept: no span tells how many it stands for; if a collector kept traces by "
      "chance (head sampling), rates are too low; if by how they ended (tail sampling), errors and "
      "slow requests are too many as well");
}

void add_clocks(const Learned& learned, Sentences& lines) {
  std::set<std::string> coarse;
  for (NameId id = 0; id < learned.grains.size(); ++id) {
    const std::string& service = learned.names.text(id);
    if (learned.grains[id] >= coarse_grain && learned.model.services.contains(service)) {
      coarse.insert(service);
    }
  }
  if (!coarse.empty()) {
    lines.push_back(fmt::format(
        "calls are made in the order of their clocks: warning, those of {} tell whole milliseconds "
        "only, so that calls at once may be taken for calls one after another, and the reverse",
        fmt::join(coarse, ", ")));
  }
  const double recorded = learned.arrivals.seconds;
  const double apart = static_cast<double>(largest_clock_difference(learned.forest)) * 1e-9;
  if (recorded <= 0 || apart <= clocks_agree_within * recorded) return;
  lines.push_back(fmt::format(
      "requests came when the clocks of their hosts say: warning, clocks differ by {} or more, so "
      "that the rate of requests and all that changes with time may be wrong",
      rounded_duration_text(apart)));
}

void add_lost_spans(const Learned& learned, Sentences& lines) {
  if (learned.losses.highest > 0) {
    lines.push_back(fmt::format(
        "spans were lost on their way to the collector, up to {:.1f} % of a service: a call that "
        "is missing no more often than that is taken for one that was made",
        100 * learned.losses.highest));
  } else if (learned.forest.counts.orphans > learned.arrivals.begun_below) {
    lines.push_back("spans whose parent is missing belong to calls that the model does not make");
  }
}

}  // namespace

std::vector<std::string> assumptions_of(const Learned& learned) {
  Sentences lines;
  add_workers(learned.model, lines);
  add_requests(learned.arrivals, lines);
  add_sampling(learned.forest, lines);
  add_clocks(learned, lines);
  if (learned.edges.one_way.empty()) {
    lines.push_back("no call was recorded from both sides: network time is inside self times");
  }
  add_lost_spans(learned, lines);
  return lines;
}

}  // namespace rehearse
