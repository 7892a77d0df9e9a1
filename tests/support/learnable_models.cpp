#include "tests/support/learnable_models.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "sim/random/random_stream.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse::testing {
namespace {

constexpr double wanted_requests = 3000;

std::string service_name(std::size_t i) {
  return "service" + std::to_string(i);
}

class Maker {
 public:
  explicit Maker(std::uint64_t number) : luck_(number, 0x1ea2, 0) {}

  LearnableScenario make() {
    services_ = 3 + luck_.below(6);
    for (std::size_t i = services_; i-- > 0;) add_service(i);
    scenario_.model.network.latency = law(between(0.0002, 0.001));
    scenario_.model.network.latency.minimum = Duration::microseconds(100);
    add_users();
    return scenario_;
  }

 private:
  double between(double low, double high) { return low + (high - low) * luck_.uniform(); }

  LawSpec law(double mean) {
    switch (luck_.below(5)) {
      case 0:
        return constant(mean);
      case 1:
        return {{}, GammaSpec{Duration::rounded_seconds(mean), 2.5}};
      case 2:
        return {{}, LognormalSpec{Duration::rounded_seconds(mean * std::exp(-0.18)), 0.6}};
      case 3:
        return {{}, UniformSpec{Duration(), Duration::rounded_seconds(2 * mean)}};
      default:
        return exponential(mean);
    }
  }

  void add_service(std::size_t i) {
    ServiceSpec& service = scenario_.model.services[service_name(i)];
    service.instances = static_cast<int>(1 + luck_.below(3));
    if (luck_.chance(0.3)) service.placement.zones = {"a", "b"};
    add_endpoint(service, i, "serve");
    if (luck_.chance(0.3)) add_endpoint(service, i, "other");
    for (const std::string& callee : asked_) {
      ClientSpec& client = service.calls[callee];
      if (luck_.chance(0.3) && !asked_twice_.contains(callee)) client.retry = retry();
      if (!is_leaf(callee) || !luck_.chance(0.3)) continue;
      (client.retry ? client.retry->per_try_timeout : client.timeout) = timeout_of(callee);
    }
    asked_.clear();
    asked_twice_.clear();
  }

  /// Tries again whatever failed. Never more than twice, and not at once.
  RetrySpec retry() {
    RetrySpec retry;
    retry.max_attempts = static_cast<int>(2 + luck_.below(2));
    retry.base_backoff = Duration::milliseconds(2 + static_cast<std::int64_t>(luck_.below(8)));
    retry.jitter = luck_.chance(0.5) ? Jitter::full : Jitter::none;
    retry.retry_on = {.five_xx = true};
    return retry;
  }

  bool is_leaf(const std::string& name) const {
    return scenario_.model.services.at(name).calls.empty();
  }

  /// So that a few calls in a hundred take longer: such a leaf works for an exponential time.
  Duration timeout_of(const std::string& name) {
    ServiceSpec& callee = scenario_.model.services.at(name);
    const double mean = between(0.003, 0.008);
    for (auto& [operation, endpoint] : callee.endpoints) {
      endpoint.behaviours = {{1, {work(exponential(mean))}}};
    }
    return Duration::rounded_seconds(mean * between(3, 3.6));
  }

  void add_endpoint(ServiceSpec& service, std::size_t i, const std::string& operation) {
    EndpointSpec& endpoint = service.endpoints[operation];
    ignored_.clear();
    const bool calls = i + 1 < services_ && (i == 0 || luck_.chance(0.7));
    const std::uint64_t behaviours = calls ? 1 + luck_.below(3) : 1;
    for (std::uint64_t b = 0; b < behaviours; ++b) {
      endpoint.behaviours.push_back(
          {static_cast<double>(1 + luck_.below(3)), calls ? steps(i) : StepSequence{some_work()}});
    }
    if (luck_.chance(0.4)) {
      endpoint.errors = {between(2, 15),
                         luck_.chance(0.3) ? OwnErrorsSpec::At::start : OwnErrorsSpec::At::end};
    }
  }

  StepSpec some_work() { return work(law(between(0.001, 0.006))); }

  StepSequence steps(std::size_t service) {
    StepSequence sequence = {some_work()};
    const std::uint64_t count = 1 + luck_.below(3);
    std::set<std::string> asked_before;
    for (std::uint64_t i = 0; i < count; ++i) {
      asked_now_.clear();
      sequence.push_back(step(service));
      for (const std::string& callee : asked_now_) {
        if (!asked_before.insert(callee).second) asked_twice_.insert(callee);
      }
      if (i + 1 == count || luck_.chance(0.5)) sequence.push_back(some_work());
    }
    return sequence;
  }

  StepSpec step(std::size_t service) {
    switch (luck_.below(5)) {
      case 0: {
        SpawnSpec spawn;
        spawn.endpoint = callee(service);
        spawn.probability = luck_.chance(0.5) ? 1 : 0.5;
        return {spawn};
      }
      case 1: {
        std::vector<StepSequence> branches;
        for (std::uint64_t b = 0; b < 2 + luck_.below(2); ++b) {
          branches.push_back({call_step(service, 1)});
        }
        return parallel(std::move(branches));
      }
      default:
        return call_step(service, luck_.chance(0.6) ? 1 : between(0.3, 0.8));
    }
  }

  StepSpec call_step(std::size_t service, double probability) {
    CallSpec spec;
    spec.endpoint = callee(service);
    spec.probability = probability;
    const auto known = ignored_.try_emplace(spec.endpoint, luck_.chance(0.4)).first;
    spec.on_error = known->second ? OnError::ignore : OnError::fail;
    return {spec};
  }

  EndpointName callee(std::size_t service) {
    const std::size_t i = service + 1 + luck_.below(services_ - service - 1);
    const ServiceSpec& asked = scenario_.model.services.at(service_name(i));
    asked_.insert(service_name(i));
    asked_now_.insert(service_name(i));
    const bool other = asked.endpoints.contains("other") && luck_.chance(0.5);
    return {service_name(i), other ? "other" : "serve"};
  }

  void add_users() {
    WorkloadSpec& users = scenario_.model.workloads["users"];
    const double rate = between(20, 100);
    users.arrivals = PoissonSpec{{rate}};
    users.mix[{service_name(0), "serve"}] = 3;
    if (luck_.chance(0.5)) users.mix[{service_name(1), "serve"}] = 1;
    if (scenario_.model.services[service_name(0)].endpoints.contains("other")) {
      users.mix[{service_name(0), "other"}] = 2;
    }
    for (const auto& [endpoint, weight] : users.mix) {
      users.calls[endpoint.service].network_latency = LawSpec{};
    }
    scenario_.experiment = quiet(wanted_requests / rate);
  }

  RandomStream luck_;
  std::size_t services_ = 0;
  std::set<std::string> asked_;           // by the service under construction
  std::set<std::string> asked_now_;       // by the step under construction
  std::set<std::string> asked_twice_;     // by two steps of a behaviour
  std::map<EndpointName, bool> ignored_;  // whether its failures are, by the endpoint under
                                          // construction
  LearnableScenario scenario_;
};

}  // namespace

LearnableScenario learnable_scenario(std::uint64_t number) {
  return Maker(number).make();
}

}  // namespace rehearse::testing
