#include "calibrate/calibrate.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <utility>

#include "calibrate/anonymise.hpp"
#include "calibrate/audit/entrances.hpp"
#include "calibrate/draws.hpp"
#include "calibrate/learn/callers.hpp"
#include "calibrate/model_builder.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/traces/dropped_context.hpp"
#include "calibrate/traces/peers.hpp"
#include "calibrate/traces/roles.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/unbounded_names.hpp"
#include "calibrate/traces/visits.hpp"
#include "models/checks/mistakes.hpp"
#include "sim/duration_text.hpp"
#include "sim/error.hpp"

namespace rehearse {

namespace {

void apply_sampling(SpanSet& spans, double percent) {
  for (Span& span : spans.spans) {
    if (span.adjusted_count == 1) span.adjusted_count = static_cast<float>(100 / percent);
  }
  spans.counts.unweighted_segments = 0;
}

/// Leaves out whole traces that begin less than `skipped` after the first one. Returns their
/// number. Throws InvalidInput when none would be left.
std::uint64_t skip_start(SpanSet& set, Duration skipped) {
  if (skipped == Duration() || set.spans.empty()) return 0;
  std::map<TraceId, std::int64_t> begins;
  std::int64_t first = set.spans.front().start;
  for (const Span& span : set.spans) {
    std::int64_t& begin = begins.try_emplace(span.trace, span.start).first->second;
    begin = std::min(begin, span.start);
    first = std::min(first, span.start);
  }
  const auto too_early = [&](std::int64_t begin) {
    return begin - first < skipped.in_nanoseconds();
  };
  std::erase_if(set.spans, [&](const Span& span) { return too_early(begins.at(span.trace)); });
  if (set.spans.empty()) {
    throw InvalidInput("every trace begins within " + duration_text(skipped) +
                       " of the first: nothing is left to learn from");
  }
  return static_cast<std::uint64_t>(std::count_if(
      begins.begin(), begins.end(), [&](const auto& entry) { return too_early(entry.second); }));
}

/// What is wrong with the recording as a whole, or with the model as its picture.
void judge(Calibration& result, const TraceForest& forest, const VisitTable& visits,
           const NameTable& names, const CalibrateOptions& options) {
  Account& account = result.account;
  account.stationarity = study_stationarity(forest, visits, account.arrivals);
  if (!options.self_check && !options.keep_traffic) return;
  std::vector<EndpointName> endpoints;
  for (const EndpointKey& key : visits.endpoints) {
    endpoints.push_back({names.text(key.service), names.text(key.operation)});
  }
  if (options.keep_traffic) {
    result.traffic = traffic_of(forest, visits, account.arrivals, endpoints);
    result.traffic->warnings = sentences(account.stationarity);
  }
  if (!options.self_check) return;
  account.self_check =
      check_against_recording(result.model, forest, visits, account.arrivals, endpoints);
}

}  // namespace

Calibration calibrate(SpanSet spans, const CalibrateOptions& options) {
  if (options.sampling_percent) apply_sampling(spans, *options.sampling_percent);
  weigh_sample(spans);
  normalise(spans, options.read.threads);
  const std::uint64_t skipped = skip_start(spans, options.skip_start);
  std::vector<DatabaseHosts> databases = name_databases(spans);
  std::vector<UnboundedNames> unbounded = bound_names(spans);
  if (options.anonymise) {
    anonymise(spans);
    for (UnboundedNames& row : unbounded) {
      row.service = "(name left out)";
      if (!row.name.empty()) row.name = "(name left out)";
    }
    for (DatabaseHosts& database : databases) database.kind = "(name left out)";
  }
  TraceForest forest = plant(std::move(spans.spans));
  std::vector<Role> roles = assign_roles(forest);
  const std::vector<DroppedContext> dropped = join_dropped_contexts(forest, roles);
  if (!dropped.empty()) roles = assign_roles(forest);
  const auto learn = [&](VisitTable& visits) {
    const CallerFacts callers = study_callers(forest, visits);
    return ModelBuilder(forest, spans.names, roles, visits, callers, options).build();
  };
  VisitTable visits = find_visits(forest, roles);
  Calibration result = learn(visits);
  const bool circles =
      visits.counts.servers_not_recorded > 0 && !find_mistakes(result.model).empty();
  if (circles) {
    visits = find_visits(forest, roles, circular_edges(visits));
    result = learn(visits);
  }
  result.bounds = find_bounds(forest, visits, spans.names);
  for (const DroppedContext& context : dropped) {
    const auto name = [&](NameId service, NameId operation) {
      return EndpointName{spans.names.text(service), spans.names.text(operation)}.text();
    };
    result.account.dropped_contexts.push_back(
        {name(context.service, context.operation),
         name(context.caller_service, context.caller_operation), context.visits, context.joined});
  }
  result.account.read = spans.counts;
  result.account.sample = spans.sample;
  result.account.most_spans = options.read.most_spans;
  result.account.unbounded_names = std::move(unbounded);
  result.account.databases = std::move(databases);
  result.account.traces_skipped = skipped;
  judge(result, forest, visits, spans.names, options);
  if (options.draws > 0) {
    result.draws = draw_parameters(result.model, forest, spans.names, options, circles);
  }
  return result;
}

Calibration calibrate(const std::vector<std::string>& files, const CalibrateOptions& options) {
  Calibration result = calibrate(read_spans(files, options.read), options);
  if (options.anonymise) {
    result.account.files.assign(files.size(), "(name left out)");
    FirstLeftOut& first = result.account.read.first_left_out;
    if (!first.file.empty()) first.file = "(name left out)";
    first.found.clear();
    return result;
  }
  std::vector<std::string> names;
  for (const std::string& file : files) {
    names.push_back(std::filesystem::path(shown_name(file)).filename().string());
  }
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    std::string& sources = result.model.provenance.sources;
    sources += (sources.empty() ? "" : ", ") + name;
  }
  result.account.files = std::move(names);
  return result;
}

}  // namespace rehearse
