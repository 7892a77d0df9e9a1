#include "models/checks/experiment_mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "language/spec_path.hpp"
#include "models/checks/hints.hpp"
#include "models/checks/target_counts.hpp"
#include "models/outcomes/metric.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

/// Walks an experiment; knows the names in its model.
class ExperimentWalk {
 public:
  ExperimentWalk(const ModelSpec& model, const ExperimentSpec& experiment,
                 std::vector<Mistake>& mistakes)
      : model_(model), experiment_(experiment), mistakes_(mistakes) {
    for (const auto& [name, service] : model.services) {
      services_.push_back(name);
      zones_.insert(service.placement.zones.begin(), service.placement.zones.end());
      hosts_.insert(service.placement.hosts.begin(), service.placement.hosts.end());
    }
    for (const auto& [name, workload] : model.workloads) workloads_.push_back(name);
  }

  void walk() {
    walk_frame();
    std::set<std::string> names;
    for (std::size_t i = 0; i < experiment_.faults.size(); ++i) {
      const FaultSpec& fault = experiment_.faults[i];
      const std::string path = indexed_path("faults", i);
      if (!names.insert(fault.name).second) {
        add(path + ".name", "two faults are called '" + fault.name + "'");
      }
      walk_fault(path, fault);
    }
    if (experiment_.rollout) walk_rollout(*experiment_.rollout);
    for (std::size_t i = 0; i < experiment_.stop_conditions.size(); ++i) {
      const std::string path = indexed_path("stop_conditions", i) + ".when";
      const MetricCondition& when = experiment_.stop_conditions[i].when;
      check_metric(path, when);
      check_scraped(path, when);
    }
    walk_objectives();
  }

 private:
  using Document = Mistake::Document;
  using Extent = Mistake::Premise::Extent;

  void add(const std::string& path, std::string sentence, std::string hint = "") {
    mistakes_.push_back(
        Mistake{Document::scenario, path, std::move(sentence), std::move(hint), {}, {}});
  }

  /// What the mistake that was added last rests on.
  void rests_on(Document document, std::string path, Extent extent = Extent::itself) {
    mistakes_.back().premises.push_back({document, std::move(path), extent});
  }
  void rests_on_duration() {
    rests_on(Document::scenario, "scenario.duration");
    rests_on(Document::scenario, "scenario.warm_up");
  }

  template <class Names>
  void check_name(const std::string& path, const std::string& kind, const std::string& name,
                  const Names& names) {
    const std::vector<std::string> all(names.begin(), names.end());
    if (name.empty() || std::find(all.begin(), all.end(), name) != all.end()) return;
    add(path, "there is no " + kind + " '" + name + "'", hint_towards(name, all));
    const bool named = kind == "service" || kind == "workload";
    rests_on(Document::model, named ? kind + "s" : "services",
             named ? Extent::itself : Extent::whole);
  }

  /// Whether the endpoint exists; says so if not.
  void check_endpoint(const std::string& path, const std::string& service,
                      const std::string& operation) {
    const auto place = model_.services.find(service);
    if (place == model_.services.end()) {
      check_name(path, "service", service, services_);
      return;
    }
    if (operation.empty() || place->second.endpoints.count(operation) != 0) return;
    mistakes_.push_back(
        missing_endpoint(Document::scenario, path, {service, operation}, place->second));
  }

  void walk_frame() {
    if (experiment_.warm_up >= experiment_.duration) {
      add("scenario.warm_up", "the warm-up takes the whole run: nothing is measured");
      rests_on_duration();
    } else if (experiment_.window > experiment_.duration - experiment_.warm_up) {
      add("scenario.window", "the window is longer than what is measured");
      rests_on_duration();
    }
    constexpr std::int64_t most_windows = 100'000;
    const bool tiny =
        experiment_.window > Duration() &&
        (experiment_.duration - experiment_.warm_up) / experiment_.window > most_windows;
    if (tiny) {
      add("scenario.window", "there would be more than 100000 windows");
      rests_on_duration();
    }
    if (!tiny) check_samples();
    if (model_.workloads.empty()) {
      add("", "the model has no workload: nobody sends requests");
      rests_on(Document::model, "", Extent::whole);
    }
  }

  /// The series of all windows are kept for some replications of both arms, at least 20 of each.
  void check_samples() {
    constexpr double most_samples = 2e6;
    constexpr double kept_bytes = 20 * 2 * 32;
    if (!(experiment_.window > Duration()) || experiment_.warm_up >= experiment_.duration) return;
    const auto measured = (experiment_.duration - experiment_.warm_up).in_seconds();
    const double windows = std::ceil(measured / experiment_.window.in_seconds());
    std::size_t series = model_.workloads.size() + model_.services.size();
    for (const auto& [name, service] : model_.services) series += service.endpoints.size();
    const double samples = windows * static_cast<double>(series);
    if (samples <= most_samples) return;
    add("scenario.window",
        fmt::format("{:.0f} windows of {} series (workloads, services, endpoints) would take about "
                    "{:.1f} GB of memory",
                    windows, series, samples * kept_bytes / 1e9),
        fmt::format("at most {:.0f} windows fit: make 'window' longer",
                    std::floor(most_samples / static_cast<double>(series))));
    rests_on_duration();
    rests_on(Document::model, "services", Extent::whole);
  }

