#pragma once

#include "models/model_spec.hpp"
#include "scenarios/law_kinds.hpp"
#include "scenarios/model_kinds.hpp"
#include "scenarios/step_kinds.hpp"
#include "scenarios/table.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of models: every key of a service, from the outside in at the end.
namespace rehearse {

inline constexpr Choice<Jitter, 2> jitter_words{{{{Jitter::full, "full"}, {Jitter::none, "none"}}}};
inline constexpr Choice<BalancingPolicy, 3> balancing_words{
    {{{BalancingPolicy::round_robin, "round_robin"},
      {BalancingPolicy::random, "random"},
      {BalancingPolicy::least_request, "least_request"}}}};
inline constexpr Choice<QueueDiscipline, 2> discipline_words{
    {{{QueueDiscipline::fifo, "fifo"}, {QueueDiscipline::lifo, "lifo"}}}};
inline constexpr Choice<OwnErrorsSpec::At, 2> error_at_words{
    {{{OwnErrorsSpec::At::start, "start"}, {OwnErrorsSpec::At::end, "end"}}}};

template <class Visitor, SpecOf<RetrySpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"max_attempts", "Tries in all, the first included.", Need::shown}, spec.max_attempts,
              Whole{1, 1'000});
  visitor.key({"per_try_timeout", "Of one try; must be below the timeout of the whole call."},
              spec.per_try_timeout, positive_span);
  visitor.key({"base_backoff", "Back-off before the first retry; doubles each time."},
              spec.base_backoff, Span{});
  visitor.key({"max_backoff", "Where doubling ends; ten times base_backoff when absent."},
              spec.max_backoff, Span{});
  visitor.key({"jitter", "full: uniform between zero and the back-off. none: the back-off."},
              spec.jitter, jitter_words);
  visitor.key({"retry_on", "Which failures are tried again, in Envoy's words."}, spec.retry_on,
              RetryOnText{});
}

template <class Visitor, SpecOf<RetryBudgetSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"budget_percent", "Retries under way, in percent of the calls under way.", Need::shown},
      spec.budget_percent, percent);
  visitor.key({"min_retry_concurrency", "So many retries are always allowed.", Need::shown},
              spec.min_retry_concurrency, Whole{0, 1'000'000});
}

template <class Visitor, SpecOf<LoadBalancerSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"policy", "How an instance is chosen.", Need::shown}, spec.policy, balancing_words);
  visitor.key({"choice_count", "least_request: the least loaded of so many random instances."},
              spec.choice_count, Whole{1, 100});
}

template <class Visitor, SpecOf<ClientSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  constexpr Table brief{Layout::brief};
  visitor.key({"timeout", "Of the whole call, retries and back-off included; none when absent."},
              spec.timeout, positive_span);
  visitor.key({"retry", "Tries again after a failure; never when absent."}, spec.retry, brief);
  visitor.key({"retry_budget", "Limits the retries of an instance; no limit when absent."},
              spec.retry_budget, brief);
  visitor.key({"load_balancer", "How calls are spread over instances."}, spec.load_balancer, brief);
  visitor.key({"propagate_cancellation",
               "Whether giving up is told to the callee; otherwise abandoned work goes on."},
              spec.propagate_cancellation, Flag{});
  visitor.key({"network_latency", "One way, on this edge; network.latency when absent."},
              spec.network_latency, LawTable{});
}

template <class Visitor, SpecOf<WorkloadSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"arrivals", "When requests come.", Need::required}, spec.arrivals,
              Via<ArrivalsKeys>{Layout::brief});
  visitor.key({"mix", "Which endpoints they ask for, by weight; recorded counts will do."},
              spec.mix, MixTable{});
  visitor.key({"calls", "How the users' side calls a service: timeouts, retries."}, spec.calls,
              Named<Table>{"SERVICE", Table{}});
}

template <class Visitor, SpecOf<QueueSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"capacity", "Jobs that may wait; those beyond are refused."}, spec.capacity,
              WholeOrUnlimited{0, 1'000'000'000});
  visitor.key({"discipline", "Who is served next."}, spec.discipline, discipline_words);
}

template <class Visitor, SpecOf<CpuSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"cores", "Jobs at work share so many cores equally.", Need::required}, spec.cores,
              Number{0, 10'000, Number::Lower::excluded});
}

template <class Visitor, SpecOf<PlacementSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"zones", "Instance i stands in zone i, counted round."}, spec.zones,
              List<Text>{Text{"the name of a zone"}});
  visitor.key({"hosts", "Instance i stands on host i, counted round; each on its own when absent."},
              spec.hosts, List<Text>{Text{"the name of a host"}});
}

