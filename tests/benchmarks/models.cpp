#include "tests/benchmarks/models.hpp"

#include "tests/benchmarks/peers/model.hpp"

namespace rehearse::bench {
namespace {

LawSpec exponential(Duration mean) {
  return {{}, ExponentialSpec{mean}};
}

std::string tier(int i) {
  return std::string("s").append(std::to_string(i));
}

ParallelSpec calls_to(int first, int last) {
  ParallelSpec parallel;
  for (int i = first; i <= last; ++i) {
    CallSpec call;
    call.endpoint = {tier(i), "serve"};
    parallel.branches.push_back({{call}});
  }
  return parallel;
}

ClientSpec client_of(Tree tree) {
  ClientSpec client;
  if (tree != Tree::bare) client.timeout = Duration::seconds(1);
  if (tree == Tree::full) client.load_balancer.policy = BalancingPolicy::least_request;
  return client;
}

}  // namespace

ModelSpec ten_service_tree(Tree tree) {
  ModelSpec model;
  model.network.latency = exponential(Duration::microseconds(100));
  model.network.latency.minimum = Duration::microseconds(100);
  for (int i = 0; i < 10; ++i) {
    ServiceSpec& service = model.services[tier(i)];
    service.instances = 8;
    service.workers = 2;
    service.worker_held_while_calling = false;
    StepSequence steps{{WorkSpec{exponential(Duration::milliseconds(2))}}};
    if (i == 0) steps.push_back({calls_to(1, 3)});
    if (i >= 1 && i <= 3) steps.push_back({calls_to(2 + 2 * i, 3 + 2 * i)});
    service.endpoints["serve"].behaviours = {{1.0, steps}};
    for (int callee = 1; callee < 10; ++callee) service.calls[tier(callee)] = client_of(tree);
  }
  WorkloadSpec& users = model.workloads["users"];
  users.arrivals = PoissonSpec{{2000}};
  users.mix[{"s0", "serve"}] = 1;
  users.calls["s0"] = client_of(tree);
  return model;
}

ModelSpec mm1() {
  ModelSpec model;
  ServiceSpec& station = model.services["station"];
  station.workers = 1;
  station.endpoints["serve"].behaviours = {{1.0, {{WorkSpec{exponential(Duration::seconds(1))}}}}};
  WorkloadSpec& load = model.workloads["load"];
  load.arrivals = PoissonSpec{{Mm1::rate}};
  load.mix[{"station", "serve"}] = 1;
  return model;
}

ModelSpec rpc() {
  const auto seconds = Duration::rounded_seconds;
  ModelSpec model;
  model.network.latency = {{}, ConstantSpec{seconds(Rpc::latency)}};
  ServiceSpec& front = model.services["front"];
  front.workers = Rpc::workers;
  front.worker_held_while_calling = false;
  ParallelSpec calls;
  for (const char* const name : {"back_1", "back_2"}) {
    ServiceSpec& back = model.services[name];
    back.workers = Rpc::workers;
    back.endpoints["serve"].behaviours = {{1.0, {{WorkSpec{exponential(seconds(Rpc::back))}}}}};
    CallSpec call;
    call.endpoint = {name, "serve"};
    calls.branches.push_back({{call}});
    RetrySpec& retry = front.calls[name].retry.emplace();
    retry.per_try_timeout = seconds(Rpc::timeout);
    retry.base_backoff = seconds(Rpc::backoff);
    retry.jitter = Jitter::none;
  }
  front.endpoints["serve"].behaviours = {
      {1.0, {{WorkSpec{exponential(seconds(Rpc::front))}}, {calls}}}};
  WorkloadSpec& users = model.workloads["users"];
  users.arrivals = PoissonSpec{{Rpc::rate}};
  users.mix[{"front", "serve"}] = 1;
  return model;
}

ExperimentSpec lasting(double seconds, double window_seconds) {
  ExperimentSpec experiment;
  experiment.duration = Duration::rounded_seconds(seconds);
  experiment.window = Duration::rounded_seconds(window_seconds);
  return experiment;
}

}  // namespace rehearse::bench
