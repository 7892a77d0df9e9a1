#include "calibrate/learn/lost_roots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <utility>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;
constexpr double least_lost = 5;
constexpr double least_share = 0.005;
constexpr double enough_roots = 30;
constexpr double always = 0.9;
constexpr std::size_t most_candidates = 64;  // by roots: of very many, the others get no share
constexpr double seldom_lost = 0.98;  // what is called always may have been lost with its root

using Kind = std::pair<NameId, NameId>;  // of a span: service, operation

Kind kind_of(const Span& span) {
  return {span.service, span.operation};
}

/// The spans from `first` to before `last` are those of one trace.
struct Extent {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

std::vector<Extent> traces_of(const TraceForest& forest) {
  std::vector<Extent> traces;
  for (std::uint32_t i = 0; i < forest.spans.size(); ++i) {
    if (i == 0 || forest.spans[i].trace != forest.spans[i - 1].trace) traces.push_back({i, i});
    traces.back().last = i + 1;
  }
  return traces;
}

/// The roots of one endpoint, and the traces that lost such a root.
struct Entry {
  double roots = 0;
  double with_children = 0;
  double weight = 0;                    // of those with children
  std::vector<std::int64_t> durations;  // of these, nanoseconds
  std::int64_t nearly_longest = 0;      // of these, 99 in 100 are no longer
  bool sampled_apart = false;           // roots stand for more than what they call
  std::map<Kind, double> calling;       // of those with children: how many call it
  double lost = 0;                      // traces, in parts where several endpoints may be theirs
  double lost_weight = 0;
  std::map<Kind, double> left;  // in how many of these it is

  double log_without_any = 0;  // of the likelihood that nothing it calls was recorded

  void settle() {
    for (const auto& [kind, count] : calling) {
      log_without_any += std::log1p(-seldom_lost * count / with_children);
    }
    const auto nth =
        durations.begin() + static_cast<std::ptrdiff_t>((durations.size() - 1) * 99 / 100);
    std::nth_element(durations.begin(), nth, durations.end());
    nearly_longest = *nth;
  }

  /// Of how likely a root with children calls all of these, and nothing else that was recorded.
  std::optional<double> log_likelihood(const std::set<Kind>& kinds) const {
    double sum = log_without_any;
    for (const Kind& kind : kinds) {
      const auto found = calling.find(kind);
      if (found == calling.end()) return std::nullopt;
      const double share = found->second / with_children;
      sum += std::log(share) - std::log1p(-seldom_lost * share);
    }
    return sum;
  }

  bool explains_what_is_left() const {
    const bool known =
        !sampled_apart && with_children + lost >= enough_roots && 2 * with_children >= roots;
    if (!known || lost < least_lost || lost < least_share * (with_children + lost)) return false;
    return std::all_of(calling.begin(), calling.end(), [this](const auto& kind_and_count) {
      const auto& [kind, count] = kind_and_count;
      if (count < always * with_children) return true;
      const auto found = left.find(kind);
      return found != left.end() && 2 * found->second >= lost;
    });
  }
};

class RootFinder {
 public:
  RootFinder(const TraceForest& forest, const VisitTable& visits)
      : forest_(forest), visits_(visits) {
    for (const Span& span : forest.spans) last_end_ = std::max(last_end_, span.end);
  }

  LostRoots find(const std::vector<bool>& begins_request) {
    std::vector<Extent> without_root;
    for (const Extent& trace : traces_of(forest_)) {
      if (!see_roots(trace)) without_root.push_back(trace);
    }
    index_callers();
    for (const Extent& trace : without_root) {
      const auto begin = begins_request.begin();
      if (std::find(begin + trace.first, begin + trace.last, true) == begin + trace.last) {
        see_what_is_left(trace);
      }
    }
    return judged();
  }

 private:
  bool see_roots(const Extent& trace) {
    bool any = false;
    for (std::uint32_t i = trace.first; i < trace.last; ++i) {
      const std::uint32_t parent = forest_.parent[i];
      if (parent != none && forest_.top[parent] != Top::root) {
        ++called_by_others_[kind_of(forest_.spans[i])];
      }
      if (forest_.top[i] != Top::root) continue;
      any = true;
      if (visits_.visit_of_span[i] != none) see_root(i);
    }
    return any;
  }

  void see_root(std::uint32_t root) {
    Entry& entry = entries_[visits_.visits[visits_.visit_of_span[root]].endpoint];
    entry.roots += 1;
    std::set<Kind> kinds;
    // In draws, and where whole traces are sampled, all spans of one weigh alike.
    bool apart = false;
    for (const std::uint32_t child : forest_.children(root)) {
      kinds.insert(kind_of(forest_.spans[child]));
      apart = apart || forest_.spans[child].adjusted_count < forest_.spans[root].adjusted_count;
    }
    if (kinds.empty()) return;
    entry.with_children += 1;
    entry.weight += forest_.spans[root].adjusted_count;
    entry.durations.push_back(forest_.spans[root].duration());
    entry.sampled_apart = entry.sampled_apart || apart;
    for (const Kind& kind : kinds) {
      entry.calling[kind] += 1;
      called_by_roots_[kind] += 1;
    }
  }

