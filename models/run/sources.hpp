#pragma once

#include <cstdint>
#include <optional>

#include "models/run/wire.hpp"
#include "sim/expects.hpp"
#include "sim/random/ziggurat.hpp"

namespace rehearse {

/// A request that appears now.
struct Request {
  SourceId source;
  std::uint64_t path = 0;
  EndpointId endpoint;
  std::uint32_t user = none;  // closed loop
  std::uint32_t round = 0;    // of the user
};

/// Where requests come from: open loops, recordings, users that wait for their answers. At most one
/// arrival of a source is pending.
class Sources : public Wire {
 public:
  /// Schedules the first arrivals at the hosts that are here.
  void start_sources();

 protected:
  using Wire::Wire;
  /// A source has something to send: calls `begin(request)` for each, and schedules the next time.
  template <class Begin>
  void source_fires(SourceId source, const Begin& begin);

  /// A user has thought. Nothing when the source has stopped.
  std::optional<Request> request_of_user(SourceId source, std::uint32_t user,
                                         std::uint32_t round) const;

  /// A user thinks, and asks then.
  void user_thinks(SourceId source, std::uint32_t user, std::uint32_t round);

 private:
  bool advance_source(const SourcePlan& plan, SourceState& state) const;
  void schedule_source(SourceId source);
  template <class Begin>
  void batch_fires(SourceId source, std::uint64_t path, const Begin& begin);
  template <class Begin>
  void replay_fires(SourceId source, const Begin& begin);
  /// Of the endpoint that a recording says, or the mix draws: one draw at `path` where there are
  /// several.
  Request request_for(SourceId source, std::uint64_t path, EndpointId recorded) const {
    if (recorded == none) {
      recorded = drawn_endpoint(plan_->workloads[plan_->sources[source].workload], path);
    }
    return {.source = source, .path = path, .endpoint = recorded};
  }
  EndpointId drawn_endpoint(const WorkloadPlan& workload, std::uint64_t path) const;
  Time next_open_arrival(const SourcePlan& plan, SourceState& state) const;
  Time next_of_changing_rate(const SourcePlan& plan, SourceState& state, double goal) const;
};

inline Time Sources::next_open_arrival(const SourcePlan& plan, SourceState& state) const {
  RandomStream luck = stream(plan.purpose, state.ordinal);
  const double goal = standard_exponential(luck);
  if (plan.rate.size() == 1 && plan.rate.front().rate_at_start > 0) [[likely]] {
    const double wait = goal / plan.rate.front().rate_at_start;
    return wait < 9e18 ? state.next + Duration::rounded_nanoseconds(wait) : Time::never();
  }
  return next_of_changing_rate(plan, state, goal);
}

/// Schedules the next arrival of a source; at most one is pending.
inline void Sources::schedule_source(SourceId source) {
  const SourcePlan& plan = plan_->sources[source];
  const SourceState& state = sources_[source];
  expects(state.next >= now_, "nobody arrives in the past");
  if (state.next >= plan.until) return;
  const RunEvent event{.kind = RunEvent::Kind::source_fires, .slot = source};
  const std::uint64_t order = next_order(host_of_workload(plan.workload));
  events_.schedule_in(plan.lane, state.next, order | turn_among_ties(event.kind),
                      PackedEvent::of(event));
}

inline EndpointId Sources::drawn_endpoint(const WorkloadPlan& workload, std::uint64_t path) const {
  if (workload.mix_endpoints.size() == 1) return workload.mix_endpoints.front();
  expects(!workload.mix_endpoints.empty(), "who draws from a mix has one");
  const double goal = stream(workload.purpose, path).uniform() * workload.cumulative_mix.back();
  const auto found =
      std::upper_bound(workload.cumulative_mix.begin(), workload.cumulative_mix.end() - 1, goal);
  return workload.mix_endpoints[static_cast<std::size_t>(found - workload.cumulative_mix.begin())];
}

/// An open-loop source finds its next arrival before it makes the request: the processor then draws
/// the one while it does the other. Nothing that a request does changes when the next one comes.
template <class Begin>
void Sources::source_fires(SourceId source, const Begin& begin) {
  const SourcePlan& plan = plan_->sources[source];
  SourceState& state = sources_[source];
  if (state.stopped) return;
  if (plan.kind == SourcePlan::Kind::replay) {
    replay_fires(source, begin);
    ++state.ordinal;
    if (!advance_source(plan, state)) return;
  } else {
    const std::uint64_t path = extended(plan.purpose, state.ordinal);
    ++state.ordinal;
    state.next = next_open_arrival(plan, state);
    if (plan.batched) {
      batch_fires(source, path, begin);
    } else {
      begin(request_for(source, path, none));
    }
  }
  schedule_source(source);
}

template <class Begin>
void Sources::batch_fires(SourceId source, std::uint64_t path, const Begin& begin) {
  const SourcePlan& plan = plan_->sources[source];
  RandomStream luck = stream(plan.purpose, path);
  const std::uint64_t size = plan.batch.sample(luck);
  for (std::uint64_t i = 0; i < size; ++i) {
    begin(request_for(source, extended(path, i), none));
  }
}

/// A load spike sends each recorded request `copies` times more, at once: the same burst, but
/// higher.
template <class Begin>
void Sources::replay_fires(SourceId source, const Begin& begin) {
  const SourcePlan& plan = plan_->sources[source];
  SourceState& state = sources_[source];
  const std::uint64_t path = extended(plan.purpose, state.ordinal);
  RandomStream luck = stream(plan.purpose, path);
  const auto whole = static_cast<std::uint64_t>(plan.copies);
  const bool one_more = luck.chance(plan.copies - static_cast<double>(whole));
  for (std::uint64_t i = 0; i < whole + one_more; ++i) {
    begin(request_for(source, extended(path, i), plan.endpoints[state.entry]));
  }
  ++state.entry;
}

}  // namespace rehearse
