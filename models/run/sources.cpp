#include "models/run/sources.hpp"

#include <algorithm>
#include <cmath>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// How long a rate of `rate` + `slope` x must run until its integral reaches `goal`; infinite when
/// it never does. The stable root of a quadratic equation.
double time_to_accumulate(double goal, double rate, double slope) {
  expects(goal >= 0 && rate >= 0, "arrivals come in the future, at a rate that is not negative");
  if (slope == 0) return rate > 0 ? goal / rate : INFINITY;
  const double root = rate * rate + 2 * slope * goal;
  if (root < 0) return INFINITY;
  const double denominator = rate + std::sqrt(root);
  return denominator > 0 ? 2 * goal / denominator : INFINITY;
}

}  // namespace

void Sources::start_sources() {
  for (SourceId source(0); source < plan_->sources.size(); ++source) {
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
bool Sources::advance_source(const SourcePlan& plan, SourceState& state) const {
  if (plan.kind == SourcePlan::Kind::open_loop) {
    state.next = next_open_arrival(plan, state);
    return true;
  }
  expects(state.entry <= plan.offsets.size(), "a recording is replayed from where it is");
  if (state.entry == plan.offsets.size() && plan.repeat && !plan.offsets.empty()) {
    state.entry = 0;
    state.shift += plan.period;
  }
  if (state.entry == plan.offsets.size()) return false;
  state.next = Time::after_start(state.shift + plan.offsets[state.entry]);
  return true;
}

/// A Poisson process of changing rate: exponential steps on the scale of the integrated rate.
Time Sources::next_of_changing_rate(const SourcePlan& plan, SourceState& state, double goal) const {
  expects(state.segment < plan.rate.size(), "there is a stretch of the rate for every instant");
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
    // What is left may be rounded to less than nothing.
    goal = std::max(0.0, goal - (rate + segment.slope * left / 2) * left);
    from = until;
  }
}

void Sources::user_thinks(SourceId source, std::uint32_t user, std::uint32_t round) {
  const SourcePlan& plan = plan_->sources[source];
  expects(user < plan.users, "who thinks is one of the users of a closed loop");
  const std::uint64_t path = extended(extended(plan.purpose, user), round);
  RandomStream luck = stream(plan.purpose, path);
  const Time begin = std::max(now_, plan.from);
  schedule(begin + plan.think_time.sample(luck), next_order(host_of_workload(plan.workload)),
           {.kind = RunEvent::Kind::user_asks, .slot = source, .stamp = user, .extra = round});
}

std::optional<Request> Sources::request_of_user(SourceId source, std::uint32_t user,
                                                std::uint32_t round) const {
  const SourcePlan& plan = plan_->sources[source];
  if (sources_[source].stopped || now_ >= plan.until) return std::nullopt;
  const std::uint64_t path = extended(extended(plan.purpose, user), round);
  Request request = request_for(source, extended(path, 0), none);
  request.user = user;
  request.round = round;
  return request;
}

}  // namespace rehearse
