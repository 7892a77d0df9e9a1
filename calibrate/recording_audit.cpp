#include "calibrate/recording_audit.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "calibrate/audit/signs/changes.hpp"
#include "calibrate/audit/signs/constant_gaps.hpp"
#include "calibrate/audit/signs/copied_spans.hpp"
#include "calibrate/audit/signs/deployments.hpp"
#include "calibrate/audit/signs/incidents.hpp"
#include "calibrate/audit/signs/loss_with_load.hpp"
#include "calibrate/audit/signs/retry_storms.hpp"
#include "calibrate/audit/signs/rounded_times.hpp"
#include "calibrate/audit/signs/sampling_by_outcome.hpp"
#include "calibrate/audit/signs/sequential_ids.hpp"
#include "calibrate/audit/signs/shared_failures.hpp"
#include "calibrate/audit/signs/sign.hpp"
#include "calibrate/audit/signs/slow_starts.hpp"
#include "calibrate/learn/callers.hpp"
#include "calibrate/learn/p_values.hpp"
#include "calibrate/traces/dropped_context.hpp"
#include "calibrate/traces/peers.hpp"
#include "calibrate/traces/unbounded_names.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr double level = 0.05;
constexpr std::size_t most_services_named = 12;

using FindSign = SignAnswer (*)(const Recording&);
constexpr FindSign signs[] = {find_copied_spans,  find_sequential_ids,      find_rounded_times,
                              find_constant_gaps, find_deployments,         find_slow_starts,
                              find_incidents,     find_retry_storms,        find_shared_failures,
                              find_changes,       find_sampling_by_outcome, find_loss_with_load};

/// Tells signs from chance, by all tests together.
void judge(std::vector<SignAnswer> answers, RecordingAudit& audit) {
  std::vector<double> p_values;
  for (const SignAnswer& answer : answers) {
    for (const SignTest& test : answer.tests) p_values.push_back(test.p_value);
  }
  const std::vector<bool> rejected = rejected_by_holm(p_values, level);
  audit.tests = p_values.size();
  std::size_t next = 0;
  for (SignAnswer& answer : answers) {
    bool any = false;
    for (SignTest& test : answer.tests) {
      if (rejected[next++]) {
        any = true;
        audit.found.push_back({answer.sign, test.p_value, std::move(test.sentence)});
      } else {
        ++audit.tests_passed;
      }
    }
    if (!any && !answer.tests.empty()) audit.passed.push_back(answer.sign);
    if (answer.tests.empty() && answer.untold.empty()) {
      answer.untold.push_back(answer.sign + ": too little of what would show it was recorded");
    }
    audit.untold.insert(audit.untold.end(), answer.untold.begin(), answer.untold.end());
  }
}

}  // namespace

RecordingAudit audit_recording(SpanSet spans, const ReadOptions& options) {
  RecordingAudit audit;
  weigh_sample(spans);
  normalise(spans, options.threads);
  name_databases(spans);
  bound_names(spans);
  TraceForest forest = plant(std::move(spans.spans));
  std::vector<Role> roles = assign_roles(forest);
  if (!join_dropped_contexts(forest, roles).empty()) roles = assign_roles(forest);
  VisitTable visits = find_visits(forest, roles);
  static_cast<void>(study_callers(forest, visits));
  const ArrivalFacts arrivals = study_arrivals(forest, visits);
  const Stationarity stationarity = study_stationarity(forest, visits, arrivals);
  audit.traces = forest.counts.traces;
  audit.spans = forest.spans.size();
  audit.spans_left_out = spans.counts.spans - usable_spans(spans.counts) + forest.counts.duplicates;
  audit.requests = arrivals.requests;
  audit.seconds = arrivals.seconds;
  if (arrivals.requests > 0) audit.window = window_text(arrivals.first, arrivals.last);
  std::set<std::string> services;
  for (const Span& span : forest.spans) services.insert(spans.names.text(span.service));
  audit.services.assign(services.begin(), services.end());
  const Recording recording{forest, visits, spans.names, arrivals, stationarity};
  std::vector<SignAnswer> answers;
  for (const FindSign& find : signs) answers.push_back(find(recording));
  judge(std::move(answers), audit);
  return audit;
}

RecordingAudit audit_recording(const std::vector<std::string>& files, const ReadOptions& options) {
  return audit_recording(read_spans(files, options), options);
}

std::string text(const RecordingAudit& audit) {
  std::string lines =
      fmt::format("Seen: {}, {} of {}, {} over {}{}\n", counted(audit.traces, "trace"),
                  counted(audit.spans, "span"), counted(audit.services.size(), "service"),
                  counted(audit.requests, "request"), rounded_duration_text(audit.seconds),
                  audit.window.empty() ? "" : " (" + audit.window + ")");
  if (audit.spans_left_out > 0) {
    lines += fmt::format("  without {} that could not be used, or were there already\n",
                         counted(audit.spans_left_out, "span"));
  }
  std::vector<std::string> named = audit.services;
  if (named.size() > most_services_named) named.resize(most_services_named);
  lines += fmt::format("  services: {}", fmt::join(named, ", "));
  if (named.size() < audit.services.size()) {
    lines += fmt::format(" and {} more", count_text(audit.services.size() - named.size()));
  }
  lines += audit.found.empty() ? "\n\nNo sign was found\n" : "\n\nSigns found\n";
  for (const FoundSign& found : audit.found) {
    lines += fmt::format("  {}: {} ({})\n", found.sign, found.evidence,
                         found.p_value > 0 ? p_value_text(found.p_value) : "no chance in it");
  }
  lines += fmt::format("\nNot a sign: {} passed\n", counted(audit.tests_passed, "test"));
  if (!audit.passed.empty()) lines += fmt::format("  {}\n", fmt::join(audit.passed, ", "));
  if (!audit.untold.empty()) lines += "\nCannot be told from this recording\n";
  for (const std::string& sentence : audit.untold) lines += "  " + sentence + "\n";
  return lines;
}

}  // namespace rehearse
