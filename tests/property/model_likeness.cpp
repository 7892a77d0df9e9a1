#include "tests/property/model_likeness.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "models/replication.hpp"
#include "sim/random/law.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse::testing {
namespace {

constexpr std::uint64_t often = 30;
constexpr std::uint64_t often_for_callers = 20;
constexpr double standard_errors = 4.5;

// Structures

using Group = std::multiset<std::string>;
using Shape = std::vector<Group>;
using Shapes = std::map<Shape, double>;

std::string text(const Shape& shape) {
  std::string result;
  for (const Group& group : shape) {
    result += result.empty() ? "" : ", ";
    std::string calls;
    for (const std::string& call : group) calls += (calls.empty() ? "" : " | ") + call;
    result += calls;
  }
  return "[" + result + "]";
}

Shapes shapes_of(const StepSequence& steps);

/// What comes after, with every way of what went before.
Shapes followed(const Shapes& before, const Shapes& after) {
  Shapes result;
  for (const auto& [head, head_share] : before) {
    for (const auto& [tail, tail_share] : after) {
      Shape whole = head;
      whole.insert(whole.end(), tail.begin(), tail.end());
      result[whole] += head_share * tail_share;
    }
  }
  return result;
}

Shapes by_chance(const std::string& call, double probability) {
  Shapes result = {{Shape{Group{call}}, probability}};
  if (probability < 1) result[{}] = 1 - probability;
  return result;
}

/// Branches are taken apart into their calls: whether one of them has several is not told.
Shapes at_once(const ParallelSpec& parallel) {
  std::map<Group, double> groups = {{{}, 1}};
  for (const StepSequence& branch : parallel.branches) {
    std::map<Group, double> more;
    for (const auto& [group, share] : groups) {
      for (const auto& [shape, branch_share] : shapes_of(branch)) {
        Group whole = group;
        for (const Group& calls : shape) whole.insert(calls.begin(), calls.end());
        more[whole] += share * branch_share;
      }
    }
    groups = std::move(more);
  }
  Shapes result;
  for (const auto& [group, share] : groups) {
    result[group.empty() ? Shape{} : Shape{group}] += share;
  }
  return result;
}

Shapes shapes_of(const StepSpec& step) {
  if (const auto* call = std::get_if<CallSpec>(&step.action)) {
    return by_chance(call->endpoint.text(), call->probability);
  }
  if (const auto* spawn = std::get_if<SpawnSpec>(&step.action)) {
    return by_chance(spawn->endpoint.text() + " (spawned)", spawn->probability);
  }
  if (const auto* parallel = std::get_if<ParallelSpec>(&step.action)) return at_once(*parallel);
  Shapes result = {{{}, 1}};
  if (const auto* repeat = std::get_if<RepeatSpec>(&step.action)) {
    const Shapes round = shapes_of(repeat->steps);
    for (int i = 0; i < static_cast<int>(repeat->count.mean); ++i) result = followed(result, round);
  }
  return result;
}

Shapes shapes_of(const StepSequence& steps) {
  Shapes result = {{{}, 1}};
  for (const StepSpec& step : steps) result = followed(result, shapes_of(step));
  return result;
}

double weight_of(const EndpointSpec& endpoint) {
  double sum = 0;
  for (const BehaviourSpec& behaviour : endpoint.behaviours) sum += behaviour.weight;
  return sum;
}

bool is_message(const Group& group) {
  return group.size() == 1 && group.begin()->ends_with("(spawned)");
}

/// Which of several messages in a row was sent first is not told when nothing is done between.
Shape with_messages_sorted(Shape shape) {
  for (auto from = shape.begin(); from != shape.end();) {
    const auto to = std::find_if_not(from, shape.end(), is_message);
    std::sort(from, to);
    from = to == shape.end() ? to : std::next(to);
  }
  return shape;
}

Shapes shapes_of(const EndpointSpec& endpoint) {
  Shapes result;
  for (const BehaviourSpec& behaviour : endpoint.behaviours) {
    for (const auto& [shape, share] : shapes_of(behaviour.steps)) {
      result[with_messages_sorted(shape)] += share * behaviour.weight / weight_of(endpoint);
    }
  }
  return result;
}

// Work

struct Moments {
  double mean = 0;
  double variance = 0;
};

/// Of the laws that learnable models have; of others the mean alone.
Moments moments_of(const LawSpec& law) {
  Moments moments;
  moments.mean = Law(law).mean_seconds();
  const double above = moments.mean - law.minimum.in_seconds();
  if (const auto* uniform = std::get_if<UniformSpec>(&law.form)) {
    moments.variance = std::pow((uniform->high - uniform->low).in_seconds(), 2) / 12;
  } else if (std::holds_alternative<ExponentialSpec>(law.form)) {
    moments.variance = above * above;
  } else if (const auto* gamma = std::get_if<GammaSpec>(&law.form)) {
    moments.variance = above * above / gamma->shape;
  } else if (const auto* lognormal = std::get_if<LognormalSpec>(&law.form)) {
    moments.variance = above * above * std::expm1(lognormal->sigma * lognormal->sigma);
  }
  return moments;
}

/// Between the calls of parallel branches, too.
Moments work_of(const StepSequence& steps) {
  Moments sum;
  for_each_step(steps, [&](const StepSpec& step) {
    const auto* work = std::get_if<WorkSpec>(&step.action);
    if (work == nullptr) return;
    const Moments moments = moments_of(work->duration);
    sum.mean += moments.mean;
    sum.variance += moments.variance;
  });
  return sum;
}

Moments work_of(const EndpointSpec& endpoint) {
  Moments all;
  double squares = 0;
  for (const BehaviourSpec& behaviour : endpoint.behaviours) {
    const Moments one = work_of(behaviour.steps);
    const double share = behaviour.weight / weight_of(endpoint);
    all.mean += share * one.mean;
    squares += share * (one.variance + one.mean * one.mean);
  }
  all.variance = squares - all.mean * all.mean;
  return all;
}

// Comparisons

class Comparison {
 public:
  Comparison(const ModelSpec& truth, const ModelSpec& learned, const Seen& seen)
      : truth_(truth), learned_(learned), seen_(seen) {}

