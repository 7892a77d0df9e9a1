#include "studies/recorded_readings.hpp"

#include <algorithm>
#include <cmath>

#include "models/checks/assumed_limit.hpp"
#include "models/checks/call_graph.hpp"
#include "models/replication.hpp"

namespace rehearse {
namespace {

/// For quantiles to mean something, and short beside the study.
constexpr double worth_of_events = 100'000;
constexpr Duration shortest_run = Duration::seconds(20);
constexpr Duration longest_run = Duration::hours(1);

constexpr double slower = 1.1;
constexpr double fewer_good = 0.002;
constexpr double more_of_them = 1.4;
constexpr int most_of_them = 1'000'000;
constexpr int most_rounds = 24;
constexpr int rounds_back = 3;  // a step of 1.4 becomes one of 1.05

/// As in the readings themselves: a collapse that is only supposed takes no memory.
constexpr std::uint32_t most_in_flight = 500'000;

/// Below, the quantile is one or two requests.
constexpr std::uint64_t enough_for_median = 20;
constexpr std::uint64_t enough_for_p99 = 200;

constexpr Duration shortest_default = Duration::seconds(1);
constexpr Duration longest_default = Duration::minutes(1);
constexpr std::int64_t times_longest = 3;

/// Nothing happens, for so long.
ExperimentSpec calm(Duration measured) {
  ExperimentSpec experiment;
  experiment.warm_up = scaled(measured, 0.1);
  experiment.duration = measured + experiment.warm_up;
  experiment.window = measured;
  experiment.most_in_flight = std::min(experiment.most_in_flight, most_in_flight);
  return experiment;
}

ExperimentSpec calm_run_of(const ModelSpec& model) {
  const double events = System(model, calm(shortest_run)).expected_events();
  const double times = std::max(1.0, worth_of_events / std::max(1.0, events));
  return calm(std::min(longest_run, scaled(shortest_run, std::min(times, 1000.0))));
}

/// One run of the recorded model under some reading.
struct CalmRun {
  OutcomeLayout layout;
  Outcome outcome;

