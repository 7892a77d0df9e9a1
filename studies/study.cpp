#include "studies/study.hpp"

#include "sim/hash.hpp"

namespace rehearse {

std::uint64_t Study::outcome_digest() const {
  const std::uint64_t digest = extended(0, experiment.digest());
  return control ? extended(digest, control->digest()) : digest;
}

std::uint64_t Study::trajectory_digest() const {
  const std::uint64_t digest = extended(0, experiment.trajectory_digest());
  return control ? extended(digest, control->trajectory_digest()) : digest;
}

std::uint64_t Study::spans() const {
  return experiment.spans() + (control ? control->spans() : 0);
}

Findings findings_of(const Study& study) {
  Findings findings;
  const ArmRecord* control = study.control ? &*study.control : nullptr;
  findings.objectives =
      judge_objectives(study.objectives, study.experiment, control,
                       {study.unknown, study.information.contradicted, study.open});
  findings.verdict = overall(findings.objectives);
  findings.experiment = estimate(study.experiment, "experiment", study.information.seed);
  if (control != nullptr) {
    findings.control = estimate(*control, "control", study.information.seed);
  }
  return findings;
}

}  // namespace rehearse
