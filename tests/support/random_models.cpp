#include "tests/support/random_models.hpp"

#include <array>

#include "sim/random/random_stream.hpp"
#include "tests/support/small_models.hpp"

namespace rehearse::testing {
namespace {

constexpr std::array every_policy = {BalancingPolicy::round_robin, BalancingPolicy::random,
                                     BalancingPolicy::least_request};
constexpr std::array every_answer = {OnError::fail, OnError::ignore, OnError::fallback};
const std::array<FaultKind, 6> every_fault = {LatencyFault{}, AbortFault{}, InstanceKill{},
                                              SlowDown{},     LoadSpike{},  ZoneDown{}};

/// The same kind, with values of its own.
FaultKind completed(FaultKind kind, double percentage, const LawSpec& delay, Duration detected) {
  const auto complete = [&](auto& one) {
    if constexpr (requires { one.percentage; }) one.percentage = percentage;
    if constexpr (requires { one.delay; }) one.delay = delay;
    if constexpr (requires { one.factor; }) one.factor = 2.5;
    if constexpr (requires { one.detected_after; }) one.detected_after = detected;
  };
  std::visit(complete, kind);
  return kind;
}

constexpr Duration shortest_errand = Duration::milliseconds(200);

std::string service_name(std::uint64_t i) {
  return "service" + std::to_string(i);
}

class Maker {
 public:
  Maker(std::uint64_t number, Ingredients ingredients)
      : luck_(number, 0x5eed, 0), ingredients_(ingredients) {}

  RandomScenario make() {
    services_ = 2 + luck_.below(5);
    add_services();
    if (luck_.chance(0.5)) add_errands();
    add_workload("load");
    if (luck_.chance(0.4)) add_workload("more");
    if (luck_.chance(0.5)) scenario_.model.network.latency = law(0.001);
    describe_run();
    if (ingredients_.faults) add_faults();
    if (ingredients_.faults && luck_.chance(0.3)) add_spikes();
    if (ingredients_.faults && luck_.chance(0.3)) add_short_slow_down();
    if (ingredients_.rollout && luck_.chance(0.5)) add_rollout();
    if (ingredients_.faults && luck_.chance(0.3)) add_stop_condition();
    if (ingredients_.lossy) add_packet_loss();
    if (ingredients_.stressed) add_cpu_stress();
    if (ingredients_.uneven) add_uneven_errors();
    return scenario_;
  }

 private:
  double between(double low, double high) { return low + (high - low) * luck_.uniform(); }
  template <class Choices>
  auto pick(const Choices& choices) {
    return choices[luck_.below(choices.size())];
  }
  Duration up_to(double seconds) { return Duration::rounded_seconds(between(0, seconds)); }

  LawSpec law(double mean) {
    switch (luck_.below(5)) {
      case 0:
        return constant(mean);
      case 1:
        return {up_to(mean / 4), WeibullSpec{Duration::rounded_seconds(mean), 2.5}};
      case 2:
        return {{}, LognormalSpec{Duration::rounded_seconds(mean), 0.8}};
      case 3:
        return {{}, UniformSpec{Duration(), Duration::rounded_seconds(2 * mean)}};
      default:
        return exponential(mean);
    }
  }

  void add_services() {
    for (std::uint64_t i = 0; i < services_; ++i) {
      ServiceSpec& service = scenario_.model.services[service_name(i)];
      service.instances = static_cast<int>(1 + luck_.below(3));
      if (luck_.chance(0.6)) service.workers = static_cast<int>(1 + luck_.below(4));
      if (service.workers && luck_.chance(0.5)) {
        service.queue.capacity = static_cast<int>(luck_.below(8));
      }
      if (luck_.chance(0.3)) service.queue.discipline = LifoQueue{};
      service.worker_held_while_calling = luck_.chance(0.6);
      if (ingredients_.dropping && service.workers && service.worker_held_while_calling) {
        service.queue.discipline = CodelSpec{Duration::milliseconds(1), Duration::milliseconds(4)};
      }
      if (luck_.chance(0.3)) service.cpu = CpuSpec{luck_.chance(0.5) ? 1.0 : 2.5};
      if (ingredients_.bent && service.cpu) service.cpu->sharpness = 1.5;
      if (i == 0 || luck_.chance(0.5)) service.placement.zones = {"a", "b"};
      if (luck_.chance(0.3)) service.correlation = 0.5;
      if (ingredients_.sized && luck_.chance(0.5)) service.size_loading = 0.7;
      add_endpoint(service, i, "serve");
      if (luck_.chance(0.3)) add_endpoint(service, i, "other");
      for (std::uint64_t callee = i + 1; callee < services_; ++callee) {
        service.calls[service_name(callee)] = client();
      }
    }
  }

