#include "calibrate/model_builder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "calibrate/audit/assumptions.hpp"
#include "calibrate/learn/correlation.hpp"
#include "calibrate/learn/failures_at_once.hpp"
#include "calibrate/learn/recorded_load.hpp"
#include "calibrate/learn/request_size.hpp"
#include "calibrate/learn/uneven_errors.hpp"
#include "language/spec_path.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

/// By callee, what is known of the calls of one endpoint.
template <class Facts>
std::map<std::uint32_t, Facts> of_caller(const std::map<EndpointEdge, Facts>& all,
                                         std::uint32_t caller) {
  std::map<std::uint32_t, Facts> own;
  for (auto at = all.lower_bound({caller, 0}); at != all.end() && at->first.first == caller; ++at) {
    own.emplace(at->first.second, at->second);
  }
  return own;
}

/// Whether the visit waited for nothing new after a call had failed. Others that were under way
/// may end with it, or later: they are given up.
bool ended_by_failed_call(std::span<const RecordedCall> calls) {
  std::int64_t last_start = 0;
  for (const RecordedCall& call : calls) {
    if (!call.detached) last_start = std::max(last_start, call.start);
  }
  return std::any_of(calls.begin(), calls.end(), [&](const RecordedCall& call) {
    return call.failed && !call.detached && call.end >= last_start;
  });
}

bool any_failed(std::span<const RecordedCall> calls) {
  return std::any_of(calls.begin(), calls.end(),
                     [](const RecordedCall& call) { return call.failed && !call.detached; });
}

TimedStructure leaf(double self_time) {
  TimedStructure timed;
  timed.own = {self_time};
  timed.self_time = self_time;
  return timed;
}

std::string given_up_text(const TimeoutFacts& facts) {
  return fmt::format("{} given up after {}", counted(facts.given_up, "call"),
                     rounded_duration_text(static_cast<double>(facts.after) * 1e-9));
}

std::int64_t first_start_of(const TraceForest& forest) {
  std::int64_t first = std::numeric_limits<std::int64_t>::max();
  for (const Span& span : forest.spans) first = std::min(first, span.start);
  return first;
}

ScaledRow scaled_row(const std::string& service, const InstanceFacts& facts, std::int64_t first) {
  return {service,
          facts.instances,
          facts.most,
          facts.share_of_more,
          static_cast<double>(facts.more_from - first) / 1e9,
          static_cast<double>(facts.more_until - first) / 1e9};
}

/// Of the visit's own, beside calls that were under way.
double time_between_calls(const TimedStructure& timed) {
  double sum = 0;
  for (const auto& group : timed.leads) {
    for (const auto& chain : group) sum = std::accumulate(chain.begin(), chain.end(), sum);
  }
  return sum;
}

}  // namespace

ModelBuilder::ModelBuilder(const TraceForest& forest, const NameTable& names,
                           const std::vector<Role>& roles, const VisitTable& visits,
                           const CallerFacts& callers, const CalibrateOptions& options)
    : forest_(forest),
      names_(names),
      roles_(roles),
      visits_(visits),
      callers_(callers),
      options_(options),
      grains_(clock_grains(forest)),
      edges_(study_edges(forest, visits)),
      losses_(find_loss_rates(forest)),
      network_(study_network(edges_, visits)) {
  for (const EndpointKey& key : visits.endpoints) {
    endpoint_names_.push_back({names.text(key.service), names.text(key.operation)});
  }
}

Calibration ModelBuilder::build() {
  result_.account.forest = forest_.counts;
  result_.account.visits = visits_.counts;
  result_.account.spans_used = forest_.spans.size() - visits_.counts.fragments;
  std::vector<double> waits;
  concurrency_ = study_concurrency(forest_, visits_, waits);
  learn_endpoints(waits);
  describe_services();
  describe_correlations();
  describe_network();
  describe_callers();
  describe_calls();
  describe_workload();
  describe_highest_load();
  describe_roles();
  describe_edges();
  note_untried_failures();
  for (std::string& sentence : assumptions_of(
           {result_.model, result_.account.arrivals, edges_, losses_, forest_, names_, grains_})) {
    result_.account.assumptions.push_back(std::move(sentence));
  }
  return std::move(result_);
}