  void check_time(const std::string& path, const std::string& what, Duration at) {
    if (at < experiment_.warm_up) {
      add(path, what + " starts before the warm-up ends, at " + duration_text(experiment_.warm_up));
      rests_on_duration();
    } else if (at >= experiment_.duration) {
      add(path, what + " starts after the run ends, at " + duration_text(experiment_.duration));
      rests_on_duration();
    }
  }

  void walk_fault(const std::string& path, const FaultSpec& fault) {
    check_time(path + ".at", "the fault", fault.at);
    if (fault.at < experiment_.duration && fault.at + fault.duration > experiment_.duration) {
      add(path + ".duration", "the fault would end at " + duration_text(fault.at + fault.duration) +
                                  ", after the run ends, at " +
                                  duration_text(experiment_.duration));
      rests_on_duration();
    }
    const TargetSpec& target = fault.target;
    const std::string target_path = path + ".target";
    const std::size_t before = mistakes_.size();
    check_endpoint(target_path + (target.operation.empty() ? ".service" : ".endpoint"),
                   target.service, target.operation);
    check_name(target_path + ".zone", "zone", target.zone, zones_);
    check_name(target_path + ".host", "host", target.host, hosts_);
    check_name(target_path + ".workload", "workload", target.workload, workloads_);
    check_version(target_path + ".version", target.version, target.service);
    check_caller(target_path + ".caller", target.caller, target.service);
    if (mistakes_.size() > before) return;
    if (const auto* spike = std::get_if<LoadSpike>(&fault.kind)) {
      check_spike(path, target.workload, *spike);
    } else if (target.version != "canary") {
      check_matches(target_path, target);
    }
  }

  /// Whether somebody of this name calls the service, or anybody at all where none is named.
  void check_caller(const std::string& path, const std::string& caller,
                    const std::string& service) {
    if (caller.empty()) return;
    const auto as_service = model_.services.find(caller);
    const auto as_workload = model_.workloads.find(caller);
    if (as_service == model_.services.end() && as_workload == model_.workloads.end()) {
      std::vector<std::string> callers = services_;
      callers.insert(callers.end(), workloads_.begin(), workloads_.end());
      add(path, "there is no service or workload '" + caller + "'", hint_towards(caller, callers));
      rests_on(Document::model, "services");
      rests_on(Document::model, "workloads");
      return;
    }
    std::set<std::string> callees;
    if (as_service != model_.services.end()) callees = callees_of(as_service->second);
    if (as_workload != model_.workloads.end()) {
      for (const EndpointName& endpoint : endpoints_asked(as_workload->second)) {
        callees.insert(endpoint.service);
      }
    }
    if (service.empty() ? !callees.empty() : callees.count(service) != 0) return;
    add(path, "'" + caller + "' never calls " + (service.empty() ? "anybody" : "'" + service + "'"),
        callees.empty() ? "" : hint_towards(service, {callees.begin(), callees.end()}));
    rests_on(Document::model, "services", Extent::whole);
    rests_on(Document::model, "workloads", Extent::whole);
  }