  std::vector<std::string> differences() {
    compare_names();
    for (const auto& [name, endpoint] : seen_.endpoints) {
      const EndpointSpec* learned = find(learned_, name);
      if (learned != nullptr && endpoint.visits >= often) {
        compare(name, *find(truth_, name), *learned, endpoint);
        compare_timeouts_of_calls(name, *learned);
      }
    }
    compare_instances();
    for (const auto& [pair, facts] : seen_.pairs) compare_callers(pair, facts);
    compare_load();
    return std::move(found_);
  }

 private:
  static const EndpointSpec* find(const ModelSpec& model, const EndpointName& name) {
    const auto service = model.services.find(name.service);
    if (service == model.services.end()) return nullptr;
    const auto endpoint = service->second.endpoints.find(name.operation);
    return endpoint == service->second.endpoints.end() ? nullptr : &endpoint->second;
  }

  void tell(const std::string& what, const std::string& truth, const std::string& learned) {
    found_.push_back(what + ": " + truth + " -> " + learned);
  }
  void compare_numbers(const std::string& what, double truth, double learned, double allowed) {
    if (std::abs(learned - truth) <= allowed) return;
    tell(what, std::to_string(truth),
         std::to_string(learned) + " (allowed " + std::to_string(allowed) + ")");
  }

  void compare_names() {
    for (const auto& [name, endpoint] : seen_.endpoints) {
      if (endpoint.visits < often || find(learned_, name) != nullptr) continue;
      tell(name.text(), "an endpoint", "none");
    }
    for (const auto& [service, spec] : learned_.services) {
      for (const auto& [operation, endpoint] : spec.endpoints) {
        const EndpointName name{service, operation};
        if (find(truth_, name) == nullptr) tell(name.text(), "none", "an endpoint");
      }
    }
  }

  /// No model to learn has one.
  void compare_timeouts_of_calls(const EndpointName& name, const EndpointSpec& learned) {
    for (const BehaviourSpec& behaviour : learned.behaviours) {
      for_each_step(behaviour.steps, [&](const StepSpec& step) {
        const auto* call = std::get_if<CallSpec>(&step.action);
        if (call == nullptr || !call->timeout) return;
        tell(name.text() + " -> " + call->endpoint.text() + ", timeout of the call", "none",
             "some");
      });
    }
  }

