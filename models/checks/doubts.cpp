#include "models/checks/doubts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "models/checks/target_counts.hpp"

namespace rehearse {
namespace {

void doubt_percentages(const ExperimentSpec& experiment, std::vector<std::string>& doubts) {
  const auto add = [&](const std::string& what, double percent) {
    if (!(percent > 0 && percent < 1)) return;
    doubts.push_back(
        fmt::format("{} is {} percent, less than one in a hundred; {:g} would be {:g} %", what,
                    percent, percent * 100, percent * 100));
  };
  for (const FaultSpec& fault : experiment.faults) {
    const double percentage = percentage_of(fault.kind);
    if (percentage == 0) {
      doubts.push_back(
          fmt::format("the fault '{}' meets 0 % of the requests: it does nothing", fault.name));
    }
    add(fmt::format("the percentage of the fault '{}'", fault.name), percentage);
    if (fault.target.mode != TargetSpec::Mode::fixed_percent) continue;
    add(fmt::format("the value of the target of the fault '{}'", fault.name), fault.target.value);
  }
  if (!experiment.rollout) return;
  for (const RolloutStep& step : experiment.rollout->steps) {
    if (const auto* weight = std::get_if<SetWeight>(&step)) {
      add("a set_weight of the rollout", weight->percent);
    }
  }
}

void doubt_utilization(const ModelSpec& model, const std::string& what,
                       const MetricCondition& condition, std::vector<std::string>& doubts) {
  if (condition.metric != Metric::utilization) return;
  for (const auto& [name, service] : model.services) {
    if (!condition.labels.service.empty() && condition.labels.service != name) continue;
    if (service.workers || service.cpu) return;  // something is measured
  }
  const std::string& name = condition.labels.service;
  doubts.push_back(fmt::format(
      "{} is about the utilization of {}, which is never measured: {} neither workers nor cpu, so "
      "nothing says how many jobs would be all it can do",
      what, name.empty() ? "all services" : "'" + name + "'",
      name.empty() ? "they have" : "it has"));
}

void doubt_queues(const ModelSpec& model, std::vector<std::string>& doubts) {
  for (const auto& [name, service] : model.services) {
    if (service.workers || !drops_jobs(service.queue.discipline)) continue;
    doubts.push_back(fmt::format(
        "the queue of '{}' would drop jobs that wait for a worker, and its workers are unlimited: "
        "nobody waits",
        name));
  }
}

/// The endpoints that requests can come to: those of the mixes, and what they call.
class Reach {
 public:
  explicit Reach(const ModelSpec& model) : model_(model) {
    for (const auto& [name, workload] : model_.workloads) {
      for (const EndpointName& endpoint : endpoints_asked(workload)) reach(endpoint);
    }
    while (!open_.empty()) {
      const EndpointName at = open_.back();
      open_.pop_back();
      const auto& behaviours = model_.services.at(at.service).endpoints.at(at.operation).behaviours;
      for (const BehaviourSpec& behaviour : behaviours) {
        if (behaviour.weight > 0) walk(behaviour.steps);
      }
    }
  }

  /// Of a fault with this target; also of one that matches nothing, which is a mistake elsewhere.
  bool comes_to(const TargetSpec& target) const {
    if (!target.operation.empty()) return reached_.count({target.service, target.operation}) > 0;
    return std::any_of(reached_.begin(), reached_.end(), [&](const EndpointName& endpoint) {
      TargetSpec here = target;
      if (!target.service.empty() && target.service != endpoint.service) return false;
      here.service = endpoint.service;
      here.version.clear();  // the canary stands where the service is
      return count_matching(model_, here) > 0;
    });
  }

 private:
  void reach(const EndpointName& endpoint) {
    if (reached_.insert(endpoint).second) open_.push_back(endpoint);
  }

  void walk(const StepSequence& steps) {
    for_each_step(steps, [this](const StepSpec& step) {
      if (const auto* call = std::get_if<CallSpec>(&step.action)) {
        if (call->probability > 0) reach(call->endpoint);
      } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
        if (spawn->probability > 0) reach(spawn->endpoint);
      }
    });
  }