  void index_callers() {
    for (auto& [endpoint, entry] : entries_) {
      if (entry.with_children == 0) continue;
      entry.settle();
      for (const auto& [kind, count] : entry.calling) callers_[kind].push_back(&entry);
    }
    for (auto& [kind, callers] : callers_) {
      std::stable_sort(callers.begin(), callers.end(), [](const Entry* a, const Entry* b) {
        return a->with_children > b->with_children;
      });
      if (callers.size() > most_candidates) callers.resize(most_candidates);
    }
  }

  bool is_called_by_roots(const Kind& kind) const {
    const auto by_roots = called_by_roots_.find(kind);
    if (by_roots == called_by_roots_.end()) return false;
    const auto by_others = called_by_others_.find(kind);
    return by_others == called_by_others_.end() || by_roots->second >= by_others->second;
  }

  void see_what_is_left(const Extent& trace) {
    std::set<Kind> kinds;
    for (std::uint32_t i = trace.first; i < trace.last; ++i) {
      if (forest_.top[i] != Top::orphan) continue;
      const Kind kind = kind_of(forest_.spans[i]);
      if (is_called_by_roots(kind)) kinds.insert(kind);
    }
    if (kinds.empty()) return;
    std::int64_t begin = INT64_MAX;
    for (std::uint32_t i = trace.first; i < trace.last; ++i) {
      begin = std::min(begin, forest_.spans[i].start);
    }
    // One that began so late may have had no time to end.
    const auto may_be = [&](const Candidate& one) {
      return begin <= last_end_ - one.entry->nearly_longest;
    };
    const std::vector<Candidate>& candidates = candidates_for(kinds);
    double sum = 0;
    for (const Candidate& one : candidates) sum += may_be(one) ? one.likely : 0;
    if (sum <= 0) return;
    for (const Candidate& one : candidates) {
      if (!may_be(one)) continue;
      const double part = one.likely / sum;
      one.entry->lost += part;
      one.entry->lost_weight += part * forest_.spans[trace.first].adjusted_count;
      for (const Kind& kind : kinds) one.entry->left[kind] += part;
    }
  }

  struct Candidate {
    Entry* entry = nullptr;
    double likely = 0;
  };

  /// The entries that call all of these; once for each set, for there may be very many traces.
  const std::vector<Candidate>& candidates_for(const std::set<Kind>& kinds) {
    const auto [known, is_new] = candidates_.try_emplace(kinds);
    if (!is_new) return known->second;
    std::vector<Candidate>& found = known->second;
    const auto callers_of = [this](const Kind& kind) { return callers_.at(kind).size(); };
    const auto rarest = std::min_element(
        kinds.begin(), kinds.end(),
        [&](const Kind& a, const Kind& b) { return callers_of(a) < callers_of(b); });
    double most = -std::numeric_limits<double>::infinity();
    for (Entry* const entry : callers_.at(*rarest)) {
      const auto log_likely = entry->log_likelihood(kinds);
      if (!log_likely) continue;
      found.push_back({entry, std::log(entry->with_children) + *log_likely});
      most = std::max(most, found.back().likely);
    }
    for (Candidate& one : found) one.likely = std::exp(one.likely - most);
    return found;
  }

  LostRoots judged() const {
    LostRoots result;
    double traces = 0;
    for (const auto& [endpoint, entry] : entries_) {
      if (!entry.explains_what_is_left() || entry.weight <= 0) continue;
      result.factors[endpoint] = 1 + entry.lost_weight / entry.weight;
      result.share = std::max(result.share, entry.lost / (entry.lost + entry.with_children));
      traces += entry.lost;
    }
    result.traces = static_cast<std::uint64_t>(std::llround(traces));
    return result;
  }

  const TraceForest& forest_;
  const VisitTable& visits_;
  std::int64_t last_end_ = INT64_MIN;
  std::map<std::uint32_t, Entry> entries_;  // by endpoint
  std::map<Kind, std::vector<Entry*>> callers_;
  std::map<std::set<Kind>, std::vector<Candidate>> candidates_;
  std::map<Kind, double> called_by_roots_;  // how often, once a trace
  std::map<Kind, double> called_by_others_;
};

}  // namespace

LostRoots find_lost_roots(const TraceForest& forest, const VisitTable& visits,
                          const std::vector<bool>& begins_request) {
  if (forest.counts.roots == 0 || forest.counts.traces_without_root == 0) return {};
  return RootFinder(forest, visits).find(begins_request);
}

}  // namespace rehearse