  void compare(const EndpointName& name, const EndpointSpec& truth, const EndpointSpec& learned,
               const Seen::Endpoint& seen) {
    const double worth = std::max(seen.worth, 1.0);
    const auto deviation = [&](double share) {
      return standard_errors * std::sqrt(share * (1 - share) / worth);
    };
    const Shapes true_shapes = shapes_of(truth);
    const Shapes learned_shapes = shapes_of(learned);
    for (const auto& [shape, share] : true_shapes) {
      if (share * worth < static_cast<double>(often)) continue;
      const auto known = learned_shapes.find(shape);
      compare_numbers(name.text() + " does " + text(shape), share,
                      known == learned_shapes.end() ? 0 : known->second, deviation(share));
    }
    for (const auto& [shape, share] : learned_shapes) {
      const bool rare = share * static_cast<double>(seen.visits) < static_cast<double>(often);
      if (!rare && !true_shapes.contains(shape)) {
        tell(name.text() + " does " + text(shape), "never", std::to_string(share));
      }
    }
    const Moments true_work = work_of(truth);
    compare_numbers(name.text() + " works", true_work.mean, work_of(learned).mean,
                    standard_errors * std::sqrt(true_work.variance / worth) + 1e-6);
    const double errors = truth.errors.percent / 100;
    compare_numbers(name.text() + " fails", errors, learned.errors.percent / 100,
                    deviation(std::max(errors, 1 / worth)));
    if (errors * worth >= static_cast<double>(often) && truth.errors.at != learned.errors.at) {
      tell(name.text() + " fails",
           truth.errors.at == OwnErrorsSpec::At::end ? "at the end" : "at the start", "not so");
    }
    compare_ways_out(name, truth, learned, seen);
  }

  /// What each caller does when a call has failed.
  void compare_ways_out(const EndpointName& name, const EndpointSpec& truth,
                        const EndpointSpec& learned, const Seen::Endpoint& seen) {
    const auto answers = ways_out(truth);
    const auto learned_answers = ways_out(learned);
    for (const auto& [callee, failed] : seen.failed_calls) {
      if (failed < often) continue;
      const auto known = learned_answers.find(callee);
      if (known != learned_answers.end() && known->second == answers.at(callee)) continue;
      tell(name.text() + ", when " + callee.text() + " fails",
           answers.at(callee).contains(OnError::ignore) ? "goes on" : "fails", "not so");
    }
  }

  static std::map<EndpointName, std::set<OnError>> ways_out(const EndpointSpec& endpoint) {
    std::map<EndpointName, std::set<OnError>> answers;
    for (const BehaviourSpec& behaviour : endpoint.behaviours) {
      for_each_step(behaviour.steps, [&](const StepSpec& step) {
        const auto* call = std::get_if<CallSpec>(&step.action);
        if (call != nullptr) answers[call->endpoint].insert(call->on_error);
      });
    }
    return answers;
  }

  void compare_instances() {
    for (const auto& [name, by_instance] : seen_.visits_by_instance) {
      const auto learned = learned_.services.find(name);
      if (learned == learned_.services.end()) continue;
      const ServiceSpec& truth = truth_.services.at(name);
      const auto rare = [](const auto& entry) { return entry.second < often; };
      if (std::any_of(by_instance.begin(), by_instance.end(), rare)) continue;
      if (learned->second.instances != truth.instances) {
        tell(name + ", instances", std::to_string(truth.instances),
             std::to_string(learned->second.instances));
        continue;
      }
      const auto& zones = truth.placement.zones;
      const auto& learned_zones = learned->second.placement.zones;
      for (std::size_t i = 0; i < static_cast<std::size_t>(truth.instances); ++i) {
        const std::string there = zones.empty() ? "" : zones[i % zones.size()];
        const std::string known =
            learned_zones.empty() ? "" : learned_zones[i % learned_zones.size()];
        if (there != known) tell(name + "/" + std::to_string(i) + ", zone", there, known);
      }
    }
  }

