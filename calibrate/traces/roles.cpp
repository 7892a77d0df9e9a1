#include "calibrate/traces/roles.hpp"

#include <map>
#include <utility>

namespace rehearse {
namespace {

constexpr std::uint32_t none = TraceForest::none;

bool is_endpoint_below(const Span& child, const Span& parent) {
  if (child.service != parent.service) return true;
  return is_called(child.kind) && calls_out(parent.kind);
}

class RoleAssigner {
 public:
  explicit RoleAssigner(const TraceForest& forest)
      : forest_(forest), roles_(forest.spans.size(), Role::internal) {}

  std::vector<Role> assign() {
    for (std::uint32_t i = 0; i < roles_.size(); ++i) {
      const std::uint32_t parent = forest_.parent[i];
      const bool endpoint =
          parent == none ? is_endpoint_at_top(i) : is_endpoint_below(span(i), span(parent));
      if (endpoint) roles_[i] = Role::endpoint;
    }
    mark_calls_below();
    for (std::uint32_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i] != Role::endpoint && is_client(i)) roles_[i] = Role::client;
    }
    follow_examples();
    return std::move(roles_);
  }

 private:
  const Span& span(std::uint32_t i) const { return forest_.spans[i]; }

  bool is_endpoint_at_top(std::uint32_t i) const {
    return forest_.top[i] != Top::orphan || is_called(span(i).kind);
  }

  /// A client span below another one is the call that the other speaks of; a span of its own work
  /// (it connects, it waits for a connection) is none.
  void mark_calls_below() {
    call_below_.assign(roles_.size(), false);
    for (std::uint32_t i = 0; i < roles_.size(); ++i) {
      if (roles_[i] != Role::endpoint && !calls_out(span(i).kind)) continue;
      std::uint32_t above = forest_.parent[i];
      while (above != none && !call_below_[above]) {
        call_below_[above] = true;
        if (roles_[above] == Role::endpoint) break;
        above = forest_.parent[above];
      }
    }
  }

  bool is_client(std::uint32_t i) const {
    const auto children = forest_.children(i);
    std::size_t endpoints = 0;
    for (const std::uint32_t child : children) {
      endpoints += roles_[child] == Role::endpoint ? 1 : 0;
    }
    if (calls_out(span(i).kind)) return endpoints > 0 || !call_below_[i];
    return span(i).kind == SpanKind::unknown && endpoints == 1 && children.size() == 1;
  }

  /// Orphans without a kind: as most of their service and operation are.
  void follow_examples() {
    std::map<std::pair<NameId, NameId>, std::pair<std::uint64_t, std::uint64_t>> examples;
    const auto key = [this](std::uint32_t i) {
      return std::pair(span(i).service, span(i).operation);
    };
    for (std::uint32_t i = 0; i < roles_.size(); ++i) {
      if (forest_.top[i] == Top::orphan) continue;
      auto& [endpoints, others] = examples[key(i)];
      ++(roles_[i] == Role::endpoint ? endpoints : others);
    }
    const std::vector<bool> without_root = forest_.in_traces_without_root();
    for (std::uint32_t i = 0; i < roles_.size(); ++i) {
      if (forest_.top[i] != Top::orphan || span(i).kind != SpanKind::unknown) continue;
      const auto example = examples.find(key(i));
      const bool endpoint = example == examples.end()
                                ? without_root[i]
                                : example->second.first >= example->second.second;
      if (endpoint) roles_[i] = Role::endpoint;
    }
  }

  const TraceForest& forest_;
  std::vector<Role> roles_;
  std::vector<bool> call_below_;  // a span below, of the same visit or at its border, calls
};

}  // namespace

std::vector<Role> assign_roles(const TraceForest& forest) {
  return RoleAssigner(forest).assign();
}

}  // namespace rehearse