  void add_endpoint(ServiceSpec& service, std::uint64_t i, const std::string& operation) {
    EndpointSpec& endpoint = service.endpoints[operation];
    for (std::uint64_t b = 0; b <= luck_.below(2); ++b) {
      endpoint.behaviours.push_back({between(0.5, 2), steps(i, 0)});
    }
    if (luck_.chance(0.4)) {
      endpoint.errors = {between(0, 20),
                         luck_.chance(0.5) ? OwnErrorsSpec::At::start : OwnErrorsSpec::At::end};
    }
  }

  /// Long work, spawned by the first service, which tries it three times.
  void add_errands() {
    const std::string last = service_name(services_ - 1);
    LawSpec errand_law = law(0.1);
    errand_law.minimum = shortest_errand;
    scenario_.model.services[last].endpoints["errand"].behaviours = {{1, {work(errand_law)}}};
    SpawnSpec errand;
    errand.endpoint = {last, "errand"};
    errand.probability = 0.1;
    ServiceSpec& first = scenario_.model.services[service_name(0)];
    first.endpoints["serve"].behaviours.front().steps.insert(
        first.endpoints["serve"].behaviours.front().steps.begin(), {errand});
    RetrySpec& retry = first.calls[last].retry.emplace();
    retry.max_attempts = 3;
    retry.per_try_timeout = Duration::milliseconds(200);
    first.calls[last].timeout.reset();
  }

  StepSequence steps(std::uint64_t service, int depth) {
    StepSequence sequence = {work(law(between(0.0005, 0.004)))};
    const std::uint64_t count = luck_.below(depth == 0 ? 4 : 2);
    for (std::uint64_t i = 0; i < count; ++i) sequence.push_back(step(service, depth));
    return sequence;
  }

  StepSpec step(std::uint64_t service, int depth) {
    if (service + 1 >= services_) return work(law(0.001));
    switch (luck_.below(depth < 2 ? 6 : 2)) {
      case 0:
        return work(law(0.001));
      case 1:
        return call_step(service, depth);
      case 2: {
        std::vector<StepSequence> branches;
        for (std::uint64_t b = 0; b < 2 + luck_.below(2); ++b) {
          branches.push_back(steps(service, depth + 1));
        }
        std::optional<int> wait_for;
        if (luck_.chance(0.5)) wait_for = 1;
        return parallel(std::move(branches), wait_for);
      }
      case 3: {
        RepeatSpec repeat;
        repeat.count = {CountLawSpec::Kind::geometric, 1.5, {}};
        repeat.steps = steps(service, depth + 1);
        return {repeat};
      }
      case 4: {
        SpawnSpec spawn;
        spawn.endpoint = callee(service);
        spawn.probability = 0.5;
        return {spawn};
      }
      default:
        return call_step(service, depth);
    }
  }

  EndpointName callee(std::uint64_t service) {
    return {service_name(service + 1 + luck_.below(services_ - service - 1)), "serve"};
  }

  StepSpec call_step(std::uint64_t service, int depth) {
    CallSpec spec;
    spec.endpoint = callee(service);
    spec.probability = luck_.chance(0.5) ? 1 : 0.6;
    spec.on_error = pick(every_answer);
    if (spec.on_error == OnError::fallback && depth < 2) spec.fallback = steps(service, depth + 1);
    if (ingredients_.impatient && luck_.chance(0.5)) {
      spec.timeout = Duration::rounded_seconds(between(0.002, 0.03));
    }
    if (ingredients_.tolerant && spec.on_error != OnError::ignore) spec.tolerated = 0.4;
    return {spec};
  }

