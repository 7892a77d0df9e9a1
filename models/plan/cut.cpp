#include "models/plan/cut.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "models/plan/expected_load.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// How much more than its share of the load a partition may get.
constexpr double tolerated_load = 1.03;

/// Which hosts must stay together, by merging sets.
class Together {
 public:
  explicit Together(std::size_t hosts) : parent_(hosts) {
    std::iota(parent_.begin(), parent_.end(), Index{0});
  }
  Index set_of(Index host) {
    expects(host < parent_.size(), "what stays together are hosts of the plan");
    while (parent_[host] != host) host = parent_[host] = parent_[parent_[host]];
    return host;
  }
  void unite(Index a, Index b) {
    parent_[std::max(set_of(a), set_of(b))] = std::min(set_of(a), set_of(b));
  }

 private:
  std::vector<Index> parent_;
};

/// One caller of an edge: a service's instances, or a workload.
struct Caller {
  Index first_host = 0;
  Index hosts = 0;
  Index first_edge = 0;
  Index edges = 0;
  std::string name;
};

std::vector<Caller> callers_of(const Plan& plan) {
  std::vector<Caller> callers;
  for (const ServicePlan& service : plan.services) {
    callers.push_back({service.first_instance, service.all_instances(), service.first_edge,
                       service.edges, service.name});
  }
  auto host = static_cast<Index>(plan.instances.size());
  for (const WorkloadPlan& workload : plan.workloads) {
    callers.push_back({host++, 1, workload.first_edge, workload.edges, workload.name});
  }
  return callers;
}

/// What is placed as a whole if it fits: the sets of hosts of one service, or one larger set.
struct Block {
  std::vector<std::vector<Index>> sets;
  double load = 0;
};

class Cutter {
 public:
  Cutter(const Plan& plan, Index wanted)
      : plan_(plan),
        load_(expected_load(plan)),
        callers_(callers_of(plan)),
        hosts_(plan.instances.size() + plan.workloads.size()),
        together_(hosts_) {
    cut_.partitions = wanted;
    cut_.partition_of.assign(hosts_, none);
    loads_.assign(wanted, 0);
  }

  Cut make() {
    keep_together();
    measure_hosts();
    for (const Block& block : blocks()) place(block);
    drop_empty_partitions();
    measure_cut();
    return std::move(cut_);
  }

 private:
  void keep_together() {
    std::map<std::string, Index> by_name;
    for (Index i = 0; i < plan_.instances.size(); ++i) {
      const auto [known, is_new] = by_name.emplace(plan_.instances[i].host, i);
      if (!is_new) together_.unite(known->second, i);
    }
    for (const Caller& caller : callers_) {
      for (Index e = caller.first_edge; e < caller.first_edge + caller.edges; ++e) {
        const EdgePlan& edge = plan_.edges[e];
        if (edge.latency.lower_bound() > Duration()) continue;
        unite_all(caller.first_host, caller.hosts, edge.first_instance);
        unite_all(edge.first_instance, edge.instances, edge.first_instance);
        if (cut_.obstacle.empty()) {
          cut_.obstacle = fmt::format("calls from '{}' to '{}' have no minimum network latency",
                                      caller.name, plan_.services[edge.callee].name);
        }
      }
    }
  }

  void unite_all(Index first, Index count, Index with) {
    for (Index host = first; host < first + count; ++host) together_.unite(host, with);
  }

  /// An instance takes its share of the visits; each request and call is an event at its caller.
  void measure_hosts() {
    host_load_.assign(hosts_, 0);
    for (Index s = 0; s < plan_.services.size(); ++s) {
      const ServicePlan& service = plan_.services[s];
      for (Index i = 0; i < service.stable_instances; ++i) {
        host_load_[service.first_instance + i] =
            2 * load_.service_visits[s] / service.stable_instances;
      }
    }
    for (const Caller& caller : callers_) {
      for (Index e = caller.first_edge; e < caller.first_edge + caller.edges; ++e) {
        for (Index i = 0; i < caller.hosts; ++i) {
          host_load_[caller.first_host + i] += load_.calls_per_second[e] / caller.hosts;
        }
      }
    }
    total_ = std::accumulate(host_load_.begin(), host_load_.end(), 0.0);
  }

  std::vector<Block> blocks() {
    std::map<Index, std::vector<Index>> sets;
    for (Index host = 0; host < hosts_; ++host) sets[together_.set_of(host)].push_back(host);
    if (sets.size() >= cut_.partitions) cut_.obstacle.clear();
    std::map<Index, Block> of_service;
    std::vector<Block> all;
    for (auto& [first, members] : sets) {
      double load = 0;
      for (const Index host : members) load += host_load_[host];
      const Index service = service_of(members);
      Block& block = service == none ? all.emplace_back() : of_service[service];
      block.load += load;
      block.sets.push_back(std::move(members));
    }
    for (auto& [service, block] : of_service) all.push_back(std::move(block));
    std::stable_sort(all.begin(), all.end(),
                     [](const Block& a, const Block& b) { return a.load > b.load; });
    return all;
  }

  /// The one service that all of these hosts run; none when there are several.
  Index service_of(const std::vector<Index>& members) const {
    Index service = none;
    for (const Index host : members) {
      const Index here = host < plan_.instances.size() ? plan_.instances[host].service : none;
      if (here == none || (service != none && service != here)) return none;
      service = here;
    }
    return service;
  }

