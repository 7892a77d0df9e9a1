#include "calibrate/learn/behaviours.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "calibrate/learn/step_writer.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_behaviours = 64;
constexpr std::size_t enough_for_own_law = 30;
constexpr std::size_t most_calls_to_miss = 64;
constexpr double longer_when_whole = 1.5;  // than what was seen of a visit that was cut short

using CallCounts = std::map<EdgeUse, std::int64_t>;

CallCounts calls_in(const Structure& structure) {
  CallCounts counts;
  for (const Group& group : structure) {
    for (const Chain& chain : group) {
      for (const EdgeUse& use : chain) ++counts[use];
    }
  }
  return counts;
}

std::size_t call_count(const Structure& structure) {
  std::size_t count = 0;
  for (const Group& group : structure) {
    for (const Chain& chain : group) count += chain.size();
  }
  return count;
}

/// How many calls must be added or taken away.
std::int64_t difference(const CallCounts& a, const CallCounts& b) {
  std::int64_t sum = 0;
  for (const auto& [use, count] : a) {
    const auto other = b.find(use);
    sum += std::abs(count - (other == b.end() ? 0 : other->second));
  }
  for (const auto& [use, count] : b) sum += a.contains(use) ? 0 : count;
  return sum;
}

/// Whether each chain of `part` is the beginning of one of `whole`, another for each.
bool is_part_of(Group part, const Group& whole) {
  // The longest has the fewest that it may be the beginning of.
  std::stable_sort(part.begin(), part.end(),
                   [](const Chain& a, const Chain& b) { return a.size() > b.size(); });
  std::vector<bool> taken(whole.size(), false);
  return std::all_of(part.begin(), part.end(), [&](const Chain& begun) {
    for (std::size_t i = 0; i < whole.size(); ++i) {
      const Chain& chain = whole[i];
      if (taken[i] || begun.size() > chain.size()) continue;
      if (!std::equal(begun.begin(), begun.end(), chain.begin())) continue;
      taken[i] = true;
      return true;
    }
    return false;
  });
}

/// Whether a visit that would have done `whole` may have ended after `head`: some calls of its last
/// group may not have been made yet.
bool begins_with(const Structure& whole, const Structure& head) {
  if (head.empty() || head.size() > whole.size()) return head.empty();
  const auto last = static_cast<std::ptrdiff_t>(head.size()) - 1;
  return std::equal(head.begin(), head.begin() + last, whole.begin()) &&
         is_part_of(head.back(), whole[head.size() - 1]);
}

/// Hands out the structure without each of its calls in turn.
template <class Take>
void for_each_without_one(const Structure& structure, const Take& take) {
  if (call_count(structure) > most_calls_to_miss) return;
  for (std::size_t group = 0; group < structure.size(); ++group) {
    for (std::size_t chain = 0; chain < structure[group].size(); ++chain) {
      for (std::size_t i = 0; i < structure[group][chain].size(); ++i) {
        Structure rest = structure;
        Chain& calls = rest[group][chain];
        const EdgeUse use = calls[i];
        calls.erase(calls.begin() + static_cast<std::ptrdiff_t>(i));
        if (calls.empty()) {
          rest[group].erase(rest[group].begin() + static_cast<std::ptrdiff_t>(chain));
        }
        if (rest[group].empty()) rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(group));
        if (group < rest.size()) std::sort(rest[group].begin(), rest[group].end());
        take(rest, use);
      }
    }
  }
}

double weighted_sum(const std::vector<WeightedDuration>& samples) {
  double sum = 0;
  for (const WeightedDuration& sample : samples) sum += sample.weight * sample.nanoseconds;
  return sum;
}

LawSpec stretched(LawSpec law, double factor) {
  if (auto* constant = std::get_if<ConstantSpec>(&law.form)) {
    constant->value = scaled(constant->value, factor);
  } else if (auto* empirical = std::get_if<EmpiricalSpec>(&law.form)) {
    for (QuantilePoint& point : empirical->points) point.value = scaled(point.value, factor);
  }
  return law;
}

}  // namespace