  /// Without luck of its own.
  static CircuitBreakerSpec breaker(const ClientSpec& client) {
    CircuitBreakerSpec spec;
    spec.minimum_number_of_calls = 4;
    spec.failure_rate_threshold_percent = 30;
    spec.slow_call_rate_threshold_percent = 60;
    spec.slow_call_duration_threshold = Duration::milliseconds(20);
    spec.wait_duration_in_open_state = Duration::milliseconds(50);
    spec.permitted_number_of_calls_in_half_open_state = 2;
    spec.sliding_window_size = 8;
    if (client.timeout) {
      spec.max_wait_duration_in_half_open_state = Duration::milliseconds(30);
    }
    if (client.retry) {
      spec.sliding_window_type = SlidingWindowType::time_based;
      spec.sliding_window_size = 2;
    }
    return spec;
  }

  ClientSpec client() {
    ClientSpec client;
    if (luck_.chance(0.5)) client.timeout = Duration::rounded_seconds(between(0.009, 0.05));
    if (luck_.chance(0.4)) {
      RetrySpec retry;
      retry.max_attempts = 3;
      if (luck_.chance(0.5)) retry.per_try_timeout = Duration::milliseconds(8);
      retry.base_backoff = Duration::milliseconds(2);
      retry.retry_on.five_xx = luck_.chance(0.5);
      client.retry = retry;
      if (luck_.chance(0.5)) client.retry_budget = RetryBudgetSpec{};
    }
    if (ingredients_.throttled && client.retry) client.retry_throttle = RetryThrottleSpec{4, 0.25};
    if (ingredients_.guarded) client.circuit_breaker = breaker(client);
    client.load_balancer.policy = pick(every_policy);
    client.propagate_cancellation = luck_.chance(0.5);
    return client;
  }

  void add_workload(const std::string& name) {
    WorkloadSpec& workload = scenario_.model.workloads[name];
    switch (luck_.below(5)) {
      case 0:
        workload.arrivals = BatchSpec{{40}, {CountLawSpec::Kind::geometric, 3, {}}};
        break;
      case 1:
        workload.arrivals = StagesSpec{{{Duration::seconds(1), {50}, StagesSpec::Shape::step},
                                        {Duration::seconds(1), {150}, StagesSpec::Shape::ramp}}};
        break;
      case 2: {
        ReplaySpec replay;
        replay.arrivals = {{Duration::milliseconds(3), ""},
                           {Duration::milliseconds(4), "service1/serve"}};
        replay.repeat = true;
        replay.period = Duration::milliseconds(20);
        workload.arrivals = replay;
        break;
      }
      case 3:
        workload.arrivals = ClosedLoopSpec{5, exponential(0.03)};
        break;
      default:
        workload.arrivals = PoissonSpec{{between(50, 200)}};
    }
    workload.mix[{service_name(0), "serve"}] = 2;
    if (luck_.chance(0.5)) workload.mix[{service_name(1), "serve"}] = 1;
    workload.calls[service_name(0)] = client();
  }

  void describe_run() {
    ExperimentSpec& run = scenario_.experiment;
    run.duration = Duration::rounded_seconds(between(2, 4));
    run.warm_up = luck_.chance(0.5) ? Duration::milliseconds(300) : Duration();
    run.window = Duration::milliseconds(250);
    for (const auto kind : {IntervalSpec::Kind::fault, IntervalSpec::Kind::after}) {
      ObjectiveSpec objective;
      objective.name = kind == IntervalSpec::Kind::fault ? "during" : "afterwards";
      objective.expect = std::get<MetricCondition>(parse_condition("error_ratio < 10%"));
      objective.over.kind = kind;
      run.objectives.push_back(objective);
    }
  }

  void add_faults() {
    const std::uint64_t count = 1 + luck_.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      FaultSpec fault;
      fault.name = "fault" + std::to_string(i);
      const FaultKind drawn = pick(every_fault);
      fault.at = Duration::milliseconds(400) + up_to(0.5);
      fault.duration = Duration::milliseconds(100) + up_to(0.7);
      const double percentage = between(10, 100);
      const LawSpec delay = law(0.01);
      fault.kind = completed(drawn, percentage, delay, up_to(0.3));
      if (!std::holds_alternative<LoadSpike>(fault.kind) && luck_.chance(0.8)) {
        fault.target.service = service_name(luck_.below(services_));
      }
      if (std::holds_alternative<ZoneDown>(fault.kind)) {
        fault.target = {};
        fault.target.zone = "a";
      }
      if (luck_.chance(0.5)) fault.target.mode = TargetSpec::Mode::one;
      scenario_.experiment.faults.push_back(fault);
    }
  }

