#include "models/checks/service_mistakes.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "language/spec_path.hpp"
#include "language/suggestions.hpp"
#include "models/checks/hints.hpp"
#include "sim/counted_text.hpp"

namespace rehearse {
namespace {

bool can_be_inverted(const LawSpec& law) {
  return !std::holds_alternative<GammaSpec>(law.form) &&
         !std::holds_alternative<NormalSpec>(law.form) &&
         !std::holds_alternative<MixtureSpec>(law.form);
}

/// Walks a model; knows the names in it.
class ModelWalk {
 public:
  ModelWalk(const ModelSpec& model, std::vector<Mistake>& mistakes)
      : model_(model), mistakes_(mistakes) {}

  void walk() {
    for (const auto& [name, service] : model_.services) {
      if (service.correlation <= 0 || can_be_inverted(model_.network.latency)) continue;
      add("network.latency", correlation_sentence(name), correlation_hint);
      break;
    }
    check_instances();
    for (const auto& [name, workload] : model_.workloads) {
      walk_workload(extended_path("workloads", name), workload);
    }
    for (const auto& [name, service] : model_.services) {
      service_name_ = name;
      walk_service(extended_path("services", name), service);
    }
  }

 private:
  void add(const std::string& path, std::string sentence, std::string hint = "") {
    mistakes_.push_back(
        Mistake{Mistake::Document::model, path, std::move(sentence), std::move(hint), {}, {}});
  }

  /// What the mistake that was added last rests on.
  void rests_on(std::string path) {
    mistakes_.back().premises.push_back({Mistake::Document::model, std::move(path)});
  }

  /// Every replication under way keeps all instances, and what each knows of those it calls.
  void check_instances() {
    constexpr double most_instances = 2e6;
    constexpr double bytes_of_one = 1'000;
    double instances = 0;
    for (const auto& [name, service] : model_.services) instances += service.instances;
    if (instances <= most_instances) return;
    add("services",
        fmt::format("the services have {:.0f} instances in all: about {:.1f} GB of memory for each "
                    "replication under way",
                    instances, instances * bytes_of_one / 1e9),
        fmt::format("at most {:.0f} fit", most_instances));
  }

  void check_service(const std::string& path, const std::string& name) {
    if (model_.services.count(name) != 0) return;
    add(path, "there is no service '" + name + "'");
    rests_on("services");
    mistakes_.back().late_hint = [this_model = &model_, name] {
      return hint_towards(name, names_of(this_model->services));
    };
  }

  void check_endpoint(const std::string& path, const EndpointName& name) {
    const auto service = model_.services.find(name.service);
    if (service == model_.services.end()) {
      check_service(path, name.service);
      return;
    }
    if (service->second.endpoints.count(name.operation) != 0) return;
    mistakes_.push_back(missing_endpoint(Mistake::Document::model, path, name, service->second));
  }

  void walk_workload(const std::string& path, const WorkloadSpec& workload) {
    const auto* replay = std::get_if<ReplaySpec>(&workload.arrivals);
    const auto names_endpoint = [](const ReplaySpec::Arrival& arrival) {
      return !arrival.endpoint.empty();
    };
    const bool needs_mix =
        replay == nullptr ||
        !std::all_of(replay->arrivals.begin(), replay->arrivals.end(), names_endpoint);
    const std::string mix_path = path + ".mix";
    if (workload.mix.empty() && needs_mix) {
      add(mix_path, "the workload asks for nothing: its mix is empty",
          "mix = { \"frontend/GET /\" = 1 }");
    }
    for (const auto& [endpoint, weight] : workload.mix) {
      const std::string endpoint_path = extended_path(mix_path, endpoint.text());
      check_endpoint(endpoint_path, endpoint);
      if (!(weight > 0)) add(endpoint_path, "a weight must be above zero");
    }
    if (replay != nullptr) check_replay(path + ".arrivals.replay.file", *replay);
    for (const auto& [callee, client] : workload.calls) {
      walk_client(extended_path(path + ".calls", callee), callee, client);
    }
  }

  void check_replay(const std::string& path, const ReplaySpec& replay) {
    std::vector<std::string> seen;
    for (const ReplaySpec::Arrival& arrival : replay.arrivals) {
      if (arrival.endpoint.empty()) continue;
      const auto place = std::lower_bound(seen.begin(), seen.end(), arrival.endpoint);
      if (place != seen.end() && *place == arrival.endpoint) continue;
      seen.insert(place, arrival.endpoint);
      const std::size_t slash = arrival.endpoint.find('/');
      if (slash == std::string::npos) continue;
      check_endpoint(path, {arrival.endpoint.substr(0, slash), arrival.endpoint.substr(slash + 1)});
    }
  }