void BehaviourLearner::add(TimedStructure timed, double weight, double duration, Ending ending,
                           OwnEnd own) {
  ++counts_.visits;
  weight_sum_ += weight;
  Buckets& buckets = ending == Ending::whole         ? buckets_
                     : ending == Ending::failed_call ? failed_
                                                     : cut_short_;
  add_to(buckets, std::move(timed), weight, duration, own);
}

void BehaviourLearner::leave_out(double weight) {
  ++counts_.visits;
  weight_sum_ += weight;
}

void BehaviourLearner::add_to(Buckets& buckets, TimedStructure timed, double weight,
                              double duration, OwnEnd own) {
  Bucket& bucket = buckets[timed.structure];
  if (bucket.own_sum.empty()) {
    bucket.own_sum.assign(timed.own.size(), 0);
    bucket.own_least.assign(timed.own.size(), std::numeric_limits<double>::infinity());
    bucket.lead_sum = timed.leads;
    for (auto& group : bucket.lead_sum) {
      for (auto& chain : group) std::fill(chain.begin(), chain.end(), 0.0);
    }
  }
  bucket.weight += weight;
  bucket.timed_weight += weight;
  bucket.duration_sum += weight * duration;
  bucket.good += own == OwnEnd::good ? 1 : 0;
  bucket.own_weight += own != OwnEnd::unknown ? weight : 0;
  bucket.own_error_weight += own == OwnEnd::failed ? weight : 0;
  bucket.self_times.push_back({timed.self_time, weight});
  for (std::size_t i = 0; i < timed.own.size(); ++i) {
    bucket.own_sum[i] += weight * timed.own[i];
    bucket.own_least[i] = std::min(bucket.own_least[i], timed.own[i]);
  }
  for (std::size_t group = 0; group < timed.leads.size(); ++group) {
    for (std::size_t chain = 0; chain < timed.leads[group].size(); ++chain) {
      for (std::size_t call = 0; call < timed.leads[group][chain].size(); ++call) {
        bucket.lead_sum[group][chain][call] += weight * timed.leads[group][chain][call];
      }
    }
  }
}

void BehaviourLearner::merge(Bucket& from, Bucket& into) {
  into.weight += from.weight;
  into.good += from.good;
  into.own_weight += from.own_weight;
  into.own_error_weight += from.own_error_weight;
  into.self_times.insert(into.self_times.end(), from.self_times.begin(), from.self_times.end());
  // Constants between calls must not exceed what any visit of the behaviour spent in all.
  for (double& least : into.own_least) {
    for (const WeightedDuration& self : from.self_times) {
      least = std::min(least, self.nanoseconds / static_cast<double>(into.own_least.size()));
    }
  }
}

/// The behaviours that may begin so.
std::vector<BehaviourLearner::Bucket*> BehaviourLearner::begun_by(const Structure& head) {
  std::vector<Bucket*> begun;
  for (auto& [structure, bucket] : buckets_) {
    if (begins_with(structure, head)) begun.push_back(&bucket);
  }
  return begun;
}

void BehaviourLearner::settle_failed() {
  std::vector<Censored> censored;
  std::vector<Buckets::iterator> unexplained;
  for (auto failed = failed_.begin(); failed != failed_.end(); ++failed) {
    Censored visits{failed->second.weight, begun_by(failed->first)};
    if (visits.candidates.empty()) {
      unexplained.push_back(failed);
      continue;
    }
    counts_.ended_by_failed_call += failed->second.self_times.size();
    censored.push_back(std::move(visits));
  }
  spread(censored);
  for (const Buckets::iterator& failed : unexplained) buckets_.insert(*failed);
  failed_.clear();
}