ModelSpec ModelBuilder::build_numbers(const std::vector<double>& waits) {
  learn_endpoints(waits);
  describe_network();
  describe_workload();
  return std::move(result_.model);
}

void ModelBuilder::note(const std::string& path, Basis basis, std::uint64_t n, std::string text) {
  result_.model.evidence[path] = {basis, n, std::move(text)};
}

std::string ModelBuilder::service_path(const std::string& service) const {
  return extended_path("services", service);
}

void ModelBuilder::learn_endpoints(const std::vector<double>& waits) {
  const std::size_t size = visits_.endpoints.size();
  std::vector<BehaviourLearner> learners(size);
  std::vector<VisitSums> sums(size);
  const std::set<std::uint32_t> failing_at_once = find_failures_at_once(forest_, visits_);
  const std::set<std::uint32_t> uneven = find_uneven_errors(forest_, visits_);
  for (const Visit& visit : visits_.visits) {
    const Span& span = forest_.spans[visit.span];
    const auto calls = visits_.calls_of(visit);
    TimedStructure timed = structure_of(forest_, visits_, visit, grains_[span.service]);
    const double wait = waits[self_times_.size()];
    timed.own.front() -= wait;
    timed.self_time -= wait;
    self_times_.push_back(timed.self_time);
    work_times_.push_back(timed.self_time + time_between_calls(timed));
    const auto duration = static_cast<double>(span.duration());
    const double weight = span.adjusted_count;
    const bool failed = span.error && !visit.cut_short;
    VisitSums& own = sums[visit.endpoint];
    own.weight += weight;
    own.duration += weight * duration;
    const bool undisturbed = !any_failed(calls) && !visit.cut_short;
    if (undisturbed) {
      ++own.undisturbed;
      own.undisturbed_weight += weight;
      own.own_errors += failed ? 1 : 0;
      own.own_error_weight += failed ? weight : 0;
    }
    if (failing_at_once.contains(visit.endpoint) && failed_by_itself(forest_, visits_, visit)) {
      own.fails_at_once = true;
      learners[visit.endpoint].leave_out(weight);
      continue;
    }
    const Ending ending = visit.cut_short                         ? Ending::cut_short
                          : failed && ended_by_failed_call(calls) ? Ending::failed_call
                                                                  : Ending::whole;
    const OwnEnd own_end = !undisturbed ? OwnEnd::unknown : failed ? OwnEnd::failed : OwnEnd::good;
    learners[visit.endpoint].add(std::move(timed), weight, duration, ending, own_end);
  }
  learn_peers(learners, sums);
  for (const auto& [endpoint, failures] : callers_.way_failures)
    add_failures(failures, sums[endpoint]);
  for (std::uint32_t i = 0; i < size; ++i) {
    sums[i].errors_differ =
        uneven.contains(i) && !sums[i].fails_at_once && sums[i].failed_on_the_way == 0;
    learn_endpoint(i, learners[i], sums[i]);
  }
}

/// Peers are known from their callers only: the whole client span is theirs, errors too.
void ModelBuilder::learn_peers(std::vector<BehaviourLearner>& learners,
                               std::vector<VisitSums>& sums) {
  for (const Visit& visit : visits_.visits) {
    const Span& span = forest_.spans[visit.span];
    for (const RecordedCall& call : visits_.attempts_of(visit)) {
      const bool given_up = call.timed_out && call.callee == TraceForest::none;
      if (!visits_.endpoints[call.endpoint].peer_only && !given_up) continue;
      const auto duration = static_cast<double>(call.end - call.start);
      const double weight = span.adjusted_count;
      learners[call.endpoint].add(leaf(duration), weight, duration,
                                  given_up ? Ending::cut_short : Ending::whole, OwnEnd::unknown);
      VisitSums& own = sums[call.endpoint];
      own.weight += weight;
      own.duration += weight * duration;
      if (given_up) continue;
      ++own.undisturbed;
      own.undisturbed_weight += weight;
      own.own_errors += call.failed ? 1 : 0;
      own.own_error_weight += call.failed ? weight : 0;
    }
  }
}

