#include "calibrate/traces/trace_forest.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "sim/hash.hpp"

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;

/// An id under which a client and a server reported, or both ends of a message; the server side has
/// got an id of its own.
struct SharedId {
  TraceId trace;
  std::uint64_t id;
  std::uint64_t server_id;
  NameId server_service;
};

bool by_trace_and_id(const Span& a, const Span& b) {
  return std::tie(a.trace, a.id) < std::tie(b.trace, b.id);
}

/// Of several reports of one span the longest is kept: the others are earlier, incomplete ones.
const Span& longest(const Span* first, const Span* last) {
  return *std::max_element(
      first, last, [](const Span& a, const Span& b) { return a.duration() < b.duration(); });
}

/// Splits the reports under one id into sides and keeps one report of each.
class Deduplicator {
 public:
  explicit Deduplicator(ForestCounts& counts) : counts_(counts) {}

  void add(const Span* first, const Span* last) {
    std::vector<Span> clients;
    std::vector<Span> servers;
    for (const Span* span = first; span != last; ++span) {
      if (calls_out(span->kind)) clients.push_back(*span);
      if (is_called(span->kind)) servers.push_back(*span);
    }
    if (clients.empty() || servers.empty()) {
      keep(first, last);
      return;
    }
    ++counts_.ids_shared_by_two_sides;
    const auto reports = static_cast<std::uint64_t>(last - first);
    counts_.duplicates += reports - 2;
    kept.push_back(longest(clients.data(), clients.data() + clients.size()));
    Span server = longest(servers.data(), servers.data() + servers.size());
    const std::uint64_t own_id = mixed(server.id ^ 0x5E12E12ULL) | 1;
    shared.push_back({server.trace, server.id, own_id, server.service});
    server.parent = server.id;
    server.id = own_id;
    kept.push_back(server);
  }

  std::vector<Span> kept;
  std::vector<SharedId> shared;

 private:
  void keep(const Span* first, const Span* last) {
    const Span& chosen = longest(first, last);
    for (const Span* span = first; span != last; ++span) {
      if (span != &chosen) {
        ++counts_.duplicates;
        counts_.differing_duplicates += *span == chosen ? 0 : 1;
      }
    }
    kept.push_back(chosen);
  }

  ForestCounts& counts_;
};

/// Children recorded in the service of the server side belong under that side.
void move_children_to_servers(std::vector<Span>& spans, const std::vector<SharedId>& shared) {
  if (shared.empty()) return;
  for (Span& span : spans) {
    const auto before = [](const SharedId& a, const Span& child) {
      return std::tie(a.trace, a.id) < std::tie(child.trace, child.parent);
    };
    const auto found = std::lower_bound(shared.begin(), shared.end(), span, before);
    if (found == shared.end() || found->trace != span.trace || found->id != span.parent) continue;
    if (span.id != found->server_id && span.service == found->server_service) {
      span.parent = found->server_id;
    }
  }
}

void drop_duplicates(TraceForest& forest, const std::vector<Span>& spans) {
  Deduplicator unique(forest.counts);
  const Span* first = spans.data();
  const Span* const end = spans.data() + spans.size();
  while (first != end) {
    const Span* last = first + 1;
    while (last != end && last->trace == first->trace && last->id == first->id) ++last;
    unique.add(first, last);
    first = last;
  }
  forest.spans = std::move(unique.kept);
  move_children_to_servers(forest.spans, unique.shared);
  std::sort(forest.spans.begin(), forest.spans.end(), by_trace_and_id);
}

void link_parents(TraceForest& forest) {
  const std::vector<Span>& spans = forest.spans;
  forest.parent.assign(spans.size(), none);
  forest.top.assign(spans.size(), Top::root);
  for (std::size_t i = 0; i < spans.size(); ++i) {
    if (spans[i].parent == 0) continue;
    Span wanted;
    wanted.trace = spans[i].trace;
    wanted.id = spans[i].parent;
    const auto found = std::lower_bound(spans.begin(), spans.end(), wanted, by_trace_and_id);
    if (found == spans.end() || found->trace != wanted.trace || found->id != wanted.id) {
      forest.top[i] = Top::orphan;
    } else {
      forest.top[i] = Top::no;
      forest.parent[i] = static_cast<std::uint32_t>(found - spans.begin());
    }
  }
}