/// Where nobody else began so, they stand for themselves.
void BehaviourLearner::settle_cut_short() {
  std::vector<Censored> censored;
  std::vector<Buckets::iterator> unexplained;
  for (auto cut = cut_short_.begin(); cut != cut_short_.end(); ++cut) {
    counts_.cut_short += cut->second.self_times.size();
    Censored visits{cut->second.weight, begun_by(cut->first)};
    if (visits.candidates.empty()) {
      unexplained.push_back(cut);
      continue;
    }
    // Rarer ones are taken for others in the end: of very many, they get no share.
    std::stable_sort(visits.candidates.begin(), visits.candidates.end(),
                     [](const Bucket* a, const Bucket* b) { return a->weight > b->weight; });
    if (visits.candidates.size() > most_behaviours) visits.candidates.resize(most_behaviours);
    double sum = 0;
    for (const Bucket* bucket : visits.candidates) sum += bucket->weight;
    for (Bucket* bucket : visits.candidates) {
      for (const WeightedDuration& self : cut->second.self_times) {
        bucket->cut_short.push_back({self.nanoseconds, self.weight * bucket->weight / sum});
      }
    }
    censored.push_back(std::move(visits));
  }
  spread(censored);
  for (const Buckets::iterator& cut : unexplained) {
    Bucket& bucket = buckets_.insert(*cut).first->second;
    bucket.own_sum.back() += (longer_when_whole - 1) * weighted_sum(bucket.self_times);
    bucket.cut_short = std::exchange(bucket.self_times, {});
  }
  cut_short_.clear();
  for (auto& [structure, bucket] : buckets_) {
    if (bucket.cut_short.empty()) continue;
    bucket.self_times = completed(std::move(bucket.self_times), std::exchange(bucket.cut_short, {}),
                                  longer_when_whole);
  }
}

/// What the visits would have done that failed on their way, by what others do that began alike:
/// the weights of greatest likelihood (Dempster, Laird and Rubin 1977).
void BehaviourLearner::spread(const std::vector<Censored>& censored) {
  constexpr int rounds = 100;
  constexpr double settled_within = 1e-9;  // of a weight
  std::map<Bucket*, double> whole;
  for (const Censored& visits : censored) {
    for (Bucket* bucket : visits.candidates) whole[bucket] = bucket->weight;
  }
  for (int round = 0; round < rounds; ++round) {
    std::map<Bucket*, double> added;
    for (const Censored& visits : censored) {
      double sum = 0;
      for (Bucket* bucket : visits.candidates) sum += bucket->weight;
      for (Bucket* bucket : visits.candidates) {
        added[bucket] += visits.weight * bucket->weight / sum;
      }
    }
    bool settled = true;
    for (const auto& [bucket, weight] : added) {
      const double before = std::exchange(bucket->weight, whole[bucket] + weight);
      settled = settled && std::abs(bucket->weight - before) <= settled_within * before;
    }
    if (settled) return;
  }
}