/// What was refused is a visit that nobody recorded.
void ModelBuilder::add_failures(const WayFailures& failures, VisitSums& sums) {
  sums.failed_on_the_way += failures.attempts();
  sums.refused_weight += failures.refused_weight;
  sums.undisturbed_weight += failures.refused_weight;
  sums.own_error_weight += failures.refused_weight + failures.unanswered_weight;
  if (failures.attempts() > static_cast<double>(sums.own_errors)) {
    sums.fails_at_once = failures.at_once;
  }
}

/// With the share of all visits, where sampling kept failures more or less often than others.
std::string ModelBuilder::error_text(const VisitSums& sums) {
  std::string seen = fmt::format("{} failed without a failed call", sums.own_errors);
  if (sums.failed_on_the_way > 0) {
    return seen + fmt::format(", and {:.0f} between caller and callee; of {:.0f}",
                              sums.failed_on_the_way, sums.undisturbed_weight);
  }
  if (sums.errors_differ) seen += "; not alike whatever is done";
  const double recorded = sums.own_error_weight * static_cast<double>(sums.undisturbed);
  const double weighted = sums.undisturbed_weight * static_cast<double>(sums.own_errors);
  if (std::abs(recorded - weighted) <= 1e-6 * weighted) return seen;
  return seen + fmt::format("; with those not sampled {:.0f} of {:.0f}", sums.own_error_weight,
                            sums.undisturbed_weight);
}

void ModelBuilder::learn_endpoint(std::uint32_t endpoint, BehaviourLearner& learner,
                                  VisitSums sums) {
  if (learner.counts().visits == 0) return;
  const EndpointName named = name(endpoint);
  const auto survived = survived_shares(edges_, endpoint);
  const NameId service = visits_.endpoints[endpoint].service;
  const std::int64_t grain = service < grains_.size() ? grains_[service] : 1;
  EndpointSpec spec;
  const auto before_calls = of_caller(network_.before_calls, endpoint);
  const auto timeouts = of_caller(callers_.timeouts.of_endpoints, endpoint);
  const auto fallbacks = of_caller(callers_.fallbacks, endpoint);
  spec.behaviours =
      learner.learn({endpoint_names_, survived, before_calls, timeouts, fallbacks, grain},
                    lost_calls_of(endpoint), sums.errors_differ);
  if (sums.undisturbed > 0) {
    // What fails at the start fails before a call could; at the end, only if none did.
    const double met =
        sums.fails_at_once ? sums.weight + sums.refused_weight : sums.undisturbed_weight;
    spec.errors.percent = std::min(100 * sums.own_error_weight / met, 100.0);
    if (sums.fails_at_once) spec.errors.at = OwnErrorsSpec::At::start;
  }
  const std::string path =
      extended_path(service_path(named.service) + ".endpoints", named.operation);
  const BehaviourCounts& counts = learner.counts();
  note(path + ".behaviours", Basis::observed, counts.visits,
       counted(counts.structures, "structure") + " of calls seen");
  note(path + ".errors", Basis::observed, sums.undisturbed, error_text(sums));
  result_.account.endpoints.push_back({named.text(), visits_.endpoints[endpoint].peer_only, counts,
                                       spec.behaviours.size(), sums.duration / sums.weight / 1e6,
                                       spec.errors.percent});
  result_.model.services[named.service].endpoints[named.operation] = std::move(spec);
}

/// The record of a call is the caller's span, where callers have any, else the callee's.
std::map<std::uint32_t, double> ModelBuilder::lost_calls_of(std::uint32_t caller) const {
  std::map<std::uint32_t, double> lost;
  auto at = edges_.edges.lower_bound({caller, 0});
  for (; at != edges_.edges.end() && at->first.first == caller; ++at) {
    const std::uint32_t recorder = at->second.by_caller > 0 ? caller : at->first.second;
    const double share = losses_.of(visits_.endpoints[recorder].service);
    if (share > 0 && share < 0.9) lost[at->first.second] = share;
  }
  return lost;
}

