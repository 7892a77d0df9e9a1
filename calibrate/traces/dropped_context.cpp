#include "calibrate/traces/dropped_context.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "calibrate/traces/binomial_tail.hpp"
#include "sim/hash.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr std::size_t least_visits = 30;
constexpr double most_covered = 0.75;
constexpr double by_chance = 1e-6;
constexpr std::size_t most_holders = 64;
constexpr std::size_t most_candidates = 1024;  // looked at for one visit
constexpr std::size_t looked_at = 200;         // of the visits, at first

using Endpoint = std::pair<NameId, NameId>;

/// The visits of one endpoint, by start.
struct Visits {
  std::vector<std::uint32_t> spans;
  std::vector<std::uint32_t> at_top;  // alone at the top of their trace
  std::int64_t longest = 0;
};

/// What lies within the visits of a possible caller.
struct Nesting {
  std::vector<std::uint32_t> caller_of;  // of each inner visit; none: nobody
  std::size_t inside = 0;
  std::size_t callers = 0;  // with something inside
  double covered = 1;       // share of the time
};

class ContextJoiner {
 public:
  ContextJoiner(TraceForest& forest, const std::vector<Role>& roles)
      : forest_(forest), roles_(roles) {}

  std::vector<DroppedContext> join() {
    collect();
    std::vector<DroppedContext> found;
    for (const auto& [endpoint, visits] : endpoints_) {
      if (visits.at_top.size() < least_visits || visits.at_top.size() < visits.spans.size()) {
        continue;
      }
      find_caller(endpoint, visits, found);
    }
    if (!new_parent_.empty()) replant();
    return found;
  }

 private:
  const Span& span(std::uint32_t i) const { return forest_.spans[i]; }

  auto by_start() const {
    return [this](std::uint32_t a, std::uint32_t b) {
      return std::pair(span(a).start, a) < std::pair(span(b).start, b);
    };
  }

  void collect() {
    std::map<TraceId, std::size_t> tops;
    for (std::uint32_t i = 0; i < forest_.spans.size(); ++i) {
      if (forest_.parent[i] == none) ++tops[span(i).trace];
    }
    for (std::uint32_t i = 0; i < forest_.spans.size(); ++i) {
      if (roles_[i] != Role::endpoint) continue;
      Visits& visits = endpoints_[{span(i).service, span(i).operation}];
      visits.spans.push_back(i);
      visits.longest = std::max(visits.longest, span(i).duration());
      const bool at_top = forest_.parent[i] == none && tops[span(i).trace] == 1;
      if (at_top) visits.at_top.push_back(i);
    }
    for (auto& [endpoint, visits] : endpoints_) {
      std::sort(visits.spans.begin(), visits.spans.end(), by_start());
      std::sort(visits.at_top.begin(), visits.at_top.end(), by_start());
    }
  }

  /// The share of the time between the first and the last during which one is under way.
  double covered(const Visits& visits) const {
    const std::int64_t first = span(visits.spans.front()).start;
    std::int64_t until = first;
    std::int64_t sum = 0;
    for (const std::uint32_t i : visits.spans) {
      const std::int64_t from = std::max(until, span(i).start);
      sum += std::max<std::int64_t>(span(i).end - from, 0);
      until = std::max(until, span(i).end);
    }
    return until > first ? static_cast<double>(sum) / static_cast<double>(until - first) : 1.0;
  }

  /// Those of `outer` that were under way all that time, the latest first.
  std::vector<std::uint32_t> holders(std::int64_t from, std::int64_t to,
                                     const Visits& outer) const {
    std::vector<std::uint32_t> found;
    auto at = std::upper_bound(
        outer.spans.begin(), outer.spans.end(), from,
        [this](std::int64_t start, std::uint32_t visit) { return start < span(visit).start; });
    std::size_t candidates = 0;
    while (at != outer.spans.begin() && found.size() < most_holders &&
           candidates++ < most_candidates) {
      const std::uint32_t candidate = *--at;
      if (span(candidate).start + outer.longest < to) break;
      if (span(candidate).end >= to) found.push_back(candidate);
    }
    return found;
  }

  /// The share of times at which the k-th visit would lie within `outer`, of four that are a few
  /// of its visits earlier or later, when the load is the same; each visit has times of its own, as
  /// there are clocks in load generators. Behind the end comes the beginning.
  double held_elsewhere(const Visits& inner, std::size_t k, const Visits& outer) const {
    constexpr double golden = 0.6180339887498949;
    constexpr int times = 4;
    constexpr double farthest = 8;  // of the longest visits
    const Span& one = span(inner.at_top[k]);
    const std::int64_t first = span(outer.spans.front()).start;
    const std::int64_t length = span(outer.spans.back()).start - first + 1;
    int held = 0;
    for (int i = 0; i < times; ++i) {
      const double place = static_cast<double>(times * k + static_cast<std::size_t>(i)) * golden;
      const double far = 1 + (farthest - 1) * (place - std::floor(place));
      const auto away = static_cast<std::int64_t>(far * static_cast<double>(outer.longest));
      const std::int64_t since =
          std::max<std::int64_t>(one.start - first, 0) + (i % 2 == 0 ? away : -away);
      const std::int64_t from = first + (since % length + length) % length;
      held += holders(from, from + one.duration(), outer).empty() ? 0 : 1;
    }
    return static_cast<double>(held) / times;
  }