/// Of visits that made k calls, each recorded with probability 1 - p, p / (1 - p) as many as are
/// whole lack a given one. Structures with fewer calls come first, so that those that lack two go
/// up twice.
void BehaviourLearner::settle_lost(const std::map<std::uint32_t, double>& lost) {
  if (lost.empty()) return;
  std::vector<Buckets::iterator> order;
  for (auto at = buckets_.begin(); at != buckets_.end(); ++at) order.push_back(at);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return call_count(a->first) < call_count(b->first);
  });
  std::vector<Buckets::iterator> emptied;
  for (const Buckets::iterator& whole : order) {
    std::map<const Structure*, std::pair<Buckets::iterator, double>> lacking;
    for_each_without_one(whole->first, [&](const Structure& rest, const EdgeUse& use) {
      const auto share = lost.find(use.endpoint);
      if (share == lost.end()) return;
      const auto found = buckets_.find(rest);
      if (found == buckets_.end()) return;
      auto& [bucket, expected] = lacking[&found->first];
      bucket = found;
      expected += whole->second.weight * share->second / (1 - share->second);
    });
    for (auto& [structure, claim] : lacking) {
      auto& [bucket, expected] = claim;
      const double there = bucket->second.weight;
      const bool all = there <= expected + 3 * std::sqrt(expected);
      const double moved = all ? there : expected;
      bucket->second.weight -= moved;
      whole->second.weight += moved;
      if (there > 0) move_errors(bucket->second, whole->second, moved / there);
      counts_.with_lost_calls += moved;
      if (all) emptied.push_back(bucket);
    }
  }
  std::sort(emptied.begin(), emptied.end(),
            [](const auto& a, const auto& b) { return a->first < b->first; });
  emptied.erase(std::unique(emptied.begin(), emptied.end()), emptied.end());
  for (const Buckets::iterator& bucket : emptied) {
    if (bucket->second.weight <= 0) buckets_.erase(bucket);
  }
}

void BehaviourLearner::move_errors(Bucket& from, Bucket& to, double share) {
  for (double Bucket::*const sum : {&Bucket::own_weight, &Bucket::own_error_weight}) {
    const double moved = share * (from.*sum);
    from.*sum -= moved;
    to.*sum += moved;
  }
}

void BehaviourLearner::merge_orders() {
  std::map<CallCounts, std::vector<Buckets::iterator>> orders;
  for (auto at = buckets_.begin(); at != buckets_.end(); ++at) {
    orders[calls_in(at->first)].push_back(at);
  }
  for (auto& [calls, variants] : orders) {
    const auto usual = *std::max_element(
        variants.begin(), variants.end(),
        [](const auto& a, const auto& b) { return a->second.weight < b->second.weight; });
    const double threshold = usual->second.weight / 20;
    for (const auto& variant : variants) {
      if (variant == usual || variant->second.weight >= threshold) continue;
      counts_.taken_for_another_order += variant->second.self_times.size();
      merge(variant->second, usual->second);
      buckets_.erase(variant);
    }
  }
}

void BehaviourLearner::merge_to_nearest() {
  if (buckets_.size() <= most_behaviours) return;
  std::vector<Buckets::iterator> order;
  for (auto at = buckets_.begin(); at != buckets_.end(); ++at) order.push_back(at);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a->second.weight > b->second.weight;
  });
  std::vector<CallCounts> kept;
  for (std::size_t i = 0; i < most_behaviours; ++i) kept.push_back(calls_in(order[i]->first));
  for (std::size_t i = most_behaviours; i < order.size(); ++i) {
    const CallCounts calls = calls_in(order[i]->first);
    std::size_t nearest = 0;
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t j = 0; j < most_behaviours; ++j) {
      const std::int64_t far = difference(calls, kept[j]);
      if (far < least) {
        least = far;
        nearest = j;
      }
    }
    counts_.taken_for_nearest += order[i]->second.self_times.size();
    merge(order[i]->second, order[nearest]->second);
    buckets_.erase(order[i]);
  }
}

BehaviourLearner::PooledSelfTime BehaviourLearner::pool() const {
  double w = 0, x = 0, y = 0, xx = 0, xy = 0;
  for (const auto& [structure, bucket] : buckets_) {
    const auto calls = static_cast<double>(call_count(structure));
    for (const WeightedDuration& self : bucket.self_times) {
      w += self.weight;
      x += self.weight * calls;
      y += self.weight * self.nanoseconds;
      xx += self.weight * calls * calls;
      xy += self.weight * calls * self.nanoseconds;
    }
  }
  PooledSelfTime pooled;
  const double spread = w * xx - x * x;
  pooled.per_call = spread > 1e-9 * w * w ? std::max((w * xy - x * y) / spread, 0.0) : 0.0;
  pooled.base = (y - pooled.per_call * x) / w;
  if (pooled.base < 0) {
    pooled.base = 0;
    pooled.per_call = y / x;
  }
  std::vector<WeightedDuration> ratios;
  for (const auto& [structure, bucket] : buckets_) {
    const double expected = pooled.expected(call_count(structure));
    if (expected <= 0) continue;
    for (const WeightedDuration& self : bucket.self_times) {
      // Weighted by what was expected, the ratios have mean one: no behaviour's sums are inflated.
      ratios.push_back({self.nanoseconds / expected * 1e9, self.weight * expected});
    }
  }
  pooled.ratio = empirical_law(std::move(ratios));
  return pooled;
}

