#include <catch2/catch.hpp>

#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/random/random_stream.hpp"

using namespace rehearse;

namespace {

/// Random models without mistakes: every kind of law, step, arrivals and policy comes up.
class RandomModel {
 public:
  explicit RandomModel(std::uint64_t seed) : stream_(seed, 17, 0) {}

  ModelSpec model() {
    ModelSpec model;
    model.provenance.traces = below(1'000'000);
    model.provenance.sampling_percent = 0.1 + 99 * stream_.uniform();
    model.provenance.sources = "caf\u00e9 \"quoted\" \\ and\na line";
    model.network.latency = law(0);
    const std::vector<std::string> names{"web", "cart.v2", "\u00fcber", "0"};
    for (std::size_t i = 0; i < names.size(); ++i) {
      // Calls go to later services only: no feedback.
      later_.assign(names.begin() + static_cast<std::ptrdiff_t>(i) + 1, names.end());
      model.services[names[i]] = service();
    }
    for (int i = 0; i < 5; ++i) {
      WorkloadSpec& workload = model.workloads["w" + std::to_string(i)];
      workload.arrivals = arrivals(i);
      workload.mix[{"web", operation}] = 1 + static_cast<double>(below(1000));
      if (flip()) workload.mix[{"0", operation}] = 0.25 + stream_.uniform();
      if (flip()) workload.calls["web"] = client();
    }
    model.services["web"].highest_recorded =
        HighestRecorded{0.1 + stream_.uniform(), 3 * stream_.uniform(), below(1000), duration()};
    model.services["cart.v2"].highest_recorded =
        HighestRecorded{1e-300, 1e15, 0, Duration::hours(24 * 365 * 50)};
    model.evidence["services.web.workers"] = {Basis::observed, below(100), "note # \" \n"};
    model.evidence["services.web.instances"] = {Basis::given, 0, "counted"};
    model.evidence["services.web.workers"].value = Node::of_number(stream_.uniform());
    model.evidence["services.web.instances"].value = Node::of_text("unlimited \"\n");
    model.evidence["services.web.instances"].contradicted = "9 at work";
    model.evidence["anything at all"] = {Basis::assumed, 0, ""};
    return model;
  }

 private:
  static constexpr const char* operation = "GET /a \"b\"/{c}";

  std::uint64_t below(std::uint64_t count) { return stream_.below(count); }
  bool flip() { return below(2) == 0; }
  int whole(int least, int most) {
    return least + static_cast<int>(below(static_cast<std::uint64_t>(most - least + 1)));
  }
  Duration duration() {
    return Duration::nanoseconds(1 + static_cast<std::int64_t>(below(1ull << below(45))));
  }
  double shape() { return 0.1 + 5 * stream_.uniform(); }

  LawSpec law(int depth) {
    LawSpec law;
    if (flip()) law.minimum = duration();
    switch (below(depth < 3 ? 10 : 9)) {
      case 0:
        law.form = ConstantSpec{duration()};
        break;
      case 1: {
        const Duration low = duration();
        law.form = UniformSpec{low, low + duration()};
        break;
      }
      case 2:
        law.form = ExponentialSpec{duration()};
        break;
      case 3:
        law.form = NormalSpec{duration(), duration()};
        break;
      case 4:
        law.form = LognormalSpec{duration(), shape()};
        break;
      case 5:
        law.form = GammaSpec{duration(), shape()};
        break;
      case 6:
        law.form = WeibullSpec{duration(), shape()};
        break;
      case 7:
        law.form = ParetoSpec{duration(), shape()};
        break;
      case 8:
        law.form = empirical();
        break;
      default: {
        MixtureSpec mixture;
        for (int i = 0; i < whole(1, 3); ++i) {
          mixture.weights.push_back(shape());
          mixture.components.push_back(this->law(depth + 1));
        }
        law.form = mixture;
      }
    }
    return law;
  }

  EmpiricalSpec empirical() {
    EmpiricalSpec form;
    Duration value = duration();
    form.points.push_back({0, value});
    double level = 0;
    for (int i = 0; i < whole(0, 5); ++i) {
      // Levels that calibration may come up with, not only round percentiles.
      level += (1 - level) * stream_.uniform();
      value += duration();
      form.points.push_back({level, value});
    }
    form.points.push_back({1, value + duration()});
    return form;
  }

  CountLawSpec count(int least) {
    CountLawSpec count;
    switch (below(3)) {
      case 0:
        count.mean = whole(least, 9);
        break;
      case 1:
        count = {CountLawSpec::Kind::geometric, 1 + stream_.uniform(), {}};
        break;
      default:
        count = {CountLawSpec::Kind::empirical, 1, {0, 1.5, 2}};
    }
    return count;
  }

  EndpointName callee() { return {later_[below(later_.size())], operation}; }

