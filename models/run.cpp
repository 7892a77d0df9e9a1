#include "models/run.hpp"

#include "sim/error.hpp"

namespace rehearse {
namespace {

/// Beyond so many attempts in flight, or calls that wait, a run ends early and says so: memory
/// stays bounded, and a system that is so far behind has lost anyway.
constexpr std::size_t most_in_flight = 4'000'000;

/// So many events at one instant mean that simulated time stands still.
constexpr std::uint64_t most_at_one_instant = 10'000'000;

}  // namespace

void Run::start(const System::Plan& plan, const ReplicationSeed& seed) {
  plan_ = &plan;
  key_ = seed.key();
  now_ = Time();
  events_.clear();
  agenda_.clear();
  calls_.clear();
  jobs_.clear();
  frames_.clear();
  open_measured_ = 0;
  at_this_instant_ = 0;
  windows_closed_ = 0;
  windows_opened_ = false;
  outcome_ = Outcome{};
  outcome_.replication = seed.replication;
  recorder_.start(plan);
  build_hosts();
  fill_agenda();
  start_sources();
}

void Run::build_hosts() {
  const std::size_t hosts = plan_->instances.size() + plan_->workloads.size();
  host_counts_.assign(hosts, 0);
  instances_.assign(plan_->instances.size(), {});
  clients_.clear();
  outstanding_.clear();
  first_client_.assign(hosts, 0);
  const auto add_clients = [&](Client client, const std::vector<EdgePlan>& edges,
                               std::uint64_t purpose) {
    first_client_[client.host] = static_cast<Index>(clients_.size());
    for (client.edge = 0; client.edge < edges.size(); ++client.edge) {
      const EdgePlan& edge = edges[client.edge];
      const ServicePlan& callee = plan_->services[edge.callee];
      client.callee = edge.callee;
      client.first_outstanding = static_cast<std::uint32_t>(outstanding_.size());
      client.cursor =
          static_cast<std::uint32_t>(stream(edge.balancing_purpose, purpose).bits() >> 32);
      if (edge.client.load_balancer.policy == BalancingPolicy::least_request) {
        outstanding_.resize(outstanding_.size() + callee.stable_instances +
                            callee.canary_instances);
      }
      clients_.push_back(client);
    }
  };
  for (Index i = 0; i < plan_->instances.size(); ++i) {
    const InstancePlan& instance = plan_->instances[i];
    instances_[i].wanted = instances_[i].started = instances_[i].up = !instance.canary;
    add_clients({.caller_service = instance.service, .caller = i, .host = i},
                plan_->services[instance.service].edges, instance.purpose);
  }
  for (Index w = 0; w < plan_->workloads.size(); ++w) {
    add_clients({.caller_service = none, .caller = w, .host = host_of_workload(w)},
                plan_->workloads[w].edges, plan_->workloads[w].purpose);
  }
  listed_.assign(plan_->instances.size(), 0);
  listed_range_.assign(plan_->services.size() * 2, {});
  for (Index service = 0; service < plan_->services.size(); ++service) list_instances(service);
}

void Run::run_until_end() {
  while (!outcome_.capped) {
    const Time control = agenda_.next_time();
    if (control > plan_->end) break;
    while (events_.next_time() < control && !outcome_.capped) {
      watch_the_clock(events_.next_time());
      handle(events_.pop());
    }
    if (outcome_.capped) break;
    now_ = control;
    perform(agenda_.pop());
  }
  drain();
}

void Run::drain() {
  while (open_measured_ > 0 && !outcome_.capped && events_.next_time() <= plan_->drain_limit) {
    watch_the_clock(events_.next_time());
    handle(events_.pop());
  }
}

void Run::watch_the_clock(Time next) {
  at_this_instant_ = next == now_ ? at_this_instant_ + 1 : 0;
  now_ = next;
  ++outcome_.events;
  if (at_this_instant_ > most_at_one_instant) [[unlikely]] {
    throw InvalidInput(
        "simulated time stands still: ten million events at one instant. A closed loop without "
        "think time, work and network latency does this.");
  }
  if (jobs_.in_use() > most_in_flight || calls_.in_use() > most_in_flight) [[unlikely]] {
    outcome_.capped = true;
  }
}

void Run::handle(const EventList<RunEvent>::Event& event) {
  const RunEvent& what = event.payload;
  switch (what.kind) {
    case RunEvent::Kind::attempt_arrives:
      attempt_arrives(what.slot);
      break;
    case RunEvent::Kind::answer_arrives:
      answer_arrives({what.slot, what.stamp}, what.extra, what.status);
      break;
    case RunEvent::Kind::cancel_arrives:
      cancel_arrives({what.slot, what.stamp});
      break;
    case RunEvent::Kind::door_passed:
      door_passed({what.slot, what.stamp});
      break;
    case RunEvent::Kind::work_done:
      if (frames_.is_live({what.slot, what.stamp})) continue_frame(what.slot);
      break;
    case RunEvent::Kind::cores_fire:
      cores_fire(what.slot, what.stamp);
      break;
    case RunEvent::Kind::timer:
      timer_fires(what.slot, event.order);
      break;
    case RunEvent::Kind::backoff_over:
      backoff_over({what.slot, what.stamp}, what.extra);
      break;
    case RunEvent::Kind::source_fires:
      source_fires(what.slot);
      break;
    case RunEvent::Kind::user_asks:
      user_asks(what.slot, what.stamp, what.extra);
      break;
  }
}

Outcome Run::finish() {
  if (outcome_.capped) {
    close_interval();
    while (windows_closed_ < plan_->layout.windows) close_window();
  }
  if (plan_->rollout && outcome_.rollout == RolloutResult::none) {
    outcome_.rollout = RolloutResult::unfinished;
  }
  recorder_.write(outcome_);
  return std::move(outcome_);
}

struct RunMemory::State {
  Run run;
};

RunMemory::RunMemory() : state_(std::make_unique<State>()) {}
RunMemory::~RunMemory() = default;
RunMemory::RunMemory(RunMemory&&) noexcept = default;
RunMemory& RunMemory::operator=(RunMemory&&) noexcept = default;

Outcome run_replication(const System& system, const ReplicationSeed& seed, RunMemory& memory) {
  Run& run = memory.state_->run;
  run.start(system.plan(), seed);
  run.run_until_end();
  return run.finish();
}

Outcome run_replication(const System& system, const ReplicationSeed& seed) {
  RunMemory memory;
  return run_replication(system, seed, memory);
}

}  // namespace rehearse
