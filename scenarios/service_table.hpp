#pragma once

#include "models/service_spec.hpp"
#include "models/workload_spec.hpp"
#include "scenarios/client_table.hpp"
#include "scenarios/model_kinds.hpp"
#include "scenarios/step_kinds.hpp"
#include "scenarios/table_values.hpp"
#include "scenarios/value_kinds.hpp"

/// The table of workloads and services.
namespace rehearse {

inline constexpr Choice<QueueDiscipline, 2> discipline_words{
    {{{QueueDiscipline::fifo, "fifo"}, {QueueDiscipline::lifo, "lifo"}}}};
inline constexpr Choice<OwnErrorsSpec::At, 2> error_at_words{
    {{{OwnErrorsSpec::At::start, "start"}, {OwnErrorsSpec::At::end, "end"}}}};

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
              WholeOrWord{0, 1'000'000'000});
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

constexpr Number recorded_load{0, 1e15};

template <class Visitor, SpecOf<HighestRecorded> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"work_per_instance",
               "Seconds of its own work, calls left out, that were brought to an instance in a "
               "second.",
               Need::required},
              spec.work_per_instance, recorded_load);
  visitor.key(
      {"inside_per_instance",
       "Requests inside an instance at once, time in calls included: their mean.", Need::required},
      spec.inside_per_instance, recorded_load);
  visitor.key({"visits", "Recorded in the window."}, spec.visits, Whole{});
  visitor.key({"window", "How long was looked at: 10s, or the whole recording."}, spec.window,
              Extent{Duration(), Duration::hours(24 * 36'525)});
}

template <class Visitor, SpecOf<ServiceSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"instances", "Running copies.", Need::shown}, spec.instances, Whole{1, 1'000'000});
  visitor.key({"workers", "Jobs that one instance works on at once.", Need::shown}, spec.workers,
              WholeOrWord{1, 1'000'000});
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
  visitor.key({"highest_recorded",
               "The highest load that was recorded, averaged over instances. What goes beyond it, "
               "nobody has "
               "seen."},
              spec.highest_recorded, Table{Layout::whole});
  visitor.key({"endpoints", "Its operations."}, spec.endpoints, Named<Table>{"OPERATION", Table{}});
  visitor.key({"calls", "How it calls other services: timeouts, retries, load balancing."},
              spec.calls, Named<Table>{"SERVICE", Table{}});
}

}  // namespace rehearse
