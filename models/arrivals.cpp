#include <algorithm>
#include <cmath>

#include "models/callee_inline.hpp"
#include "models/caller_inline.hpp"
#include "models/partition.hpp"
#include "sim/random/ziggurat.hpp"

namespace rehearse {
namespace {

/// How long a rate of `rate` + `slope` x must run until its integral reaches `goal`; infinite when
/// it never does. The stable root of a quadratic equation.
double time_to_accumulate(double goal, double rate, double slope) {
  if (slope == 0) return rate > 0 ? goal / rate : INFINITY;
  const double root = rate * rate + 2 * slope * goal;
  if (root < 0) return INFINITY;
  const double denominator = rate + std::sqrt(root);
  return denominator > 0 ? 2 * goal / denominator : INFINITY;
}

}  // namespace

void Partition::start_sources() {
  for (Index source = 0; source < plan_->sources.size(); ++source) {
    const SourcePlan& plan = plan_->sources[source];
    if (!is_here(host_of_workload(plan.workload))) continue;
    SourceState& state = sources_[source];
    state.next = plan.from;
    if (plan.kind == SourcePlan::Kind::closed_loop) {
      for (std::uint32_t user = 0; user < plan.users; ++user) user_thinks(source, user, 0);
      continue;
    }
    if (plan.kind == SourcePlan::Kind::replay) {
      const bool passes = plan.repeat && plan.period > Duration();
      if (passes) state.shift = plan.period * (plan.from.since_start() / plan.period);
      while (state.entry < plan.offsets.size() &&
             Time::after_start(state.shift + plan.offsets[state.entry]) < plan.from) {
        ++state.entry;
      }
    }
    if (advance_source(plan, state)) schedule_source(source);
  }
}

/// Finds when the source fires next. False when it never does.
bool Partition::advance_source(const SourcePlan& plan, SourceState& state) const {
  if (plan.kind == SourcePlan::Kind::open_loop) {
    state.next = next_open_arrival(plan, state);
    return true;
  }
  if (state.entry == plan.offsets.size() && plan.repeat && !plan.offsets.empty()) {
    state.entry = 0;
    state.shift += plan.period;
  }
  if (state.entry == plan.offsets.size()) return false;
  state.next = Time::after_start(state.shift + plan.offsets[state.entry]);
  return true;
}

/// Schedules the next arrival of a source; at most one is pending.
void Partition::schedule_source(Index source) {
  const SourcePlan& plan = plan_->sources[source];
  const SourceState& state = sources_[source];
  if (state.next >= plan.until) return;
  const RunEvent event{.kind = RunEvent::Kind::source_fires, .slot = source};
  const std::uint64_t order = next_order(host_of_workload(plan.workload));
  events_.schedule_in(plan.lane, state.next, order | turn_among_ties(event.kind),
                      PackedEvent::of(event));
}

/// A Poisson process of changing rate: exponential steps on the scale of the integrated rate.
Time Partition::next_open_arrival(const SourcePlan& plan, SourceState& state) const {
  RandomStream luck = stream(plan.purpose, state.ordinal);
  double goal = standard_exponential(luck);
  if (plan.rate.size() == 1 && plan.rate.front().rate_at_start > 0) [[likely]] {
    const double wait = goal / plan.rate.front().rate_at_start;
    return wait < 9e18 ? state.next + Duration::rounded_nanoseconds(wait) : Time::never();
  }
  Time from = state.next;
  for (;;) {
    while (state.segment + 1 < plan.rate.size() && plan.rate[state.segment + 1].from <= from) {
      ++state.segment;
    }
    const RateSegment& segment = plan.rate[state.segment];
    const bool last = state.segment + 1 == plan.rate.size();
    const auto into = static_cast<double>((from - segment.from).in_nanoseconds());
    const double rate = std::max(0.0, segment.rate_at_start + segment.slope * into);
    const double wait = time_to_accumulate(goal, rate, segment.slope);
    if (last) {
      return wait < 9e18 ? from + Duration::rounded_nanoseconds(wait) : Time::never();
    }
    const Time until = plan.rate[state.segment + 1].from;
    const auto left = static_cast<double>((until - from).in_nanoseconds());
    if (wait <= left) return from + Duration::rounded_nanoseconds(wait);
    goal -= (rate + segment.slope * left / 2) * left;
    from = until;
  }
}

/// An open-loop source finds its next arrival before it makes the request: the processor then draws
/// the one while it does the other. Nothing that a request does changes when the next one comes.
void Partition::source_fires(Index source) {
  const SourcePlan& plan = plan_->sources[source];
  SourceState& state = sources_[source];
  if (state.stopped) return;
  if (plan.kind == SourcePlan::Kind::replay) {
    replay_fires(source);
    ++state.ordinal;
    if (!advance_source(plan, state)) return;
  } else {
    const std::uint64_t path = extended(plan.purpose, state.ordinal);
    ++state.ordinal;
    state.next = next_open_arrival(plan, state);
    if (plan.batched) {
      batch_fires(source, path);
    } else {
      start_request(source, path, none, none, 0);
    }
  }
  schedule_source(source);
}

void Partition::batch_fires(Index source, std::uint64_t path) {
  const SourcePlan& plan = plan_->sources[source];
  RandomStream luck = stream(plan.purpose, path);
  const std::uint64_t size = plan.batch.sample(luck);
  for (std::uint64_t i = 0; i < size; ++i) {
    start_request(source, extended(path, i), none, none, 0);
  }
}

/// A load spike sends each recorded request `copies` times more, at once: the same burst, but
/// higher.
void Partition::replay_fires(Index source) {
  const SourcePlan& plan = plan_->sources[source];
  SourceState& state = sources_[source];
  const std::uint64_t path = extended(plan.purpose, state.ordinal);
  RandomStream luck = stream(plan.purpose, path);
  const auto whole = static_cast<std::uint64_t>(plan.copies);
  const bool one_more = luck.chance(plan.copies - static_cast<double>(whole));
  for (std::uint64_t i = 0; i < whole + one_more; ++i) {
    start_request(source, extended(path, i), plan.endpoints[state.entry], none, 0);
  }
  ++state.entry;
}

void Partition::user_thinks(Index source, std::uint32_t user, std::uint32_t round) {
  const SourcePlan& plan = plan_->sources[source];
  const std::uint64_t path = extended(extended(plan.purpose, user), round);
  RandomStream luck = stream(plan.purpose, path);
  const Time begin = std::max(now_, plan.from);
  schedule(begin + plan.think_time.sample(luck), next_order(host_of_workload(plan.workload)),
           {.kind = RunEvent::Kind::user_asks, .slot = source, .stamp = user, .extra = round});
}

void Partition::user_asks(Index source, std::uint32_t user, std::uint32_t round) {
  const SourcePlan& plan = plan_->sources[source];
  if (sources_[source].stopped || now_ >= plan.until) return;
  const std::uint64_t path = extended(extended(plan.purpose, user), round);
  start_request(source, extended(path, 0), none, user, round);
}

Index Partition::drawn_endpoint(const WorkloadPlan& workload, std::uint64_t path) const {
  if (workload.mix_endpoints.size() == 1) return workload.mix_endpoints.front();
  const double goal = stream(workload.purpose, path).uniform() * workload.cumulative_mix.back();
  const auto found =
      std::upper_bound(workload.cumulative_mix.begin(), workload.cumulative_mix.end() - 1, goal);
  return workload.mix_endpoints[static_cast<std::size_t>(found - workload.cumulative_mix.begin())];
}

void Partition::start_request(Index source, std::uint64_t path, Index endpoint, std::uint32_t user,
                              std::uint32_t round) {
  const Index index = plan_->sources[source].workload;
  const WorkloadPlan& workload = plan_->workloads[index];
  if (endpoint == none) endpoint = drawn_endpoint(workload, path);
  const Index host = host_of_workload(index);
  const Index client =
      hosts_[host].first_client + workload.edge_of_service[endpoints_[endpoint].service];
  if (clients_[client].active >= plan_->most_in_flight) [[unlikely]] {
    fell_behind_ = true;
    return;
  }
  const std::uint32_t slot = new_call(client, endpoint, path, path);
  Call& call = calls_[slot];
  call.origin = source;
  call.user = user;
  call.round = round;
  call.interval = surroundings_->interval;
  recorder_.request_arrived(index);
  if (call.interval != none) ++open_measured_;
  note(host, path);
  make_attempt(slot);
}

}  // namespace rehearse