  const EndpointOutcome& endpoint(std::size_t i) const {
    return outcome.intervals.front().endpoints[i];
  }
};

CalmRun run_of(const ModelSpec& model, const ExperimentSpec& experiment,
               const ReadingSettings& settings) {
  const System system(model, experiment);
  RunMemory memory;
  return {system.layout(), run_replication(system, {.study = settings.seed, .replication = 0},
                                           memory, threading_of(system, settings))};
}

double good_share(const RequestCounts& counts) {
  return counts.arrived == 0 ? 1
                             : static_cast<double>(counts.ok) / static_cast<double>(counts.arrived);
}

bool is_slower(const EndpointOutcome& one, const EndpointOutcome& unlimited, double level,
               std::uint64_t enough) {
  if (unlimited.latency.count() < enough) return false;
  const auto now = one.latency.quantile(level);
  const auto before = unlimited.latency.quantile(level);
  return !now || now->in_seconds() > slower * before->in_seconds();
}

bool is_worse(const EndpointOutcome& one, const EndpointOutcome& unlimited) {
  return is_slower(one, unlimited, 0.5, enough_for_median) ||
         is_slower(one, unlimited, 0.99, enough_for_p99) ||
         good_share(one.counts) < good_share(unlimited.counts) - fewer_good;
}

/// Services with endpoints that are worse, and below which no other service has any.
std::set<std::string> at_fault(const CalmRun& run, const CalmRun& unlimited,
                               const CallGraph& graph) {
  std::set<std::string> worse;
  for (std::size_t i = 0; i < run.layout.endpoints.size(); ++i) {
    if (is_worse(run.endpoint(i), unlimited.endpoint(i))) {
      worse.insert(run.layout.endpoints[i].name.service);
    }
  }
  // Parts come callees first: whoever has a fault below hands it on to its callers.
  const CausedByVisit caused = caused_by(graph);
  std::vector<bool> fault_below(graph.endpoints.size());
  std::set<std::string> faults;
  for (const auto& part : connected_parts(caused)) {
    for (const std::size_t endpoint : part) {
      const std::string& service = graph.endpoints[endpoint].service;
      const bool below = std::any_of(caused[endpoint].begin(), caused[endpoint].end(),
                                     [&](const CausedVisits& one) { return fault_below[one.to]; });
      if (!below && worse.contains(service)) faults.insert(service);
      fault_below[endpoint] = below || worse.contains(service);
    }
  }
  return faults;
}

/// Whether the run brings no instance more, on average, than the most that was recorded of it, or
/// not much more.
bool is_as_recorded(const CalmRun& run, const ModelSpec& model, const std::string& service) {
  const auto& recorded = model.services.at(service).highest_recorded;
  const auto& names = run.layout.services;
  const auto place = std::find(names.begin(), names.end(), service);
  if (!recorded || place == names.end() || run.layout.load_windows == 0) return false;
  const std::size_t series = names.size() * load_groups;
  double work = 0;
  std::size_t windows = 0;
  for (std::size_t i = static_cast<std::size_t>(place - names.begin()) * load_groups;
       i < run.outcome.load.size(); i += series) {
    work += static_cast<double>(run.outcome.load[i].work);
    ++windows;
  }
  return work <= most_load_ratio * recorded->work_per_instance * static_cast<double>(windows);
}

/// Returns whether anything was repaired. `failing`: what was too few.
bool repair(Limits& limits, Limits& failing, const std::set<std::string>& services) {
  bool repaired = false;
  for (const std::string& service : services) {
    const auto found = limits.find(service);
    if (found == limits.end() || found->second.count >= most_of_them) continue;
    failing[service] = found->second;
    int& count = found->second.count;
    count = std::min(most_of_them, static_cast<int>(std::ceil(count * more_of_them)));
    repaired = true;
  }
  return repaired;
}

/// Repairing takes large steps: the least that is admitted lies between the last two.
template <class AtFault>
void go_back(Limits& limits, Limits failing, const AtFault& at_fault_with) {
  for (int round = 0; round < rounds_back; ++round) {
    Limits between = limits;
    for (const auto& [service, too_few] : failing) {
      between[service].count = too_few.count + (limits[service].count - too_few.count + 1) / 2;
    }
    if (between == limits) return;
    const std::set<std::string> faults = at_fault_with(between);
    for (auto& [service, too_few] : failing) {
      (faults.contains(service) ? too_few : limits[service]) = between[service];
    }
  }
}

/// Until no service is at fault any more.
template <class AtFault>
void make_admissible(Limits& limits, const AtFault& at_fault_with) {
  if (limits.empty()) return;
  Limits failing;
  for (int round = 0; round < most_rounds; ++round) {
    if (!repair(limits, failing, at_fault_with(limits))) break;
  }
  go_back(limits, failing, at_fault_with);
}

Duration default_timeout(const CalmRun& run, const std::string& callee) {
  Duration longest;
  for (std::size_t i = 0; i < run.layout.endpoints.size(); ++i) {
    if (run.layout.endpoints[i].name.service != callee) continue;
    longest = std::max(longest, run.endpoint(i).latency.maximum());
  }
  return std::min(std::max(longest * times_longest, shortest_default), longest_default);
}

}  // namespace

RecordedEnds recorded_ends(const std::vector<OpenValue>& open, const ReadingSettings& settings) {
  const ModelSpec& model = settings.recorded;
  const ExperimentSpec experiment = calm_run_of(model);
  const CalmRun unlimited = run_of(model, experiment, settings);
  RecordedEnds ends;
  std::set<std::string> proven;  // services about which these runs say something
  for (const OpenValue& value : open) {
    if (value.kind == OpenValue::Kind::timeout) {
      ends.short_timeouts[value.edge()] = default_timeout(unlimited, value.callee);
    } else if (value.kind == OpenValue::Kind::limit) {
      ends.least_workers[value.service] = {Limit::Of::workers, value.least_workers};
      const bool cores_are_known = model.services.at(value.service).cpu.has_value();
      ends.least_cores[value.service] = cores_are_known
                                            ? ends.least_workers[value.service]
                                            : Limit{Limit::Of::cores, value.least_cores};
      if (limit_is_assumed(model, value.service) &&
          is_as_recorded(unlimited, model, value.service)) {
        proven.insert(value.service);
      }
    }
  }
  const CallGraph graph = call_graph_of(model);
  const auto at_fault_with = [&](const Limits& limits) {
    Reading reading;
    reading.limits = limits;
    return at_fault(run_of(applied(model, reading), experiment, settings), unlimited, graph);
  };
  for (Limits* least : {&ends.least_workers, &ends.least_cores}) {
    Limits limits = *least;
    std::erase_if(limits, [&](const auto& entry) { return !proven.contains(entry.first); });
    make_admissible(limits, at_fault_with);
    for (const auto& [service, limit] : limits) (*least)[service] = limit;
  }
  return ends;
}

}  // namespace rehearse
