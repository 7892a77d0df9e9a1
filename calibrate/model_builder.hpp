#pragma once

#include <map>
#include <string>
#include <vector>

#include "calibrate/audit/account.hpp"
#include "calibrate/calibrate.hpp"
#include "calibrate/learn/callers.hpp"
#include "calibrate/learn/concurrency.hpp"
#include "calibrate/learn/edges.hpp"
#include "calibrate/learn/instances.hpp"
#include "calibrate/learn/lost_spans.hpp"
#include "calibrate/learn/network.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// Everything that was found in the spans, put together into a model and its account.
class ModelBuilder {
 public:
  ModelBuilder(const TraceForest& forest, const NameTable& names, const std::vector<Role>& roles,
               const VisitTable& visits, const CallerFacts& callers,
               const CalibrateOptions& options);

  Calibration build();
  /// Of the model only its learned numbers, with what they stand in, for the weights as they are.
  /// `waits` [visit]: nanoseconds that are no work, as `study_concurrency` finds them.
  ModelSpec build_numbers(const std::vector<double>& waits);

 private:
  /// What is added up over the visits of an endpoint. Weights count those that sampling left out.
  struct VisitSums {
    double weight = 0;
    double duration = 0;            // nanoseconds, by weight
    std::uint64_t undisturbed = 0;  // visits without a failed call
    std::uint64_t own_errors = 0;   // of these, those that failed
    double undisturbed_weight = 0;
    double refused_weight = 0;  // between caller and callee
    double own_error_weight = 0;
    double failed_on_the_way = 0;  // attempts: see WayFailures
    bool fails_at_once = false;
    bool errors_differ = false;  // between behaviours
  };

  void learn_endpoints(const std::vector<double>& waits);
  void learn_endpoint(std::uint32_t endpoint, BehaviourLearner& learner, VisitSums sums);
  static void add_failures(const WayFailures& failures, VisitSums& sums);
  static std::string error_text(const VisitSums& sums);
  void learn_peers(std::vector<BehaviourLearner>& learners, std::vector<VisitSums>& sums);
  void describe_services();
  void describe_workers();
  void describe_correlations();
  void describe_network();
  void describe_callers();
  void describe_calls();
  void add_caller_row(const ServicePair& pair, std::string seen);
  void describe_workload();
  void describe_highest_load();
  void describe_roles();
  void describe_edges();
  void note_untried_failures();
  void note(const std::string& path, Basis basis, std::uint64_t n, std::string text);

  std::map<std::uint32_t, double> lost_calls_of(std::uint32_t caller) const;
  EndpointName name(std::uint32_t endpoint) const { return endpoint_names_[endpoint]; }
  std::string service_path(const std::string& service) const;
  const std::string& service_of(std::uint32_t endpoint) const;

  const TraceForest& forest_;
  const NameTable& names_;
  const std::vector<Role>& roles_;
  const VisitTable& visits_;
  const CallerFacts& callers_;
  const CalibrateOptions& options_;
  std::vector<std::int64_t> grains_;
  std::vector<EndpointName> endpoint_names_;
  std::vector<double> self_times_;  // by visit, without waiting where that could be told
  std::vector<double> work_times_;  // by visit: the same, and what stands between parallel calls
  std::map<NameId, ServiceConcurrency> concurrency_;
  std::map<std::string, int> most_at_a_time_;  // instances, by service
  EdgeTable edges_;
  LossRates losses_;
  NetworkFacts network_;
  Calibration result_;
};

}  // namespace rehearse