void ModelBuilder::describe_services() {
  const auto instances = study_instances(forest_, names_);
  const std::int64_t first_start = first_start_of(forest_);
  describe_workers();
  for (const auto& [service, spec] : result_.model.services) {
    note(service_path(service) + ".worker_held_while_calling", Basis::assumed, 0, "");
  }
  for (const auto& [service, facts] : instances) {
    const auto found = result_.model.services.find(names_.text(service));
    if (found == result_.model.services.end()) continue;
    found->second.instances = facts.instances;
    most_at_a_time_[found->first] = facts.most;
    found->second.placement = facts.placement;
    const std::string path = service_path(found->first);
    std::string text = facts.versions.empty() ? "" : "versions: " + facts.versions;
    if (facts.ids > static_cast<std::size_t>(facts.most)) {
      result_.account.replaced.push_back({found->first, facts.most, facts.ids});
    }
    if (facts.ids > static_cast<std::size_t>(facts.instances)) {
      text = fmt::format("{} at a time, {} ids{}{}", facts.instances, facts.ids,
                         text.empty() ? "" : "; ", text);
    }
    if (facts.most > facts.instances) {
      result_.account.scaled.push_back(scaled_row(found->first, facts, first_start));
      text += "; up to " + result_.account.scaled.back().text();
    }
    note(path + ".instances", facts.named ? Basis::observed : Basis::assumed, facts.spans, text);
    if (!facts.placement.zones.empty() || !facts.placement.hosts.empty()) {
      note(path + ".placement", Basis::observed, facts.spans, "");
    }
  }
  result_.account.services = result_.model.services.size();
}

void ModelBuilder::describe_workers() {
  for (const auto& [service, spec] : result_.model.services) {
    note(service_path(service) + ".workers", Basis::assumed, 0,
         "unlimited: waiting is part of the self times");
  }
  for (const auto& [id, studied] : concurrency_) {
    if (!studied.found.workers) continue;
    const auto found = result_.model.services.find(names_.text(id));
    if (found == result_.model.services.end()) continue;
    found->second.workers = studied.found.workers;
    note(service_path(found->first) + ".workers", Basis::observed, studied.visits,
         fmt::format("{:.1f} % of the visits waited; stays go with the crowd by {:.2f}, service "
                     "times by {:.2f}",
                     100 * studied.found.queued, studied.found.dependence_unlimited,
                     studied.found.dependence));
  }
}

void ModelBuilder::describe_correlations() {
  for (const auto& [service, found] : study_correlations(forest_, visits_, self_times_)) {
    const std::string& named = names_.text(service);
    result_.model.services[named].correlation = found.value;
    if (found.traces == 0) continue;  // no trace met the service twice: nothing was learned
    note(service_path(named) + ".correlation", Basis::observed, found.calls,
         fmt::format("estimate {:.3f}, standard error if there were none {:.3f}, in {}, of "
                     "{} times",
                     found.estimate, found.standard_error, counted(found.traces, "trace"),
                     found.of_network ? "network" : "self"));
  }
  for (const auto& [service, loading] : study_request_sizes(forest_, visits_, self_times_)) {
    const std::string& named = names_.text(service);
    result_.model.services[named].size_loading = loading.value;
    note(service_path(named) + ".size_loading", Basis::observed, loading.traces,
         "the self times of one request go together with those at " +
             counted(loading.services, "other service"));
  }
}

void ModelBuilder::describe_network() {
  for (const auto& [edge, facts] : edges_.edges) {
    const std::string caller = name(edge.first).service;
    const std::string callee = name(edge.second).service;
    ClientSpec& client = result_.model.services[caller].calls[callee];
    if (client.network_latency) continue;
    const std::string path =
        extended_path(service_path(caller) + ".calls", callee) + ".network_latency";
    const auto link = network_.links.find(
        std::pair(visits_.endpoints[edge.first].service, visits_.endpoints[edge.second].service));
    if (link == network_.links.end()) {
      client.network_latency = LawSpec{};
      note(path, Basis::assumed, 0, "inside the caller's own time: one side was recorded");
    } else {
      client.network_latency = link->second.latency;
      note(path, Basis::observed, link->second.calls, "half of client span less server span");
    }
  }
  result_.model.network.latency = empirical_law_above_minimum(network_.pooled);
  note("network.latency", network_.pooled.empty() ? Basis::assumed : Basis::observed,
       network_.pooled.size(), "all edges together");
}