  void compare_callers(const std::pair<std::string, std::string>& pair, const Seen::Pair& facts) {
    const ClientSpec& truth = truth_.services.at(pair.first).calls.at(pair.second);
    const std::string what = pair.first + " -> " + pair.second;
    const auto caller = learned_.services.find(pair.first);
    if (caller == learned_.services.end()) return;
    const auto client = caller->second.calls.find(pair.second);
    if (client == caller->second.calls.end()) return tell(what, "calls", "none");
    const ClientSpec& learned = client->second;
    const auto seconds = [](std::optional<Duration> limit) {
      return limit ? limit->in_seconds() : 0.0;
    };
    if (facts.given_up >= often_for_callers || !truth.timeout) {
      compare_numbers(what + ", timeout", seconds(truth.timeout), seconds(learned.timeout),
                      1e-3 * seconds(truth.timeout));
    }
    if (!truth.retry) {
      if (learned.retry) tell(what + ", retries", "none", "some");
      return;
    }
    if (!truth.retry->per_try_timeout && learned.retry && learned.retry->per_try_timeout) {
      tell(what + ", timeout of an attempt", "none", "some");
    }
    if (facts.tried_again < often_for_callers) return;
    if (!learned.retry) return tell(what + ", retries", "some", "none");
    compare_retries(what, *truth.retry, *learned.retry, facts);
    if (facts.given_up < often_for_callers) return;
    compare_numbers(what + ", timeout of an attempt", seconds(truth.retry->per_try_timeout),
                    seconds(learned.retry->per_try_timeout),
                    1e-3 * seconds(truth.retry->per_try_timeout));
  }

  void compare_retries(const std::string& what, const RetrySpec& truth, const RetrySpec& learned,
                       const Seen::Pair& facts) {
    if (facts.tried_to_the_last >= often_for_callers &&
        truth.max_attempts != learned.max_attempts) {
      tell(what + ", attempts", std::to_string(truth.max_attempts),
           std::to_string(learned.max_attempts));
    }
    if (truth.jitter != learned.jitter) tell(what + ", jitter", "one kind", "the other");
    const double backoff = truth.base_backoff.in_seconds();
    // Full jitter: twice the mean of what is uniform, which is off by the root of a twelfth.
    const double deviation = truth.jitter == Jitter::none ? 0 : 2 * backoff / std::sqrt(12.0);
    compare_numbers(
        what + ", back-off", backoff, learned.base_backoff.in_seconds(),
        standard_errors * deviation / std::sqrt(static_cast<double>(facts.tried_again) / 2) + 1e-6);
  }

  void compare_load() {
    const WorkloadSpec& truth = truth_.workloads.at("users");
    const auto workload = learned_.workloads.find("users");
    if (workload == learned_.workloads.end()) return tell("users", "some", "none");
    const auto* arrivals = std::get_if<PoissonSpec>(&workload->second.arrivals);
    if (arrivals == nullptr) return tell("users", "a Poisson process", "another");
    const double rate = std::get<PoissonSpec>(truth.arrivals).rate.per_second;
    const double worth = std::max(seen_.worth_of_requests, 1.0);
    compare_numbers("requests per second", rate, arrivals->rate.per_second,
                    standard_errors * rate / std::sqrt(worth));
    const auto shares = [](const std::map<EndpointName, double>& mix) {
      double sum = 0;
      for (const auto& [name, weight] : mix) sum += weight;
      std::map<EndpointName, double> result;
      for (const auto& [name, weight] : mix) result[name] = weight / sum;
      return result;
    };
    auto asked = shares(workload->second.mix);
    for (const auto& [name, share] : shares(truth.mix)) {
      compare_numbers("requests for " + name.text(), share, asked[name],
                      standard_errors * std::sqrt(share * (1 - share) / worth));
      asked.erase(name);
    }
    for (const auto& [name, share] : asked) {
      if (share > 0) tell("requests for " + name.text(), "none", std::to_string(share));
    }
  }

  const ModelSpec& truth_;
  const ModelSpec& learned_;
  const Seen& seen_;
  std::vector<std::string> found_;
};

/// The answers of one endpoint in a run.
const EndpointOutcome* answers_of(const System& system, const Outcome& outcome,
                                  const EndpointName& name) {
  const auto& keys = system.layout().endpoints;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].name == name) return &outcome.intervals.front().endpoints[i];
  }
  return nullptr;
}

double quantile(const EndpointOutcome& outcome, double level) {
  return outcome.latency.quantile(level).value_or(Duration()).in_seconds();
}

double error_share(const EndpointOutcome& outcome) {
  return outcome.counts.arrived == 0 ? 0
                                     : static_cast<double>(outcome.counts.errors()) /
                                           static_cast<double>(outcome.counts.arrived);
}

}  // namespace

