#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "calibrate/learn/empirical_law.hpp"
#include "calibrate/learn/fallbacks.hpp"
#include "calibrate/learn/giving_up.hpp"
#include "calibrate/learn/structure.hpp"
#include "models/specs/service_spec.hpp"

namespace rehearse {

/// What the steps of an endpoint's behaviours are written with.
struct StepNames {
  const std::vector<EndpointName>& endpoints;  // by endpoint number
  /// By callee: the share of its failures that this caller survives.
  const std::map<std::uint32_t, double>& survived;
  /// By callee: what this caller spends before each call to it, see NetworkFacts.
  const std::map<std::uint32_t, LawSpec>& before_calls;
  /// By callee: when calls to it are given up, where that is not the same for all of its service.
  const std::map<std::uint32_t, TimeoutFacts>& timeouts;
  /// By callee: whom this caller asks instead when the call has failed.
  const std::map<std::uint32_t, FallbackFacts>& fallbacks;
  std::int64_t clock_grain = 1;
};

/// What became of an endpoint's visits, for the account.
struct BehaviourCounts {
  std::uint64_t visits = 0;
  std::uint64_t structures = 0;  // different ones seen
  std::uint64_t ended_by_failed_call = 0;
  std::uint64_t cut_short = 0;
  std::uint64_t taken_for_another_order = 0;
  std::uint64_t taken_for_nearest = 0;
  double with_lost_calls = 0;  // visits that made a call whose span was lost
  bool operator==(const BehaviourCounts&) const = default;
};

/// How a visit came to its end.
enum class Ending {
  whole,        // it did all that it does
  failed_call,  // its last call failed, and it with it
  cut_short,    // its caller gave up
};

/// Whether a visit failed by itself, where no failed call of it hides that.
enum class OwnEnd { unknown, good, failed };

/// Learns the behaviours of one endpoint from its visits.
///
/// - Each different structure is a behaviour, weighted by its visits.
/// - A visit that failed because its last call did, and that is the beginning of what other visits
///   do, counts as one of theirs, but tells no times: the callee's errors reproduce it.
/// - One that was cut short counts so, too, and tells that its self time would have been longer.
/// - Visits that lack one call of what others do are visits of that kind whose span was lost, as
/// far
///   as the loss of spans explains how many there are.
/// - The same calls in another order, seen less than a twentieth as often, are taken for the order
///   seen most: clocks are coarse.
/// - Of more than 64 structures the 64 seen most are kept; the others are taken for the one whose
///   calls differ least from theirs.
///
/// The law of a behaviour's *total* self time is what is learned, so that its mean and its tail
/// come out right whatever the dependence between its pieces. The least time ever seen between two
/// calls stands there as a constant (if it matters: 5 % of the mean); the rest stands where most of
/// the time is spent. With fewer than 30 visits the law is that of the whole endpoint, stretched to
/// the mean that a line through (number of calls, self time) gives. Where errors are told apart, so
/// do behaviours with 30 good visits or more have a share of errors of their own, and all others
/// have one together: visits that failed half way are among them.
class BehaviourLearner {
 public:
  void add(TimedStructure timed, double weight, double duration, Ending ending, OwnEnd own);
  /// A visit that failed before it did anything, and tells nothing of what others do.
  void leave_out(double weight);

  /// Behaviours in falling order of weight. Weights are numbers of visits, corrected for unequal
  /// sampling. Takes the samples with it: to be called once. Expects at least one visit.
  /// `lost`: by endpoint, the share of the records of calls to it that were lost; may be empty.
  /// `uneven`: whether errors depend on what is done.
  std::vector<BehaviourSpec> learn(const StepNames& names,
                                   const std::map<std::uint32_t, double>& lost = {},
                                   bool uneven = false);
  const BehaviourCounts& counts() const { return counts_; }

 private:
  struct Bucket {
    double weight = 0;
    double timed_weight = 0;  // of the visits with exactly this structure
    double duration_sum = 0;
    std::uint64_t good = 0;  // visits, and of these and those that failed by themselves:
    double own_weight = 0;
    double own_error_weight = 0;
    std::vector<WeightedDuration> self_times;
    std::vector<WeightedDuration> cut_short;  // self times so far, of visits that may be of these
    std::vector<double> own_sum;
    std::vector<double> own_least;
    std::vector<std::vector<std::vector<double>>> lead_sum;
  };
  using Buckets = std::map<Structure, Bucket>;

  /// The self time of the endpoint relative to the line a + b * calls.
  struct PooledSelfTime {
    double base = 0;
    double per_call = 0;
    LawSpec ratio;  // in billionths: laws are made of nanoseconds
    double expected(std::size_t calls) const {
      return base + per_call * static_cast<double>(calls);
    }
  };

  /// Visits that a failed call ended, or their caller, and the structures that may have been
  /// theirs.
  struct Censored {
    double weight = 0;
    std::vector<Bucket*> candidates;
  };

  static void add_to(Buckets& buckets, TimedStructure timed, double weight, double duration,
                     OwnEnd own);
  static void merge(Bucket& from, Bucket& into);
  std::vector<Bucket*> begun_by(const Structure& head);
  void settle_failed();
  void settle_cut_short();
  static void spread(const std::vector<Censored>& censored);
  void settle_lost(const std::map<std::uint32_t, double>& lost);
  static void move_errors(Bucket& from, Bucket& to, double share);
  void merge_orders();
  void merge_to_nearest();
  PooledSelfTime pool() const;
  StepSequence write_steps(const Structure& structure, Bucket& bucket, const PooledSelfTime& pooled,
                           const StepNames& names) const;

  Buckets buckets_;
  Buckets failed_;
  Buckets cut_short_;
  BehaviourCounts counts_;
  double weight_sum_ = 0;
};

}  // namespace rehearse
