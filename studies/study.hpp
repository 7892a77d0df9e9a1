#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/specs/model_spec.hpp"
#include "studies/arm_record.hpp"
#include "studies/estimates.hpp"
#include "studies/untried_failures.hpp"
#include "studies/verdict.hpp"

namespace rehearse {

/// What is said about a study beside its numbers. Everything that comes from outside a run (clock,
/// command line) is given by whoever ran it.
struct StudyInformation {
  std::string version;
  std::string command;  // as typed
  std::string created;  // RFC 3339
  std::string name;
  std::string scenario_path;
  std::string model_path;
  std::string scenario_text;
  std::string model_text;
  ProvenanceSpec provenance;
  std::vector<std::string> user_endpoints;       // "service/operation", what workloads ask for
  std::optional<double> disturbance_at_seconds;  // the first start of a fault or rollout
  std::vector<std::string> doubts;               // what is allowed and probably not meant
  std::vector<std::string> contradicted;         // given values that the recording speaks against
  std::uint64_t seed = 0;
  std::uint64_t draws = 0;  // of the model's numbers, one a replication; 0: as they were learned
  std::uint64_t replications_planned = 0;
  std::uint64_t threads = 1;
  std::uint64_t threads_per_replication = 1;
  double wall_seconds = 0;
  bool operator==(const StudyInformation&) const = default;
};

/// A study that has been run: one arm, and the control arm where the scenario does something.
struct Study {
  StudyInformation information;
  std::vector<ObjectiveSpec> objectives;
  ArmRecord experiment;
  std::optional<ArmRecord> control;
  std::vector<UnknownCapacity> unknown = {};  // what a pass must not rest on
  /// What failures that spread to callers rest on.
  std::vector<FailureNeverRecorded> untried = {};
  /// What objectives come to under other readings: [objective]. Empty: none were run.
  std::vector<OpenRisk> open = {};

  /// False when it was interrupted: what is there is right, but there is less of it.
  bool complete() const { return experiment.replications() == information.replications_planned; }
  /// Folds the digests of both arms.
  std::uint64_t outcome_digest() const;
  /// Likewise of all that happened: tells two runs apart that count the same.
  std::uint64_t trajectory_digest() const;
  std::uint64_t spans() const;
};

/// What a study means: made once, shown by the summary, the JSON report and the outcome file.
struct Findings {
  std::vector<ObjectiveResult> objectives;
  Verdict verdict = Verdict::none;
  ArmEstimates experiment;
  std::optional<ArmEstimates> control;
};
Findings findings_of(const Study& study);

}  // namespace rehearse