/// Cuts the circle that goes through `member` above its earliest span.
void cut_circle(TraceForest& forest, std::uint32_t member) {
  std::uint32_t earliest = member;
  for (std::uint32_t i = forest.parent[member]; i != member; i = forest.parent[i]) {
    const auto key = [&](std::uint32_t span) { return std::pair(forest.spans[span].start, span); };
    if (key(i) < key(earliest)) earliest = i;
  }
  forest.parent[earliest] = none;
  forest.top[earliest] = Top::cut;
  ++forest.counts.cycles;
}

void open_circles(TraceForest& forest) {
  std::vector<std::uint32_t> walked_by(forest.spans.size(), none);
  for (std::uint32_t i = 0; i < forest.spans.size(); ++i) {
    std::uint32_t at = i;
    while (at != none && walked_by[at] == none) {
      walked_by[at] = i;
      at = forest.parent[at];
    }
    if (at != none && walked_by[at] == i) cut_circle(forest, at);
  }
}

void list_children(TraceForest& forest) {
  const std::size_t size = forest.spans.size();
  forest.first_child.assign(size + 1, 0);
  for (const std::uint32_t parent : forest.parent) {
    if (parent != none) ++forest.first_child[parent + 1];
  }
  std::partial_sum(forest.first_child.begin(), forest.first_child.end(),
                   forest.first_child.begin());
  std::vector<std::uint32_t> by_start(size);
  std::iota(by_start.begin(), by_start.end(), 0U);
  std::stable_sort(by_start.begin(), by_start.end(), [&](std::uint32_t a, std::uint32_t b) {
    return forest.spans[a].start < forest.spans[b].start;
  });
  forest.child_list.resize(forest.first_child[size]);
  std::vector<std::uint32_t> next(forest.first_child.begin(), forest.first_child.end() - 1);
  for (const std::uint32_t child : by_start) {
    const std::uint32_t parent = forest.parent[child];
    if (parent != none) forest.child_list[next[parent]++] = child;
  }
}

void count_late_children(TraceForest& forest) {
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    if (forest.parent[i] == none) continue;
    const Span& parent = forest.spans[forest.parent[i]];
    if (forest.spans[i].start > parent.end) ++forest.counts.children_starting_late;
    if (forest.spans[i].end > parent.end) ++forest.counts.children_ending_late;
  }
}

/// Counts the tops of each trace, and spreads the largest adjusted count over it.
void finish_traces(TraceForest& forest) {
  std::vector<Span>& spans = forest.spans;
  std::size_t first = 0;
  while (first < spans.size()) {
    std::size_t last = first;
    std::uint64_t roots = 0;
    float adjusted = 1;
    for (; last < spans.size() && spans[last].trace == spans[first].trace; ++last) {
      roots += forest.top[last] == Top::root ? 1 : 0;
      forest.counts.orphans += forest.top[last] == Top::orphan ? 1 : 0;
      adjusted = std::max(adjusted, spans[last].adjusted_count);
    }
    for (std::size_t i = first; i < last; ++i) spans[i].adjusted_count = adjusted;
    ++forest.counts.traces;
    forest.counts.roots += roots;
    forest.counts.traces_without_root += roots == 0 ? 1 : 0;
    forest.counts.traces_with_several_roots += roots > 1 ? 1 : 0;
    first = last;
  }
}

}  // namespace

std::vector<bool> TraceForest::in_traces_without_root() const {
  std::vector<bool> without(spans.size(), true);
  std::size_t first = 0;
  while (first < spans.size()) {
    std::size_t last = first;
    bool rooted = false;
    for (; last < spans.size() && spans[last].trace == spans[first].trace; ++last) {
      rooted = rooted || top[last] == Top::root;
    }
    for (; first < last; ++first) without[first] = !rooted;
  }
  return without;
}

TraceForest plant(std::vector<Span> spans) {
  TraceForest forest;
  drop_duplicates(forest, spans);
  spans.clear();
  spans.shrink_to_fit();
  link_parents(forest);
  open_circles(forest);
  list_children(forest);
  count_late_children(forest);
  finish_traces(forest);
  return forest;
}

}  // namespace rehearse