  /// Whether about as many would lie within `outer` at other times. Neighbours go together, so
  /// stretches of the recording are compared, and not visits.
  bool may_be_chance(const Visits& inner, const Nesting& seen, const Visits& outer) const {
    constexpr double most_errors = 4;
    constexpr std::size_t visits_of_stretch = 10;
    constexpr std::size_t most_stretches = 20;
    const std::size_t visits = inner.at_top.size();
    const std::size_t stretches =
        std::clamp<std::size_t>(visits / visits_of_stretch, 2, most_stretches);
    std::vector<double> more(stretches);
    double held = 0;
    for (std::size_t k = 0; k < visits; ++k) {
      const double elsewhere = held_elsewhere(inner, k, outer);
      held += elsewhere;
      more[k * stretches / visits] += (seen.caller_of[k] == none ? 0 : 1) - elsewhere;
    }
    const auto count = static_cast<double>(stretches);
    const double mean = std::accumulate(more.begin(), more.end(), 0.0) / count;
    double squares = 0;
    for (const double one : more) squares += (one - mean) * (one - mean);
    const double error = std::sqrt(squares / (count - 1) / count);
    const double chance = (held + 1) / (static_cast<double>(visits) + 2);
    return mean <= most_errors * error || binomial_tail(visits, seen.inside, chance) > by_chance;
  }

  /// Whether some do (or four of five), of up to 200 spread over all, within different ones, and
  /// more than would at another time: looking at each takes long where many visits are under way at
  /// once.
  bool some_lie_within(const Visits& inner, const Visits& outer, bool mostly) const {
    const std::size_t step = inner.at_top.size() / looked_at + 1;
    std::size_t seen = 0;
    std::size_t inside = 0;
    double held = 0;  // at other times
    std::set<std::uint32_t> within;
    for (std::size_t i = 0; i < inner.at_top.size(); i += step) {
      const Span& one = span(inner.at_top[i]);
      const std::vector<std::uint32_t> around = holders(one.start, one.end, outer);
      ++seen;
      held += held_elsewhere(inner, i, outer);
      if (around.empty()) continue;
      ++inside;
      within.insert(around.front());
    }
    if (mostly && 5 * inside < 4 * seen) return false;
    if (4 * within.size() < std::min(inside, outer.spans.size())) return false;
    constexpr double hardly = 0.01;  // of those looked at
    return held < static_cast<double>(inside) - hardly * static_cast<double>(seen);
  }

  Nesting nesting(const Visits& inner, const Visits& outer) const {
    Nesting result;
    result.covered = covered(outer);
    const bool mostly = result.covered > most_covered;
    if (!inner.at_top.empty() && !some_lie_within(inner, outer, mostly)) return result;
    std::map<std::uint32_t, std::size_t> called;
    for (const std::uint32_t i : inner.at_top) {
      std::uint32_t caller = none;
      for (const std::uint32_t holder : holders(span(i).start, span(i).end, outer)) {
        // Of those with as few the one that ends first: it holds the least of those to come.
        const auto rank = [&](std::uint32_t one) { return std::pair(called[one], span(one).end); };
        if (caller == none || rank(holder) <= rank(caller)) caller = holder;
      }
      result.caller_of.push_back(caller);
      if (caller == none) continue;
      ++result.inside;
      ++called[caller];
    }
    for (const auto& [caller, count] : called) result.callers += count > 0 ? 1 : 0;
    return result;
  }

  /// Whether half of the visits of a possible caller or more have one within.
  static bool mostly_holds(const Nesting& seen, const Visits& outer) {
    return seen.callers * 2 >= outer.spans.size();
  }

  bool holds_nearly_all(const Nesting& seen, const Visits& inner, const Visits& outer) const {
    if (seen.inside * 20 < inner.at_top.size() * 19) return false;
    return !may_be_chance(inner, seen, outer);
  }

  void find_caller(const Endpoint& endpoint, const Visits& inner,
                   std::vector<DroppedContext>& found) {
    Nesting best;
    std::vector<std::pair<double, Endpoint>> some;  // who may call it among others, by coverage
    for (const auto& [other, outer] : endpoints_) {
      if (other.first == endpoint.first) continue;
      Nesting seen = nesting(inner, outer);
      if (!mostly_holds(seen, outer)) continue;
      some.emplace_back(seen.covered, other);
      const bool tighter = best.caller_of.empty() || seen.covered < best.covered;
      if (!tighter || !holds_nearly_all(seen, inner, outer)) continue;
      best = std::move(seen);
    }
    if (best.caller_of.empty()) best = nesting_within_several(inner, some);
    if (!best.caller_of.empty()) join_callers(endpoint, inner, best, found);
  }