  static std::set<std::string> callees_of(const ServiceSpec& service) {
    std::set<std::string> callees;
    for (const auto& [operation, endpoint] : service.endpoints) {
      for (const BehaviourSpec& behaviour : endpoint.behaviours) {
        for_each_step(behaviour.steps, [&](const StepSpec& step) {
          if (const auto* call = std::get_if<CallSpec>(&step.action)) {
            callees.insert(call->endpoint.service);
          } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
            callees.insert(spawn->endpoint.service);
          }
        });
      }
    }
    return callees;
  }

  void check_spike(const std::string& path, const std::string& name, const LoadSpike& spike) {
    if (spike.factor < 1) add(path + ".factor", "a load spike adds arrivals: 'factor' is below 1");
    const auto workload = model_.workloads.find(name);
    if (workload == model_.workloads.end()) return;
    if (std::holds_alternative<ClosedLoopSpec>(workload->second.arrivals)) {
      add(path + ".target.workload",
          "'" + name + "' is a closed loop: its users do not come more often");
      rests_on(Document::model, extended_path("workloads", name) + ".arrivals", Extent::whole);
    }
  }

  void check_matches(const std::string& path, const TargetSpec& target) {
    const std::uint64_t matching = count_matching(model_, target);
    if (matching == 0) {
      add(path, "no instance matches this target");
      rests_on(Document::model, "services", Extent::whole);
    } else if (target.mode == TargetSpec::Mode::fixed &&
               target.value > static_cast<double>(matching)) {
      add(path + ".value", "only " + counted(matching, "instance") +
                               std::string(agreeing(matching, " matches", " match")) +
                               " this target");
      rests_on(Document::model, "services", Extent::whole);
    }
  }

  void check_version(const std::string& path, const std::string& version,
                     const std::string& service) {
    if (version != "canary") return;
    if (!experiment_.rollout) {
      add(path, "there is no canary without a rollout");
      rests_on(Document::scenario, "rollout");
    } else if (!service.empty() && service != experiment_.rollout->service) {
      add(path, "only '" + experiment_.rollout->service + "' has a canary");
    }
  }

  void walk_rollout(const RolloutSpec& rollout) {
    check_name("rollout.service", "service", rollout.service, services_);
    check_time("rollout.at", "the rollout", rollout.at);
    double weight = 0;
    for (std::size_t i = 0; i < rollout.steps.size(); ++i) {
      const auto* step = std::get_if<SetWeight>(&rollout.steps[i]);
      if (step == nullptr) continue;
      if (step->percent < weight) {
        add(indexed_path("rollout.steps", i) + ".set_weight", "the weight falls here");
      }
      weight = step->percent;
    }
    for (std::size_t i = 0; i < rollout.analysis.size(); ++i) {
      const std::string path = indexed_path("rollout.analysis", i) + ".failure_condition";
      check_metric(path, rollout.analysis[i].failure_condition);
      check_scraped(path, rollout.analysis[i].failure_condition);
    }
  }

  void check_metric(const std::string& path, const MetricCondition& condition) {
    const MetricLabels& labels = condition.labels;
    check_name(path, "workload", labels.workload, workloads_);
    check_name(path, "service", labels.service, services_);
    const std::size_t slash = labels.endpoint.find('/');
    if (slash != std::string::npos) {
      const std::string service = labels.endpoint.substr(0, slash);
      check_endpoint(path, service, labels.endpoint.substr(slash + 1));
      if (!labels.service.empty() && labels.service != service) {
        add(path, "'" + labels.endpoint + "' is not an endpoint of '" + labels.service + "'");
      }
      check_version(path, labels.version, service);
    } else {
      check_version(path, labels.version, labels.service);
    }
  }

  void check_scraped(const std::string& path, const MetricCondition& condition) {
    const MetricRow& row = row_of(condition.metric);
    if (row.from_scrapes != nullptr) return;
    add(path,
        (row.needs == MetricRow::Needs::rollout ? "how the rollout ends" : std::string(row.word)) +
            " is known only afterwards; an alarm cannot watch it");
  }

  void walk_objectives() {
    std::set<std::string> names;
    const bool disturbed = !experiment_.faults.empty() || experiment_.rollout.has_value();
    for (std::size_t i = 0; i < experiment_.objectives.size(); ++i) {
      const ObjectiveSpec& objective = experiment_.objectives[i];
      const std::string path = indexed_path("objectives", i);
      if (!names.insert(objective.name).second) {
        add(path + ".name", "two objectives are called '" + objective.name + "'");
      }
      check_metric(path + ".expect", objective.expect);
      const bool about_rollout = row_of(objective.expect.metric).needs == MetricRow::Needs::rollout;
      if (about_rollout && !experiment_.rollout) add(path + ".expect", "there is no rollout");
      const IntervalSpec& over = objective.over;
      const bool about_fault =
          over.kind == IntervalSpec::Kind::fault || over.kind == IntervalSpec::Kind::after;
      if (about_fault && !disturbed) {
        add(path + ".over", "there is neither a fault nor a rollout");
        rests_on(Document::scenario, "faults");
        rests_on(Document::scenario, "rollout");
      }
      if (over.kind == IntervalSpec::Kind::custom &&
          (over.to > experiment_.duration || over.from < experiment_.warm_up)) {
        add(path + ".over", "the interval reaches outside of what is measured, " +
                                duration_text(experiment_.warm_up) + " to " +
                                duration_text(experiment_.duration));
        rests_on_duration();
      }
    }
  }

  const ModelSpec& model_;
  const ExperimentSpec& experiment_;
  std::vector<Mistake>& mistakes_;
  std::vector<std::string> services_;
  std::vector<std::string> workloads_;
  std::set<std::string> zones_;
  std::set<std::string> hosts_;
};

}  // namespace

void find_experiment_mistakes(const ModelSpec& model, const ExperimentSpec& experiment,
                              std::vector<Mistake>& mistakes) {
  ExperimentWalk(model, experiment, mistakes).walk();
}

}  // namespace rehearse
