#include "outputs/outcome_file/file_layout.hpp"

#include <fmt/format.h>

#include "outputs/outcome_file/arm_entries.hpp"
#include "outputs/outcome_file/batch_entries.hpp"
#include "outputs/outcome_file/interval_entries.hpp"
#include "outputs/outcome_file/study_entries.hpp"
#include "outputs/outcome_file/window_entries.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t format_version = 1;

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
  using Findings_ = const Findings&;
  using Value = Hdf5Attribute;
  return {
      {"format_version", "Of this layout; it rises when a reader has to change.",
       [](const Study&, Findings_) -> Value { return format_version; }},
      {"rehearse_version", "Of the program that wrote the file.",
       [](const Study& s, Findings_) -> Value { return s.information.version; }},
      {"created", "When the run ended, RFC 3339.",
       [](const Study& s, Findings_) -> Value { return s.information.created; }},
      {"command", "The command line.",
       [](const Study& s, Findings_) -> Value { return s.information.command; }},
      {"scenario", "The name of the scenario.",
       [](const Study& s, Findings_) -> Value { return s.information.name; }},
      {"seed", "Of the study.",
       [](const Study& s, Findings_) -> Value { return s.information.seed; }},
      {"replications", "Finished, in each arm.",
       [](const Study& s, Findings_) -> Value { return s.experiment.replications(); }},
      {"replications_planned", "More than finished when the run was interrupted.",
       [](const Study& s, Findings_) -> Value { return s.information.replications_planned; }},
      {"complete", "1, or 0 when the run was interrupted.",
       [](const Study& s, Findings_) -> Value { return std::uint64_t{s.complete() ? 1U : 0U}; }},
      {"outcome_digest", "Sixteen hexadecimal digits; equal for equal results.",
       [](const Study& s, Findings_) -> Value {
         return fmt::format("{:016x}", s.outcome_digest());
       }},
      {"trajectory_digest", "Likewise, of all that happened on the way; equal for equal runs.",
       [](const Study& s, Findings_) -> Value {
         return fmt::format("{:016x}", s.trajectory_digest());
       }},
      {"spans", "Attempts served in both arms.",
       [](const Study& s, Findings_) -> Value { return s.spans(); }},
      {"wall_seconds", "How long the run took.",
       [](const Study& s, Findings_) -> Value { return s.information.wall_seconds; }},
      {"verdict", "Of all objectives: pass, fail, inconclusive or none.",
       [](const Study&, Findings_ f) -> Value { return std::string(word(f.verdict)); }},
  };
}

}  // namespace rehearse