StepSequence BehaviourLearner::write_steps(const Structure& structure, Bucket& bucket,
                                           const PooledSelfTime& pooled,
                                           const StepNames& names) const {
  StepTimes times;
  times.own.assign(bucket.own_sum.size(), 0);
  times.leads = bucket.lead_sum;
  const double enough_lead = 0.02 * bucket.duration_sum / bucket.timed_weight;
  for (auto& group : times.leads) {
    for (auto& chain : group) {
      for (double& lead : chain) {
        lead /= bucket.timed_weight;
        if (lead < enough_lead || lead < 2 * static_cast<double>(names.clock_grain)) lead = 0;
      }
    }
  }
  times.carrier = static_cast<std::size_t>(
      std::max_element(bucket.own_sum.begin(), bucket.own_sum.end()) - bucket.own_sum.begin());
  if (bucket.self_times.size() < enough_for_own_law && buckets_.size() > 1) {
    times.carried = stretched(pooled.ratio, pooled.expected(call_count(structure)) / 1e9);
    return steps_of(structure, times, names);
  }
  const double mean = weighted_mean(bucket.self_times);
  double constants = 0;
  for (std::size_t i = 0; i < times.own.size(); ++i) {
    if (i == times.carrier || bucket.own_least[i] < 0.05 * mean) continue;
    times.own[i] = bucket.own_least[i];
    constants += times.own[i];
  }
  std::vector<WeightedDuration> rest = bucket.self_times;
  for (WeightedDuration& self : rest) self.nanoseconds -= constants;
  times.carried = empirical_law(std::move(rest));
  return steps_of(structure, times, names);
}

std::vector<BehaviourSpec> BehaviourLearner::learn(const StepNames& names,
                                                   const std::map<std::uint32_t, double>& lost,
                                                   bool uneven) {
  settle_failed();
  settle_cut_short();
  counts_.structures = buckets_.size();
  settle_lost(lost);
  merge_orders();
  merge_to_nearest();
  const PooledSelfTime pooled = pool();
  const double visits_per_weight = static_cast<double>(counts_.visits) / weight_sum_;
  double rest = 0;  // of behaviours that are too few to be told apart
  double rest_errors = 0;
  for (const auto& [structure, bucket] : buckets_) {
    if (bucket.good >= enough_for_own_law) continue;
    rest += bucket.own_weight;
    rest_errors += bucket.own_error_weight;
  }
  std::vector<BehaviourSpec> behaviours;
  for (auto& [structure, bucket] : buckets_) {
    BehaviourSpec behaviour;
    behaviour.weight = bucket.weight * visits_per_weight;
    behaviour.steps = write_steps(structure, bucket, pooled, names);
    if (uneven) {
      const bool told = bucket.good >= enough_for_own_law;
      const double errors = told ? bucket.own_error_weight : rest_errors;
      const double all = told ? bucket.own_weight : rest;
      if (all > 0) behaviour.error_percent = 100 * errors / all;
    }
    behaviours.push_back(std::move(behaviour));
  }
  std::stable_sort(
      behaviours.begin(), behaviours.end(),
      [](const BehaviourSpec& a, const BehaviourSpec& b) { return a.weight > b.weight; });
  return behaviours;
}

}  // namespace rehearse
