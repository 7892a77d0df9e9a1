#include "models/checks/call_flow.hpp"

#include <algorithm>
#include <utility>

#include "sim/expects.hpp"

namespace rehearse {
namespace {

constexpr int most_rounds = 1'000;

class Parts {
 public:
  explicit Parts(const CausedByVisit& caused)
      : caused_(caused),
        order_(caused.size(), 0),
        lowest_(caused.size(), 0),
        on_stack_(caused.size(), false) {
    for (std::size_t start = 0; start < caused.size(); ++start) {
      if (order_[start] == 0) visit(start);
    }
    expects(stack_.empty(), "every endpoint has found its part");
  }

  std::vector<std::vector<std::size_t>> parts;

 private:
  struct Frame {
    std::size_t node;
    std::size_t next_edge;
  };

  void enter(std::size_t node) {
    order_[node] = lowest_[node] = ++counter_;
    stack_.push_back(node);
    on_stack_[node] = true;
    frames_.push_back(Frame{node, 0});
  }

  void visit(std::size_t start) {
    enter(start);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const std::size_t node = frame.node;
      if (frame.next_edge < caused_[node].size()) {
        const std::size_t to = caused_[node][frame.next_edge++].to;
        if (order_[to] == 0) {
          enter(to);
        } else if (on_stack_[to]) {
          lowest_[node] = std::min(lowest_[node], order_[to]);
        }
        continue;
      }
      frames_.pop_back();
      if (!frames_.empty()) {
        const std::size_t parent = frames_.back().node;
        lowest_[parent] = std::min(lowest_[parent], lowest_[node]);
      }
      if (lowest_[node] == order_[node]) close(node);
    }
  }

  void close(std::size_t root) {
    std::vector<std::size_t> part;
    std::size_t node = 0;
    do {
      expects(!stack_.empty(), "a part ends with its root");
      node = stack_.back();
      stack_.pop_back();
      on_stack_[node] = false;
      part.push_back(node);
    } while (node != root);
    std::sort(part.begin(), part.end());
    parts.push_back(std::move(part));
  }

  const CausedByVisit& caused_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> lowest_;
  std::vector<bool> on_stack_;
  std::vector<std::size_t> stack_;
  std::vector<Frame> frames_;
  std::size_t counter_ = 0;
};

/// Where `node` stands in a part; its size where it does not.
std::size_t place_in(const std::vector<std::size_t>& part, std::size_t node) {
  const auto place = std::lower_bound(part.begin(), part.end(), node);
  if (place == part.end() || *place != node) return part.size();
  return static_cast<std::size_t>(place - part.begin());
}

/// The visits within a part whose calls come back to it.
void settle(const CausedByVisit& caused, const std::vector<std::size_t>& part,
            std::vector<double>& visits) {
  std::vector<double> fresh;
  for (const std::size_t node : part) fresh.push_back(std::exchange(visits[node], 0));
  double before = 0;
  for (int round = 0; round < most_rounds; ++round) {
    double total = 0;
    double known = 0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      total += fresh[i];
      known += visits[part[i]] + fresh[i];
    }
    // The last round stands for all that follow: they shrink as it did from the one before.
    const bool last = round + 1 == most_rounds && total > 0;
    const double ratio = before > 0 ? total / before : 0;
    const double times = last ? 1 / std::max(1e-12, 1 - ratio) : 1;
    std::vector<double> next(part.size(), 0);
    for (std::size_t i = 0; i < part.size(); ++i) {
      visits[part[i]] += times * fresh[i];
      for (const CausedVisits& call : caused[part[i]]) {
        const std::size_t to = place_in(part, call.to);
        if (to < part.size()) next[to] += fresh[i] * call.times;
      }
    }
    if (total <= 1e-6 * known) break;
    before = total;
    fresh = std::move(next);
  }
}

}  // namespace

std::vector<std::vector<std::size_t>> connected_parts(const CausedByVisit& caused) {
  return Parts(caused).parts;
}

bool is_cyclic(const CausedByVisit& caused, const std::vector<std::size_t>& part) {
  expects(!part.empty(), "a part has an endpoint");
  if (part.size() > 1) return true;
  const auto& calls = caused[part.front()];
  return std::any_of(calls.begin(), calls.end(),
                     [&](const CausedVisits& call) { return call.to == part.front(); });
}

CallFlow follow_calls(const CausedByVisit& caused, std::vector<double> fresh, std::size_t tallies) {
  expects(fresh.size() == caused.size(), "each endpoint has its visits from outside");
  CallFlow flow{std::move(fresh), std::vector<double>(tallies, 0)};
  const std::vector<std::vector<std::size_t>> parts = connected_parts(caused);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (is_cyclic(caused, *part)) settle(caused, *part, flow.visits);
    for (const std::size_t node : *part) {
      for (const CausedVisits& call : caused[node]) {
        expects(call.tally < tallies, "a call is counted somewhere");
        flow.calls[call.tally] += flow.visits[node] * call.times;
        const bool inside = place_in(*part, call.to) < part->size();
        if (!inside) flow.visits[call.to] += flow.visits[node] * call.times;
      }
    }
  }
  return flow;
}

}  // namespace rehearse
