#include "outputs/outcome_file/file_layout.hpp"

#include <fmt/format.h>

#include "outputs/outcome_file/arm_entries.hpp"
#include "outputs/outcome_file/batch_entries.hpp"
#include "outputs/outcome_file/interval_entries.hpp"
#include "outputs/outcome_file/study_entries.hpp"
#include "outputs/outcome_file/window_entries.hpp"

namespace rehearse {
namespace {

/// A member of the information.
template <class Value>
AttributeEntry said(std::string name, std::string meaning, Value StudyInformation::*member) {
  return {std::move(name), std::move(meaning),
          [member](const Study& study, const Findings&) -> Hdf5Attribute {
            return study.information.*member;
          },
          [member](Study& study, Hdf5Attribute read) {
            auto* const value = std::get_if<Value>(&read);
            if (value == nullptr) throw InvalidInput("an attribute is of another type");
            study.information.*member = std::move(*value);
          }};
}

/// What follows from the rest of the file.
template <class Value>
AttributeEntry derived(std::string name, std::string meaning, Value value) {
  return {std::move(name), std::move(meaning),
          [value](const Study& study, const Findings& findings) -> Hdf5Attribute {
            return value(study, findings);
          }};
}

}  // namespace

std::vector<DatasetEntry> file_layout() {
  std::vector<DatasetEntry> entries;
  add_study_entries(entries);
  add_objective_entries(entries);
  add_arm_entries(entries);
  add_window_entries(entries);
  add_batch_entries(entries);
  add_interval_entries(entries);
  return entries;
}

std::vector<AttributeEntry> file_attributes() {
  using Said = StudyInformation;
  return {
      derived("format_version", "Of this layout; it rises when a reader has to change.",
              [](const Study&, const Findings&) { return file_format_version; }),
      said("rehearse_version", "Of the program that wrote the file.", &Said::version),
      said("created", "When the run ended, RFC 3339.", &Said::created),
      said("command", "The command line.", &Said::command),
      said("scenario", "The name of the scenario.", &Said::name),
      said("scenario_path", "Where it was read.", &Said::scenario_path),
      said("model_path", "Where its model was read.", &Said::model_path),
      said("seed", "Of the study.", &Said::seed),
      said("draws",
           "Of the model's numbers: replication i ran draw i % draws; 0: all ran the model itself.",
           &Said::draws),
      derived("replications", "Finished, in each arm.",
              [](const Study& s, const Findings&) { return s.experiment.replications(); }),
      said("replications_planned", "More than finished when the run was interrupted.",
           &Said::replications_planned),
      derived("complete", "1, or 0 when the run was interrupted.",
              [](const Study& s, const Findings&) { return std::uint64_t{s.complete()}; }),
      derived("outcome_digest", "Sixteen hexadecimal digits; equal for equal results.",
              [](const Study& s, const Findings&) {
                return fmt::format("{:016x}", s.outcome_digest());
              }),
      derived("trajectory_digest",
              "Likewise, of all that happened on the way; equal for equal runs.",
              [](const Study& s, const Findings&) {
                return fmt::format("{:016x}", s.trajectory_digest());
              }),
      derived("spans", "Attempts served in both arms.",
              [](const Study& s, const Findings&) { return s.spans(); }),
      said("wall_seconds", "How long the run took.", &Said::wall_seconds),
      said("threads", "On so many threads.", &Said::threads),
      said("threads_per_replication", "So many of them shared one replication.",
           &Said::threads_per_replication),
      derived("verdict", "Of all objectives: pass, fail, inconclusive or none.",
              [](const Study&, const Findings& f) { return std::string(word(f.verdict)); }),
  };
}

}  // namespace rehearse
