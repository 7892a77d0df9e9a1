#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/client_spec.hpp"
#include "sim/random/law_spec.hpp"
#include "sim/time.hpp"

namespace rehearse {

/// Names an endpoint; written "service/operation" in files. The service is what stands before the
/// first slash, so an operation may hold slashes and a service may not.
struct EndpointName {
  std::string service;
  std::string operation;
  auto operator<=>(const EndpointName&) const = default;
  std::string text() const { return service + "/" + operation; }
};

/// What a job does when one of its calls has failed for good.
enum class OnError { fail, ignore, fallback };

struct StepSpec;
using StepSequence = std::vector<StepSpec>;

/// Time on a worker (or on the cores, where the service declares a cpu).
struct WorkSpec {
  LawSpec duration;
  bool operator==(const WorkSpec&) const = default;
};

/// A call to another endpoint, awaited.
struct CallSpec {
  EndpointName endpoint;
  double probability = 1;
  OnError on_error = OnError::fail;
  StepSequence fallback;  // used when on_error is fallback; then the sequence goes on
  bool operator==(const CallSpec&) const;
};

/// All branches at once. Goes on as soon as `wait_for` of them have succeeded (all, when absent),
/// and fails as soon as that has become impossible; what is still under way is given up.
struct ParallelSpec {
  std::vector<StepSequence> branches;
  std::optional<int> wait_for;
  bool operator==(const ParallelSpec&) const;
};

/// The steps, one round after another.
struct RepeatSpec {
  CountLawSpec count;
  StepSequence steps;
  bool operator==(const RepeatSpec&) const;
};

/// A call nobody waits for: fire and forget.
struct SpawnSpec {
  EndpointName endpoint;
  double probability = 1;
  bool operator==(const SpawnSpec&) const = default;
};

struct StepSpec {
  std::variant<WorkSpec, CallSpec, ParallelSpec, RepeatSpec, SpawnSpec> action;
  bool operator==(const StepSpec& other) const;
};

// Spelt out: clang 14 crashes on a defaulted comparison of a type that contains itself.
inline bool StepSpec::operator==(const StepSpec& other) const {
  return action == other.action;
}
inline bool CallSpec::operator==(const CallSpec&) const = default;
inline bool ParallelSpec::operator==(const ParallelSpec&) const = default;
inline bool RepeatSpec::operator==(const RepeatSpec&) const = default;

/// One thing an endpoint does, taken with probability weight / sum of weights. Calibration writes
/// counts, which carry their own uncertainty.
struct BehaviourSpec {
  double weight = 1;
  StepSequence steps;
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
};

enum class QueueDiscipline { fifo, lifo };

/// Where jobs wait for a worker. A job that finds the queue full is refused (503).
struct QueueSpec {
  std::optional<int> capacity;  // unlimited when absent; 0: no waiting room
  QueueDiscipline discipline = QueueDiscipline::fifo;
  bool operator==(const QueueSpec&) const = default;
};

/// Work burns CPU: the jobs at work share the cores equally, none gets more than one (processor
/// sharing).
struct CpuSpec {
  double cores = 1;
  bool operator==(const CpuSpec&) const = default;
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
  std::optional<HighestRecorded> highest_recorded;  // absent: nothing was recorded
  std::map<std::string, EndpointSpec> endpoints;    // by operation
  std::map<std::string, ClientSpec> calls;          // by callee service
  bool operator==(const ServiceSpec&) const = default;
};

}  // namespace rehearse