  const ModelSpec& model_;
  std::set<EndpointName> reached_;
  std::vector<EndpointName> open_;
};

void doubt_targets(const ModelSpec& model, const ExperimentSpec& experiment,
                   std::vector<std::string>& doubts) {
  const Reach reach(model);
  for (const FaultSpec& fault : experiment.faults) {
    if (targets_of(fault.kind).workload || reach.comes_to(fault.target)) continue;
    doubts.push_back(fmt::format(
        "no request comes to what the fault '{}' meets: nobody feels it, in the mixes as they are",
        fault.name));
  }
}

/// Callers who may hear nothing of their attempts, without a timeout of the call or of the attempt.
/// Nobody waits for what is spawned.
class Waiting {
 public:
  Waiting(const ModelSpec& model, const FaultSpec& fault) : model_(model), fault_(fault) {}

  std::set<std::string> edges() {
    for (const auto& [name, workload] : model_.workloads) {
      for (const EndpointName& endpoint : endpoints_asked(workload)) {
        add(name, workload.calls, endpoint.service);
      }
    }
    for (const auto& [name, service] : model_.services) {
      for (const auto& [operation, endpoint] : service.endpoints) {
        for (const BehaviourSpec& behaviour : endpoint.behaviours) {
          add_calls(name, service, behaviour.steps);
        }
      }
    }
    return std::move(edges_);
  }

 private:
  void add_calls(const std::string& name, const ServiceSpec& service, const StepSequence& steps) {
    for_each_step(steps, [&](const StepSpec& step) {
      const auto* call = std::get_if<CallSpec>(&step.action);
      if (call != nullptr && !call->timeout) add(name, service.calls, call->endpoint.service);
    });
  }

  void add(const std::string& caller, const std::map<std::string, ClientSpec>& calls,
           const std::string& callee) {
    TargetSpec target = fault_.target;
    if (!target.caller.empty() && target.caller != caller) return;
    if (!target.service.empty() && target.service != callee) return;
    target.service = callee;
    if (count_matching(model_, target) == 0) return;
    const auto client = calls.find(callee);
    const bool timed =
        client != calls.end() &&
        (client->second.timeout || (client->second.retry && client->second.retry->per_try_timeout));
    if (!timed) edges_.insert(caller + " -> " + callee);
  }

  const ModelSpec& model_;
  const FaultSpec& fault_;
  std::set<std::string> edges_;
};

void doubt_timeouts(const ModelSpec& model, const FaultSpec& fault,
                    std::vector<std::string>& doubts) {
  if (!is_silent(fault.kind) || percentage_of(fault.kind) == 0) return;
  const std::set<std::string> edges = Waiting(model, fault).edges();
  if (edges.empty()) return;
  constexpr std::size_t most_named = 8;
  std::string text;
  std::size_t named = 0;
  for (const std::string& edge : edges) {
    if (++named > most_named) break;
    text += (named == 1 ? "" : ", ") + edge;
  }
  if (edges.size() > most_named) text += fmt::format(" and {} more", edges.size() - most_named);
  doubts.push_back(fmt::format(
      "the fault '{}' leaves attempts without an answer, and callers without a timeout wait for "
      "ever: {}",
      fault.name, text));
}

}  // namespace

std::vector<std::string> find_doubts(const ModelSpec& model, const ExperimentSpec& experiment) {
  std::vector<std::string> doubts;
  doubt_percentages(experiment, doubts);
  doubt_targets(model, experiment, doubts);
  doubt_queues(model, doubts);
  for (const FaultSpec& fault : experiment.faults) doubt_timeouts(model, fault, doubts);
  for (const ObjectiveSpec& objective : experiment.objectives) {
    doubt_utilization(model, "the objective '" + objective.name + "'", objective.expect, doubts);
  }
  for (const StopConditionSpec& condition : experiment.stop_conditions) {
    doubt_utilization(model, "the stop condition '" + condition.when.text + "'", condition.when,
                      doubts);
  }
  if (!experiment.rollout) return doubts;
  for (const AnalysisSpec& analysis : experiment.rollout->analysis) {
    doubt_utilization(model, "the analysis '" + analysis.failure_condition.text + "'",
                      analysis.failure_condition, doubts);
  }
  return doubts;
}

}  // namespace rehearse