std::vector<std::string> differences(const ModelSpec& truth, const ModelSpec& learned,
                                     const Seen& seen) {
  return Comparison(truth, learned, seen).differences();
}

std::map<std::string, double> told_numbers(const ModelSpec& model, const ModelSpec& truth,
                                           const Seen& seen) {
  constexpr double enough = 5;
  std::map<std::string, double> numbers;
  const auto add_share = [&](const std::string& name, double share, double true_share, double n) {
    const double events = true_share * n;
    if (events >= enough && n - events >= enough) numbers[name] = share;
  };
  for (const auto& [name, facts] : seen.endpoints) {
    const auto service = model.services.find(name.service);
    if (service == model.services.end() || facts.visits < often) continue;
    const auto endpoint = service->second.endpoints.find(name.operation);
    if (endpoint == service->second.endpoints.end()) continue;
    const EndpointSpec& known = truth.services.at(name.service).endpoints.at(name.operation);
    const Shapes shapes = shapes_of(endpoint->second);
    for (const auto& [shape, share] : shapes_of(known)) {
      const auto found = shapes.find(shape);
      const double told = found == shapes.end() ? 0 : found->second;
      add_share(name.text() + " does " + text(shape), told, share, facts.worth);
    }
    add_share(name.text() + " fails", endpoint->second.errors.percent / 100,
              known.errors.percent / 100, facts.worth);
    if (work_of(known).variance > 0) {
      numbers[name.text() + " works"] = work_of(endpoint->second).mean;
    }
  }
  const WorkloadSpec& users = model.workloads.at("users");
  numbers["rate"] = std::get<PoissonSpec>(users.arrivals).rate.per_second;
  double all = 0;
  for (const auto& [name, weight] : users.mix) all += weight;
  double true_all = 0;
  for (const auto& [name, weight] : truth.workloads.at("users").mix) true_all += weight;
  for (const auto& [name, weight] : truth.workloads.at("users").mix) {
    const auto found = users.mix.find(name);
    add_share("requests for " + name.text(), found == users.mix.end() ? 0 : found->second / all,
              weight / true_all, seen.worth_of_requests);
  }
  return numbers;
}

std::vector<std::string> differences_of_runs(const LearnableScenario& truth,
                                             const ModelSpec& learned, const Seen& seen) {
  std::vector<std::string> found;
  const System recorded(truth.model, truth.experiment);
  const System system(learned, truth.experiment);
  const Outcome before = run_replication(recorded, {.study = 21});
  const Outcome after = run_replication(system, {.study = 22});
  for (const auto& [name, weight] : truth.model.workloads.at("users").mix) {
    const EndpointOutcome* a = answers_of(recorded, before, name);
    const EndpointOutcome* b = answers_of(system, after, name);
    if (b == nullptr) {
      found.push_back(name.text() + ": nobody asks for it");
      continue;
    }
    const double share = error_share(*a);
    const double other = error_share(*b);
    const auto known = seen.endpoints.find(name);
    const double worth = known == seen.endpoints.end() ? 1 : std::max(known->second.worth, 1.0);
    const auto n =
        std::min(worth, static_cast<double>(std::min(a->counts.arrived, b->counts.arrived)));
    const double even = std::max((share + other) / 2, 1 / n);
    if (std::abs(share - other) > standard_errors * std::sqrt(2 * even * (1 - even) / n)) {
      found.push_back(name.text() + ", errors in a run: " + std::to_string(share) + " -> " +
                      std::to_string(other));
    }
    for (const double level : {0.5, 0.9}) {
      const double noise = standard_errors * std::sqrt(2 * level * (1 - level) / n);
      const double other_value = quantile(*b, level);
      const double low = quantile(*a, std::max(level - noise, 0.001));
      const double high = quantile(*a, std::min(level + noise, 0.999));
      if (low <= other_value && other_value <= high) continue;
      const double value = quantile(*a, level);
      if (std::abs(value - other_value) <= 0.15 * value) continue;
      found.push_back(name.text() + ", quantile " + std::to_string(level) +
                      " in a run: " + std::to_string(value) + " -> " + std::to_string(other_value));
    }
  }
  return found;
}

}  // namespace rehearse::testing