  void place(const Block& block) {
    const double share = total_ / cut_.partitions;
    if (block.sets.size() > 1 && block.load > share / 2) {
      for (const auto& members : block.sets) assign(members, least_loaded());
      return;
    }
    const std::vector<double> talk = talk_with(block);
    Index best = none;
    for (Index p = 0; p < cut_.partitions; ++p) {
      if (loads_[p] + block.load > tolerated_load * share) continue;
      const bool better = best == none || talk[p] > talk[best] ||
                          (talk[p] == talk[best] && loads_[p] < loads_[best]);
      if (better) best = p;
    }
    if (best == none) best = least_loaded();
    for (const auto& members : block.sets) assign(members, best);
  }

  Index least_loaded() const {
    return static_cast<Index>(std::min_element(loads_.begin(), loads_.end()) - loads_.begin());
  }

  void assign(const std::vector<Index>& members, Index partition) {
    for (const Index host : members) {
      expects(cut_.partition_of[host] == none, "a host is placed once");
      cut_.partition_of[host] = partition;
      loads_[partition] += host_load_[host];
    }
  }

  /// Calls per second between a block and each partition, by one host of each service.
  std::vector<double> talk_with(const Block& block) {
    if (neighbours_.empty()) list_neighbours();
    std::vector<double> talk(cut_.partitions, 0);
    Index last = none;
    for (const auto& members : block.sets) {
      for (const Index host : members) {
        const Index node = node_of(host);
        if (node == last) continue;
        last = node;
        for (const auto& [other, rate] : neighbours_[node]) {
          const Index partition = cut_.partition_of[callers_[other].first_host];
          if (partition != none) talk[partition] += rate;
        }
      }
    }
    return talk;
  }

  /// Services, then workloads, as in `callers_`.
  Index node_of(Index host) const {
    const auto instances = static_cast<Index>(plan_.instances.size());
    return host < instances ? plan_.instances[host].service
                            : static_cast<Index>(plan_.services.size()) + host - instances;
  }

  void list_neighbours() {
    neighbours_.resize(callers_.size());
    for (Index node = 0; node < callers_.size(); ++node) {
      const Caller& caller = callers_[node];
      for (Index e = caller.first_edge; e < caller.first_edge + caller.edges; ++e) {
        const Index callee = plan_.edges[e].callee;
        neighbours_[node].emplace_back(callee, load_.calls_per_second[e]);
        neighbours_[callee].emplace_back(node, load_.calls_per_second[e]);
      }
    }
  }

  void drop_empty_partitions() {
    std::vector<Index> renamed(cut_.partitions, none);
    Index used = 0;
    for (Index& partition : cut_.partition_of) {
      expects(partition != none, "each host has a place");
      if (renamed[partition] == none) renamed[partition] = used++;
      partition = renamed[partition];
    }
    cut_.partitions = used;
  }

  void measure_cut() {
    double all = 0;
    double across = 0;
    for (const Caller& caller : callers_) {
      const std::vector<Index> from = hosts_in(caller.first_host, caller.hosts);
      for (Index e = caller.first_edge; e < caller.first_edge + caller.edges; ++e) {
        const EdgePlan& edge = plan_.edges[e];
        const std::vector<Index> to = hosts_in(edge.first_instance, edge.instances);
        std::uint64_t inside = 0;
        for (Index p = 0; p < cut_.partitions; ++p) inside += std::uint64_t{from[p]} * to[p];
        const std::uint64_t pairs = std::uint64_t{caller.hosts} * edge.instances;
        expects(inside <= pairs, "no more pairs of hosts are together than there are");
        all += load_.calls_per_second[e];
        if (inside == pairs) continue;
        across += load_.calls_per_second[e] *
                  (1 - static_cast<double>(inside) / static_cast<double>(pairs));
        cut_.lookahead = std::min(cut_.lookahead, edge.latency.lower_bound());
      }
    }
    expects(cut_.lookahead > Duration(), "what is cut takes time");
    expects(across <= all * (1 + 1e-9), "no more calls cross than are made");
    cut_.crossing = all > 0 ? across / all : 0;
    cut_.events_per_window = cut_.partitions == 1
                                 ? std::numeric_limits<double>::infinity()
                                 : load_.events_per_second * cut_.lookahead.in_seconds();
  }

  /// Of `count` hosts from `first` on, how many are in each partition.
  std::vector<Index> hosts_in(Index first, Index count) const {
    std::vector<Index> hosts(cut_.partitions, 0);
    for (Index host = first; host < first + count; ++host) ++hosts[cut_.partition_of[host]];
    return hosts;
  }

  const Plan& plan_;
  ExpectedLoad load_;
  std::vector<Caller> callers_;
  std::size_t hosts_;
  Together together_;
  std::vector<double> host_load_;  // expected events per second
  double total_ = 0;
  std::vector<double> loads_;                                      // [partition]
  std::vector<std::vector<std::pair<Index, double>>> neighbours_;  // [node]: calls per second
  Cut cut_;
};

}  // namespace

Cut cut(const Plan& plan, Index wanted) {
  expects(wanted >= 1, "a run has a partition");
  if (wanted > 1) return Cutter(plan, wanted).make();
  Cut whole;
  whole.partition_of.assign(plan.instances.size() + plan.workloads.size(), 0);
  whole.events_per_window = std::numeric_limits<double>::infinity();
  return whole;
}

}  // namespace rehearse