void ModelBuilder::describe_callers() {
  const auto client_of = [&](const ServicePair& pair) -> ClientSpec& {
    return result_.model.services[names_.text(pair.first)].calls[names_.text(pair.second)];
  };
  const auto path_of = [&](const ServicePair& pair) {
    return extended_path(service_path(names_.text(pair.first)) + ".calls",
                         names_.text(pair.second));
  };
  for (const auto& [pair, facts] : callers_.retries) {
    client_of(pair).retry = facts.spec;
    std::string seen = fmt::format("{} tried again", counted(facts.tried_again, "attempt"));
    seen += facts.given_up > 0
                ? fmt::format(", {} given up after {}", counted(facts.given_up, "call"),
                              counted(facts.most_attempts, "attempt"))
                : std::string("; nobody was seen to give up");
    note(path_of(pair) + ".retry", Basis::observed, facts.tried_again, seen);
    note(path_of(pair) + ".retry.max_attempts", Basis::observed, facts.tried_again, "");
    add_caller_row(pair, seen);
  }
  for (const auto& [pair, facts] : callers_.timeouts.of_services) {
    ClientSpec& client = client_of(pair);
    const Duration after = Duration::nanoseconds(facts.after);
    const bool of_attempt = client.retry && facts.tried_again > 0;
    (of_attempt ? client.retry->per_try_timeout : client.timeout) = after;
    const std::string seen = given_up_text(facts);
    note(path_of(pair) + (of_attempt ? ".retry.per_try_timeout" : ".timeout"), Basis::observed,
         facts.given_up, seen);
    add_caller_row(pair, seen);
  }
}

void ModelBuilder::describe_calls() {
  for (const auto& [edge, facts] : callers_.fallbacks) {
    result_.account.callers.push_back(
        {name(edge.first).text(), name(edge.second).text(),
         fmt::format("{} failed, and {} was asked instead {}", counted(facts.failed, "call"),
                     name(facts.endpoint).text(), counted(facts.followed, "time"))});
  }
  for (const auto& [edge, facts] : callers_.timeouts.of_endpoints) {
    result_.account.callers.push_back(
        {name(edge.first).text(), name(edge.second).text(),
         given_up_text(facts) +
             (facts.tried_again > 0 ? "; some were tried again, and in the model they fail" : "")});
  }
}

void ModelBuilder::add_caller_row(const ServicePair& pair, std::string seen) {
  result_.account.callers.push_back(
      {names_.text(pair.first), names_.text(pair.second), std::move(seen)});
}

void ModelBuilder::describe_workload() {
  const ArrivalFacts facts = study_arrivals(forest_, visits_);
  ProvenanceSpec& provenance = result_.model.provenance;
  provenance.traces = forest_.counts.traces;
  provenance.spans = forest_.spans.size();
  provenance.calibrated_by = options_.calibrated_by;
  result_.account.arrivals = facts;
  if (facts.requests == 0) return;
  provenance.window = window_text(facts.first, facts.last);
  provenance.sampling_percent = 100 * static_cast<double>(facts.requests) / facts.adjusted_requests;
  WorkloadSpec workload;
  workload.arrivals = arrivals_of(facts);
  for (const auto& [endpoint, weight] : facts.mix) {
    workload.mix[name(endpoint)] = weight;
    workload.calls[name(endpoint).service].network_latency = LawSpec{};
  }
  const std::string path = extended_path("workloads", options_.workload);
  const Basis basis = facts.per_second > 0 ? Basis::observed : Basis::assumed;
  note(path + ".arrivals." + number_in(workload.arrivals), basis, facts.requests, "");
  note(path + ".arrivals", basis, facts.requests, arrivals_note(facts));
  note(path + ".mix", Basis::observed, facts.requests, "");
  for (const auto& [service, client] : workload.calls) {
    note(extended_path(path + ".calls", service) + ".network_latency", Basis::assumed, 0,
         "the way from the users was not recorded");
  }
  result_.model.workloads[options_.workload] = std::move(workload);
}