  /// Several endpoints call it: those who cover least come first, and each must hold what those
  /// before it do not.
  Nesting nesting_within_several(const Visits& inner,
                                 std::vector<std::pair<double, Endpoint>> some) const {
    std::sort(some.begin(), some.end());
    Visits rest = inner;
    Visits callers;
    for (const auto& [share, other] : some) {
      const Visits& outer = endpoints_.at(other);
      const Nesting seen = nesting(rest, outer);
      if (!mostly_holds(seen, outer) || seen.inside < least_visits) continue;
      callers.spans.insert(callers.spans.end(), outer.spans.begin(), outer.spans.end());
      callers.longest = std::max(callers.longest, outer.longest);
      std::vector<std::uint32_t> left;
      for (std::size_t i = 0; i < rest.at_top.size(); ++i) {
        if (seen.caller_of[i] == none) left.push_back(rest.at_top[i]);
      }
      rest.at_top = std::move(left);
    }
    if (callers.spans.empty()) return {};
    std::sort(callers.spans.begin(), callers.spans.end(), by_start());
    Nesting seen = nesting(inner, callers);
    return holds_nearly_all(seen, inner, callers) ? seen : Nesting{};
  }

  /// How many visits each of the callers has within.
  struct Caller {
    std::map<std::uint32_t, std::size_t> called;
    std::size_t visits = 0;

    /// Whether nine of ten have as many as most do.
    bool is_regular() const {
      std::map<std::size_t, std::size_t> callers_with;
      std::size_t usual = 0;
      for (const auto& [caller, count] : called) usual = std::max(usual, ++callers_with[count]);
      return usual * 10 >= called.size() * 9;
    }
  };

  void join_callers(const Endpoint& endpoint, const Visits& inner, const Nesting& seen,
                    std::vector<DroppedContext>& found) {
    std::map<Endpoint, Caller> callers;
    for (const std::uint32_t caller : seen.caller_of) {
      if (caller == none) continue;
      Caller& one = callers[{span(caller).service, span(caller).operation}];
      ++one.called[caller];
      ++one.visits;
    }
    const bool regular = std::all_of(callers.begin(), callers.end(),
                                     [](const auto& caller) { return caller.second.is_regular(); });
    for (const auto& [caller, one] : callers) {
      const std::size_t visits = callers.size() == 1 ? inner.at_top.size() : one.visits;
      found.push_back({endpoint.first, endpoint.second, caller.first, caller.second, visits,
                       regular ? one.visits : 0});
    }
    if (!regular) return;
    for (std::size_t i = 0; i < inner.at_top.size(); ++i) {
      if (seen.caller_of[i] != none) new_parent_[inner.at_top[i]] = seen.caller_of[i];
    }
  }

  /// Whoever was joined may itself be within a trace that was: its own trace is that of the caller
  /// it ends with.
  TraceId trace_of(std::uint32_t top) const {
    std::uint32_t at = new_parent_.at(top);
    for (std::size_t steps = 0; steps < new_parent_.size(); ++steps) {
      while (forest_.parent[at] != none) at = forest_.parent[at];
      const auto further = new_parent_.find(at);
      if (further == new_parent_.end()) break;
      at = further->second;
    }
    return span(at).trace;
  }

  void replant() {
    std::map<TraceId, TraceId> moved;
    std::vector<Span> spans = forest_.spans;
    for (const auto& [top, caller] : new_parent_) moved[span(top).trace] = trace_of(top);
    // Ids may be numbers within their trace: those that move get others.
    const auto id_of = [&](const Span& one, std::uint64_t id) {
      if (!moved.contains(one.trace) || id == 0) return id;
      return mixed(id ^ mixed(one.trace.high ^ mixed(one.trace.low))) | 1;
    };
    for (std::uint32_t i = 0; i < spans.size(); ++i) {
      const auto trace = moved.find(span(i).trace);
      if (trace == moved.end()) continue;
      const auto caller = new_parent_.find(i);
      spans[i].trace = trace->second;
      spans[i].id = id_of(span(i), span(i).id);
      spans[i].parent = caller == new_parent_.end()
                            ? id_of(span(i), span(i).parent)
                            : id_of(span(caller->second), span(caller->second).id);
    }
    std::sort(spans.begin(), spans.end());
    const ForestCounts before = forest_.counts;
    forest_ = plant(std::move(spans));
    forest_.counts.duplicates += before.duplicates;
    forest_.counts.differing_duplicates += before.differing_duplicates;
    forest_.counts.ids_shared_by_two_sides = before.ids_shared_by_two_sides;
    forest_.counts.cycles += before.cycles;
  }

  TraceForest& forest_;
  const std::vector<Role>& roles_;
  std::map<Endpoint, Visits> endpoints_;
  std::map<std::uint32_t, std::uint32_t> new_parent_;  // tops of traces: the visit that called
};

}  // namespace

std::vector<DroppedContext> join_dropped_contexts(TraceForest& forest,
                                                  const std::vector<Role>& roles) {
  return ContextJoiner(forest, roles).join();
}

}  // namespace rehearse