  /// Two at once, the second of which begins and ends later.
  void add_spikes() {
    for (const int later : {0, 1}) {
      FaultSpec spike;
      spike.name = "spike" + std::to_string(later);
      spike.kind = LoadSpike{1.5 + later};
      spike.at = Duration::milliseconds(500 + 200 * later);
      spike.duration = Duration::milliseconds(400);
      scenario_.experiment.faults.push_back(spike);
    }
  }

  /// So short that an errand outlives it: work is under way when it begins, or when it ends.
  void add_short_slow_down() {
    FaultSpec fault;
    fault.name = "short slow-down";
    fault.kind = SlowDown{3};
    fault.target.service = service_name(services_ - 1);
    fault.at = Duration::milliseconds(700);
    fault.duration = scaled(shortest_errand, 0.75);
    scenario_.experiment.faults.push_back(fault);
  }

  /// Two that overlap: one from the first workload alone, one to some service from everybody.
  void add_packet_loss() {
    for (const bool from_load : {true, false}) {
      FaultSpec loss;
      loss.name = from_load ? "loss from load" : "loss";
      loss.kind = PacketLoss{between(10, 40)};
      loss.at = Duration::milliseconds(500) + up_to(0.3);
      loss.duration = Duration::milliseconds(400);
      if (ingredients_.bursty) std::get<PacketLoss>(loss.kind).correlation = between(20, 90);
      if (from_load) {
        loss.target.caller = "load";
      } else {
        loss.target.service = service_name(luck_.below(services_));
      }
      scenario_.experiment.faults.push_back(loss);
    }
  }

  void add_uneven_errors() {
    for (auto& [name, service] : scenario_.model.services) {
      for (auto& [operation, endpoint] : service.endpoints) {
        for (BehaviourSpec& behaviour : endpoint.behaviours) {
          if (luck_.chance(0.5)) behaviour.error_percent = between(0, 30);
        }
      }
    }
  }

  /// Two that overlap: one of a service that calls others, one of all.
  void add_cpu_stress() {
    for (const bool of_first : {true, false}) {
      FaultSpec stress;
      stress.name = of_first ? "stress of the first" : "stress";
      stress.kind = CpuStress{law(0.005), between(0.5, 3)};
      stress.at = Duration::milliseconds(500) + up_to(0.3);
      stress.duration = Duration::milliseconds(400);
      if (of_first) stress.target.service = service_name(0);
      if (luck_.chance(0.3)) stress.target.mode = TargetSpec::Mode::one;
      scenario_.experiment.faults.push_back(stress);
    }
  }

  void add_rollout() {
    RolloutSpec rollout;
    rollout.service = service_name(luck_.below(services_));
    rollout.at = Duration::milliseconds(500);
    rollout.work_ratio = 1.5;
    rollout.error_percent_added = between(0, 30);
    rollout.steps = {SetWeight{20}, Pause{Duration::milliseconds(400)}, SetWeight{60},
                     Pause{Duration::milliseconds(300)}};
    AnalysisSpec analysis;
    analysis.failure_condition.metric = Metric::error_ratio;
    analysis.failure_condition.labels.service = rollout.service;
    analysis.failure_condition.labels.version = "canary";
    analysis.failure_condition.comparison = Comparison::greater;
    analysis.failure_condition.threshold = 0.15;
    analysis.interval = Duration::milliseconds(100);
    analysis.window = Duration::milliseconds(200);
    analysis.scrape = {Duration::milliseconds(50), Duration::milliseconds(20)};
    rollout.analysis.push_back(analysis);
    scenario_.experiment.rollout = rollout;
  }

  void add_stop_condition() {
    StopConditionSpec stop;
    stop.when.metric = Metric::error_ratio;
    stop.when.comparison = Comparison::greater;
    stop.when.threshold = 0.3;
    stop.window = Duration::milliseconds(200);
    stop.scrape = {Duration::milliseconds(50), Duration()};
    scenario_.experiment.stop_conditions.push_back(stop);
  }

  RandomStream luck_;
  Ingredients ingredients_;
  std::uint64_t services_ = 0;
  RandomScenario scenario_;
};

}  // namespace

RandomScenario random_scenario(std::uint64_t number, Ingredients ingredients) {
  return Maker(number, ingredients).make();
}

}  // namespace rehearse::testing