  StepSequence steps(int depth) {
    StepSequence steps;
    for (int i = 0; i < whole(0, 3); ++i) steps.push_back(step(depth));
    return steps;
  }

  StepSpec step(int depth) {
    const std::uint64_t kinds = later_.empty() ? 1 : (depth < 3 ? 5 : 3);
    switch (below(kinds)) {
      case 0:
        return {WorkSpec{law(0)}};
      case 1: {
        CallSpec call{callee(), flip() ? 1 : stream_.uniform(), OnError::fail, {}};
        if (flip()) call.on_error = OnError::ignore;
        if (flip()) {
          call.on_error = OnError::fallback;
          call.fallback = steps(depth + 1);
        }
        return {call};
      }
      case 2:
        return {SpawnSpec{callee(), flip() ? 1 : stream_.uniform()}};
      case 3:
        return {RepeatSpec{count(0), steps(depth + 1)}};
      default: {
        ParallelSpec parallel;
        for (int i = 0; i < whole(1, 3); ++i) parallel.branches.push_back(steps(depth + 1));
        if (flip()) parallel.wait_for = whole(1, static_cast<int>(parallel.branches.size()));
        return {parallel};
      }
    }
  }

  ClientSpec client() {
    ClientSpec client;
    if (flip()) {
      RetrySpec retry;
      retry.max_attempts = whole(1, 5);
      if (flip()) retry.max_backoff = retry.base_backoff + duration();
      if (flip()) retry.per_try_timeout = duration();
      if (flip()) retry.jitter = Jitter::none;
      retry.retry_on = {flip(), true, flip(), flip(), flip()};
      client.retry = retry;
    }
    if (flip()) {
      const auto per_try = client.retry ? client.retry->per_try_timeout : std::nullopt;
      client.timeout = per_try.value_or(Duration()) + duration();
    }
    if (client.retry && flip()) {
      client.retry_budget = RetryBudgetSpec{100 * stream_.uniform(), whole(0, 9)};
    }
    if (client.retry && flip()) {
      client.retry_throttle = RetryThrottleSpec{1 + 999 * stream_.uniform(), 1 + stream_.uniform()};
    }
    if (flip()) {
      client.circuit_breaker = CircuitBreakerSpec{
          flip() ? SlidingWindowType::time_based : SlidingWindowType::count_based,
          whole(1, 99),
          whole(1, 99),
          100 - 99 * stream_.uniform(),
          100 - 99 * stream_.uniform(),
          duration(),
          duration(),
          whole(1, 99),
          flip() ? duration() : Duration()};
    }
    if (flip()) client.load_balancer = {BalancingPolicy::least_request, whole(1, 5)};
    client.propagate_cancellation = flip();
    if (flip()) client.network_latency = law(0);
    return client;
  }

  ServiceSpec service() {
    ServiceSpec service;
    service.instances = whole(1, 9);
    if (flip()) service.workers = whole(1, 99);
    service.worker_held_while_calling = flip();
    if (flip()) service.queue.capacity = whole(0, 99);
    if (flip()) service.queue.discipline = LifoQueue{};
    if (service.worker_held_while_calling && flip()) {
      CodelSpec codel;
      if (flip()) codel.target = duration();
      if (flip()) codel.interval = duration();
      service.queue.discipline = codel;
    }
    if (flip()) service.cpu = CpuSpec{shape()};
    if (flip()) service.placement = {{"a", "b"}, {"h \"1\""}};
    EndpointSpec& endpoint = service.endpoints[operation];
    if (flip()) endpoint.errors = {100 * stream_.uniform(), OwnErrorsSpec::At::start};
    for (int i = 0; i < whole(1, 3); ++i) {
      endpoint.behaviours.push_back({1 + static_cast<double>(below(1'000)), steps(0)});
    }
    for (const std::string& name : later_) {
      if (flip()) service.calls[name] = client();
    }
    return service;
  }

  ArrivalsSpec arrivals(int kind) {
    const Rate rate{100 * stream_.uniform()};
    switch (kind) {
      case 0:
        return PoissonSpec{rate};
      case 1:
        return BatchSpec{rate, count(1)};
      case 2: {
        StagesSpec stages;
        for (int i = 0; i < whole(1, 3); ++i) {
          stages.stages.push_back({duration(), rate, StagesSpec::Shape::ramp});
        }
        return stages;
      }
      default:
        return ClosedLoopSpec{whole(1, 99), law(0)};
    }
  }

  RandomStream stream_;
  std::vector<std::string> later_;
};

}  // namespace

TEST_CASE("parsing undoes writing, for any model", "[property]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const ModelSpec model = RandomModel(seed).model();

    const std::string text = write_model(model);
    INFO(text);

    REQUIRE(parse_model(text, "random.model.toml") == model);
  }
}