void ModelBuilder::describe_highest_load() {
  const std::vector<Stretch>& stretches = result_.account.arrivals.stretches;
  for (auto& [id, stays] : find_stays(forest_, visits_, network_, work_times_)) {
    const auto found = result_.model.services.find(names_.text(id));
    if (found == result_.model.services.end()) continue;
    ServiceSpec& service = found->second;
    // When there was most to do there may have been most to do it.
    const auto most = most_at_a_time_.find(found->first);
    const int instances = most == most_at_a_time_.end() ? service.instances : most->second;
    service.highest_recorded = highest_recorded(std::move(stays), stretches, instances);
    if (!service.highest_recorded) continue;
    note(service_path(found->first) + ".highest_recorded", Basis::observed,
         service.highest_recorded->visits, "");
  }
}

void ModelBuilder::describe_roles() {
  std::map<std::pair<NameId, NameId>, std::array<std::uint64_t, 3>> counts;
  for (std::size_t i = 0; i < roles_.size(); ++i) {
    const Span& span = forest_.spans[i];
    ++counts[{span.service, span.operation}][static_cast<std::size_t>(roles_[i])];
  }
  for (const auto& [pair, by_role] : counts) {
    const auto most = std::max_element(by_role.begin(), by_role.end());
    const std::uint64_t all = by_role[0] + by_role[1] + by_role[2];
    result_.account.roles.push_back({names_.text(pair.first), names_.text(pair.second),
                                     static_cast<Role>(most - by_role.begin()), all, all - *most});
  }
}

void ModelBuilder::describe_edges() {
  for (const auto& [edge, facts] : edges_.edges) {
    const auto shares = survived_shares(edges_, edge.first);
    const auto share = shares.find(edge.second);
    result_.account.edges.push_back({name(edge.first).text(), name(edge.second).text(), facts,
                                     share == shares.end() ? 0 : share->second,
                                     network_.before_calls.contains(edge)});
  }
}

/// What a caller does when a call fails is known only where one was seen to fail.
void ModelBuilder::note_untried_failures() {
  struct Calls {
    std::uint64_t awaited = 0;
    std::uint64_t failed = 0;
  };
  std::map<std::pair<std::string, std::string>, Calls> pairs;
  for (const auto& [edge, facts] : edges_.edges) {
    Calls& calls = pairs[{name(edge.first).service, name(edge.second).service}];
    calls.awaited += facts.calls - facts.detached;
    calls.failed += facts.awaited_failed;
  }
  for (const auto& [edge, facts] : callers_.fallbacks) {
    pairs[{name(edge.first).service, name(edge.second).service}].failed += facts.failed;
    Calls& instead = pairs[{name(edge.first).service, name(facts.endpoint).service}];
    instead.awaited += facts.followed;
    instead.failed +=
        edges_.edges.at(edge).awaited_failed;  // what was joined fails with the fallback
  }
  std::size_t edges = 0;
  std::size_t untried = 0;
  for (const auto& [pair, calls] : pairs) {
    if (calls.awaited == 0) continue;
    ++edges;
    if (calls.failed > 0) continue;
    ++untried;
    note(extended_path(service_path(pair.first) + ".calls", pair.second) + ".on_error",
         Basis::assumed, calls.awaited, "no failed call recorded: the caller is taken to fail too");
  }
  if (untried == 0) return;
  result_.account.assumptions.push_back(
      fmt::format("callers fail when their calls do: on {} of {} between services no failed "
                  "call was recorded, so nobody saw what they do",
                  count_text(untried), counted(edges, "edge")));
}

}  // namespace rehearse
