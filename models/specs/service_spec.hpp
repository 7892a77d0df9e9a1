#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/policies/core_sharing.hpp"
#include "models/policies/queue.hpp"
#include "models/specs/client_spec.hpp"
#include "models/specs/step_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// One thing an endpoint does, taken with probability weight / sum of weights. Calibration writes
/// counts, which carry their own uncertainty.
struct BehaviourSpec {
  double weight = 1;
  StepSequence steps;
  std::optional<double> error_percent = std::nullopt;  // none: that of the endpoint
  bool operator==(const BehaviourSpec&) const = default;
};

/// Errors of the endpoint itself, beside those it passes on. `start`: instead of any work.
struct OwnErrorsSpec {
  enum class At { start, end };
  double percent = 0;
  At at = At::end;
  bool operator==(const OwnErrorsSpec&) const = default;
};

struct EndpointSpec {
  std::vector<BehaviourSpec> behaviours;
  OwnErrorsSpec errors;
  bool operator==(const EndpointSpec&) const = default;

  double error_percent_of(const BehaviourSpec& behaviour) const {
    return behaviour.error_percent.value_or(errors.percent);
  }
};

/// Instance i stands in zones[i % zones.size()] and on hosts[i % hosts.size()]; without hosts each
/// instance is a host of its own.
struct PlacementSpec {
  std::vector<std::string> zones;
  std::vector<std::string> hosts;
  bool operator==(const PlacementSpec&) const = default;
};

/// Of how long a stretch calibration looks at the load, where there is enough of it.
inline constexpr Duration recorded_load_window = Duration::seconds(10);

/// The highest load that a recording shows, averaged over the instances; beyond it nobody has seen
/// the service. Calibration writes the maximum over the windows above, or, of services too rare for
/// that, the mean over the whole recording.
struct HighestRecorded {
  double work_per_instance = 0;    // seconds of own work brought in a second (Erlangs)
  double inside_per_instance = 0;  // requests inside at once, time in calls included: their mean
  std::uint64_t visits = 0;        // recorded in that window
  Duration window;                 // its length
  bool operator==(const HighestRecorded&) const = default;
};

struct ServiceSpec {
  int instances = 1;
  std::optional<int> workers;  // of one instance; unlimited when absent
  /// True: a worker stays with its job while the job waits for calls (thread per request). False:
  /// it is given back, and the job queues again for the rest of its work (event loop).
  bool worker_held_while_calling = true;
  QueueSpec queue;
  std::optional<CpuSpec> cpu;
  PlacementSpec placement;
  /// In [0, 1]: how strongly the times which one request meets at this service (work, and network
  /// latency towards it) go together, as the correlation of their normal scores.
  double correlation = 0;
  /// In [0, 1]: how strongly the work here follows the size of the request, one normal quantity of
  /// it that is the same at all services. The normal scores of the work at two services correlate
  /// by the product of their loadings (a one-factor model).
  double size_loading = 0;
  std::optional<HighestRecorded> highest_recorded;  // absent: nothing was recorded
  std::map<std::string, EndpointSpec> endpoints;    // by operation
  std::map<std::string, ClientSpec> calls;          // by callee service
  bool operator==(const ServiceSpec&) const = default;
};

inline constexpr Choice<OwnErrorsSpec::At> error_at_words{{OwnErrorsSpec::At::start, "start"},
                                                          {OwnErrorsSpec::At::end, "end"}};

template <class Visitor, SpecOf<PlacementSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"zones", "Instance i stands in zone i, counted round."}, spec.zones,
              List<Text>{Text{"the name of a zone"}});
  visitor.key({"hosts", "Instance i stands on host i, counted round; each on its own when absent."},
              spec.hosts, List<Text>{Text{"the name of a host"}});
}

template <class Visitor, SpecOf<OwnErrorsSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"percent", "Of the requests it answers.", Need::required}, spec.percent,
              zero_to_hundred);
  visitor.key({"at", "start: instead of any work. end: after all of it."}, spec.at, error_at_words);
}

template <class Visitor, SpecOf<BehaviourSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"weight", "How often it is taken, relative to the others.", Need::shown},
              spec.weight, weight_above_zero);
  visitor.key({"error_percent",
               "Of the requests that take it, in place of the percent of the endpoint's errors."},
              spec.error_percent, zero_to_hundred);
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
              spec.correlation, zero_to_one);
  visitor.key({"size_loading",
               "How strongly work here follows the size of the request, which is the same at all "
               "services: the work of one request at two services goes together by the product of "
               "theirs."},
              spec.size_loading, zero_to_one);
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