  void walk_service(const std::string& path, const ServiceSpec& service) {
    if (service.instances < 1) add(path + ".instances", "a service needs an instance");
    if (service.workers && *service.workers < 1) {
      add(path + ".workers", "an instance needs a worker");
    }
    check_queue(path, service);
    for (const auto& [callee, client] : service.calls) {
      walk_client(extended_path(path + ".calls", callee), callee, client);
    }
    for (const auto& [operation, endpoint] : service.endpoints) {
      const std::string endpoint_path = extended_path(path + ".endpoints", operation);
      const std::string behaviours_path = endpoint_path + ".behaviours";
      if (endpoint.behaviours.empty()) {
        add(behaviours_path, "the endpoint '" + operation + "' has no behaviour");
      }
      for (std::size_t i = 0; i < endpoint.behaviours.size(); ++i) {
        const std::string behaviour_path = indexed_path(behaviours_path, i);
        if (!(endpoint.behaviours[i].weight > 0)) {
          add(behaviour_path + ".weight", "a weight must be above zero");
        }
        walk_steps(behaviour_path + ".steps", endpoint.behaviours[i].steps, service);
      }
    }
  }

  /// A job that has begun, and waits for a worker for the rest of its work, cannot be refused.
  void check_queue(const std::string& path, const ServiceSpec& service) {
    const QueueDiscipline& discipline = service.queue.discipline;
    if (!drops_jobs(discipline) || service.worker_held_while_calling) return;
    add(path + ".queue.discipline",
        fmt::format("\"{}\" drops whole requests, and here each piece of work waits for a worker "
                    "of its own",
                    word_of(discipline)),
        "set 'worker_held_while_calling' to true, or take another discipline");
    rests_on(path + ".worker_held_while_calling");
  }

  void walk_client(const std::string& path, const std::string& callee, const ClientSpec& client) {
    check_service(path, callee);
    if (client.retry && client.retry->per_try_timeout && client.timeout &&
        *client.retry->per_try_timeout >= *client.timeout) {
      add(path + ".retry.per_try_timeout",
          "'per_try_timeout' must be below 'timeout', which ends the whole call");
    }
    if (client.retry && client.retry->max_backoff &&
        *client.retry->max_backoff < client.retry->base_backoff) {
      add(path + ".retry.max_backoff", "'max_backoff' is below 'base_backoff'");
    }
    const auto service = model_.services.find(callee);
    const bool correlated = service != model_.services.end() && service->second.correlation > 0;
    if (client.network_latency && correlated && !can_be_inverted(*client.network_latency)) {
      add(path + ".network_latency", correlation_sentence(callee), correlation_hint);
    }
  }

  static std::string correlation_sentence(const std::string& service) {
    return "'" + service + "' has a correlation, which gamma, normal and mixture laws do not take";
  }
  static constexpr const char* correlation_hint =
      "use lognormal, weibull or empirical, or set correlation and size_loading to 0";

  void walk_steps(const std::string& path, const StepSequence& steps, const ServiceSpec& service) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      walk_step(indexed_path(path, i), steps[i], service);
    }
  }

  void walk_step(const std::string& path, const StepSpec& step, const ServiceSpec& service) {
    if (const auto* work = std::get_if<WorkSpec>(&step.action)) {
      const bool correlated = service.correlation > 0 || service.size_loading > 0;
      if (correlated && !can_be_inverted(work->duration)) {
        add(path + ".work", correlation_sentence(service_name_), correlation_hint);
      }
    } else if (const auto* call = std::get_if<CallSpec>(&step.action)) {
      check_endpoint(path + ".call", call->endpoint);
      walk_steps(path + ".fallback", call->fallback, service);
    } else if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
      check_endpoint(path + ".spawn", spawn->endpoint);
    } else if (const auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
      walk_steps(path + ".steps", repeat->steps, service);
    } else if (const auto* parallel = std::get_if<ParallelSpec>(&step.action)) {
      walk_parallel(path, *parallel, service);
    }
  }

  void walk_parallel(const std::string& path, const ParallelSpec& parallel,
                     const ServiceSpec& service) {
    const std::size_t branches = parallel.branches.size();
    if (branches == 0) add(path + ".parallel", "a parallel step needs branches");
    if (parallel.wait_for && *parallel.wait_for > static_cast<int>(branches)) {
      add(path + ".wait_for",
          "'wait_for' is " + std::to_string(*parallel.wait_for) +
              std::string(agreeing(branches, ", but there is only ", ", but there are only ")) +
              counted(branches, "branch", "branches"));
    }
    for (std::size_t i = 0; i < branches; ++i) {
      // A branch that is written as an endpoint has no steps of its own in the file; the nearest
      // place that exists is then the branch.
      const std::string branch_path = indexed_path(path + ".parallel", i);
      walk_steps(branch_path, parallel.branches[i], service);
    }
  }

  const ModelSpec& model_;
  std::vector<Mistake>& mistakes_;
  std::string service_name_;  // where the walk is
};

}  // namespace

void find_service_mistakes(const ModelSpec& model, std::vector<Mistake>& mistakes) {
  ModelWalk(model, mistakes).walk();
}

}  // namespace rehearse
