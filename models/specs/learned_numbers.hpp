#pragma once

#include <string_view>

#include "models/specs/model_spec.hpp"
#include "models/specs/service_spec.hpp"
#include "models/specs/workload_spec.hpp"

namespace rehearse {

/// What a number of a model must lie within, or it would be none that a file may hold.
struct Bounds {
  double least = 0;
  double most = 0;
};
inline constexpr Bounds percent_bounds{0, 100};
inline constexpr Bounds probability_bounds{0, 1};
/// Of weights and rates: some of everything that was seen.
inline constexpr Bounds positive_bounds{1e-9, 1e15};

/// Walks over the numbers of a model that calibration estimates from samples, in one order: rates
/// and mixes of the workloads, weights of behaviours, probabilities, shares of failures, and the
/// points of the laws of work and of the network. What else is learned (structure, instances,
/// limits, timeouts, retries) is not among them, nor the least latencies, which partitions rely on.
///
/// The visitor gets `number(Duration&)` and `number(double&, Bounds)`, around them `enter(key)`,
/// `enter(index)` and `leave()`, which spell the path as files do, and after the points of a law
/// `end_of(EmpiricalSpec&)`. `Model`: ModelSpec, or const.
template <class Model, class Visitor>
class LearnedNumbersWalk {
 public:
  LearnedNumbersWalk(Model& model, Visitor& visitor) : model_(model), visitor_(visitor) {}

  void run() {
    within("network", [&] { law("latency", model_.network.latency); });
    within("workloads", [&] { each(model_.workloads, [&](auto& one) { workload(one); }); });
    within("services", [&] { each(model_.services, [&](auto& one) { service(one); }); });
  }

 private:
  template <class Key, class Body>
  void within(const Key& key, const Body& body) {
    visitor_.enter(key);
    body();
    visitor_.leave();
  }

  template <class Named, class Body>
  void each(Named& named, const Body& body) {
    for (auto& entry : named) {
      if constexpr (requires { entry.first.text(); }) {
        within(std::string_view(entry.first.text()), [&] { body(entry.second); });
      } else {
        within(std::string_view(entry.first), [&] { body(entry.second); });
      }
    }
  }

  template <class List, class Body>
  void each_of(List& list, const Body& body) {
    for (std::size_t i = 0; i < list.size(); ++i) within(i, [&] { body(list[i]); });
  }

  template <class Number>
  void number(std::string_view key, Number& value, Bounds bounds) {
    within(key, [&] { visitor_.number(value, bounds); });
  }

  template <class Law>
  void law(std::string_view key, Law& spec) {
    within(key, [&] {
      if (auto* constant = std::get_if<ConstantSpec>(&spec.form)) {
        visitor_.number(constant->value);
      } else if (auto* empirical = std::get_if<EmpiricalSpec>(&spec.form)) {
        each_of(empirical->points, [&](auto& point) { visitor_.number(point.value); });
        visitor_.end_of(*empirical);
      }
    });
  }

  template <class Workload>
  void workload(Workload& spec) {
    within("arrivals", [&] {
      if (auto* poisson = std::get_if<PoissonSpec>(&spec.arrivals)) {
        within("poisson", [&] { number("rate", poisson->rate.per_second, positive_bounds); });
      } else if (auto* batch = std::get_if<BatchSpec>(&spec.arrivals)) {
        within("batch", [&] { number("rate", batch->rate.per_second, positive_bounds); });
      } else if (auto* stages = std::get_if<StagesSpec>(&spec.arrivals)) {
        within("stages", [&] {
          each_of(stages->stages, [&](auto& stage) {
            number("rate", stage.rate.per_second, Bounds{0, positive_bounds.most});
          });
        });
      }
    });
    within("mix", [&] {
      each(spec.mix, [&](auto& weight) { visitor_.number(weight, positive_bounds); });
    });
    calls(spec);
  }

  template <class Caller>
  void calls(Caller& caller) {
    within("calls", [&] {
      each(caller.calls, [&](auto& client) {
        if (client.network_latency) law("network_latency", *client.network_latency);
      });
    });
  }

  template <class Service>
  void service(Service& spec) {
    within("endpoints", [&] {
      each(spec.endpoints, [&](auto& endpoint) {
        within("errors", [&] { number("percent", endpoint.errors.percent, percent_bounds); });
        within("behaviours", [&] {
          each_of(endpoint.behaviours, [&](auto& behaviour) {
            number("weight", behaviour.weight, positive_bounds);
            if (behaviour.error_percent)
              number("error_percent", *behaviour.error_percent, percent_bounds);
            steps("steps", behaviour.steps);
          });
        });
      });
    });
    calls(spec);
  }

  template <class Sequence>
  void steps(std::string_view key, Sequence& sequence) {
    within(key, [&] { each_of(sequence, [&](auto& one) { step(one); }); });
  }

  template <class Step>
  void step(Step& spec) {
    if (auto* work = std::get_if<WorkSpec>(&spec.action)) {
      law("work", work->duration);
    } else if (auto* call = std::get_if<CallSpec>(&spec.action)) {
      number("probability", call->probability, probability_bounds);
      number("tolerated", call->tolerated, probability_bounds);
      steps("fallback", call->fallback);
    } else if (auto* parallel = std::get_if<ParallelSpec>(&spec.action)) {
      within("parallel",
             [&] { each_of(parallel->branches, [&](auto& branch) { steps("steps", branch); }); });
    } else if (auto* repeat = std::get_if<RepeatSpec>(&spec.action)) {
      steps("steps", repeat->steps);
    } else if (auto* spawn = std::get_if<SpawnSpec>(&spec.action)) {
      number("probability", spawn->probability, probability_bounds);
    }
  }

  Model& model_;
  Visitor& visitor_;
};

template <class Model, class Visitor>
void walk_learned_numbers(Model& model, Visitor& visitor) {
  LearnedNumbersWalk<Model, Visitor>(model, visitor).run();
}

}  // namespace rehearse