template <class Visitor, SpecOf<OwnErrorsSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"percent", "Of the requests it answers.", Need::required}, spec.percent, percent);
  visitor.key({"at", "start: instead of any work. end: after all of it."}, spec.at, error_at_words);
}

template <class Visitor, SpecOf<BehaviourSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"weight", "How often it is taken, relative to the others.", Need::shown},
              spec.weight, weight_above_zero);
  visitor.key({"steps", "What is done, in this order.", Need::required}, spec.steps, Steps{});
}

template <class Visitor, SpecOf<EndpointSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"errors", "Errors of its own, beside those it passes on."}, spec.errors,
              Table{Layout::brief});
  visitor.key({"behaviours", "The things it may do.", Need::required}, spec.behaviours,
              List<Table>{Table{}, 0, 10'000});
}

template <class Visitor, SpecOf<ServiceSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"instances", "Running copies.", Need::shown}, spec.instances, Whole{1, 1'000'000});
  visitor.key({"workers", "Jobs that one instance works on at once.", Need::shown}, spec.workers,
              WholeOrUnlimited{1, 1'000'000});
  visitor.key({"worker_held_while_calling",
               "true: a worker waits with its job for calls (thread per request). false: it takes "
               "other jobs meanwhile (event loop).",
               Need::shown},
              spec.worker_held_while_calling, Flag{});
  visitor.key({"queue", "Where jobs wait for a worker."}, spec.queue, Table{Layout::brief});
  visitor.key({"cpu", "Work burns CPU and shares the cores; each worker has its own when absent."},
              spec.cpu, Table{Layout::brief});
  visitor.key({"placement", "Where instances stand."}, spec.placement, Table{Layout::brief});
  visitor.key({"correlation",
               "How strongly the times that one request meets here go together: 0 not at all, 1 "
               "completely."},
              spec.correlation, ratio);
  visitor.key({"endpoints", "Its operations."}, spec.endpoints, Named<Table>{"OPERATION", Table{}});
  visitor.key({"calls", "How it calls other services: timeouts, retries, load balancing."},
              spec.calls, Named<Table>{"SERVICE", Table{}});
}

template <class Visitor, SpecOf<ProvenanceSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  const Text optional_text{"text", Text::Empty::allowed};
  visitor.key({"traces", "Traces used."}, spec.traces, Whole{});
  visitor.key({"spans", "Spans used."}, spec.spans, Whole{});
  visitor.key({"window", "When they were recorded: RFC 3339 start/ISO 8601 duration."}, spec.window,
              optional_text);
  visitor.key({"sampling_percent", "Of all traces, so many were recorded."}, spec.sampling_percent,
              Number{0, 100, Number::Lower::excluded});
  visitor.key({"calibrated_by", "The program that learned the model."}, spec.calibrated_by,
              optional_text);
  visitor.key({"sources", "The files it was learned from."}, spec.sources, optional_text);
}

template <class Visitor, SpecOf<NetworkSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"latency", "One way, on every edge without a latency of its own."}, spec.latency,
              LawTable{});
}

inline constexpr Choice<Basis, 2> basis_words{
    {{{Basis::observed, "observed"}, {Basis::assumed, "assumed"}}}};

template <class Visitor, SpecOf<EvidenceSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"basis", "Whether it was seen or guessed.", Need::required}, spec.basis,
              basis_words);
  visitor.key({"n", "From so many observations."}, spec.n, Whole{});
  visitor.key({"note", "Anything else worth knowing."}, spec.note,
              Text{"text", Text::Empty::allowed});
}

/// What is wrong with the name of a service or workload; an operation may hold slashes.
std::string service_name_complaint(std::string_view name);
std::string operation_name_complaint(std::string_view name);

struct ModelDocument {
  int language = 1;
  ModelSpec model;
};
template <class Visitor, SpecOf<ModelDocument> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"rehearse_model", "Says that this file is a model, in version 1 of the language.",
               Need::required},
              spec.language, LanguageVersion{});
  visitor.key({"provenance", "What the model was learned from."}, spec.model.provenance, Table{});
  visitor.key({"network", "Between instances."}, spec.model.network, Table{});
  visitor.key({"workloads", "Who sends requests."}, spec.model.workloads,
              Named<Table>{"WORKLOAD", Table{}, 100'000, &service_name_complaint});
  visitor.key({"services", "What the system is made of."}, spec.model.services,
              Named<Table>{"SERVICE", Table{}, 100'000, &service_name_complaint});
  visitor.key({"evidence", "Why learned values should be believed, by their path."},
              spec.model.evidence, Named<Table>{"PATH", Table{Layout::whole}});
}

}  // namespace rehearse
