#include "cli/recalibration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include "calibrate/audit/contradictions.hpp"
#include "cli/difference_text.hpp"
#include "language/text_file.hpp"
#include "language/toml_text.hpp"
#include "models/checks/mistakes.hpp"
#include "scenarios/given_values.hpp"
#include "scenarios/model_difference.hpp"
#include "scenarios/scenario.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_differences = 10;
constexpr const char* way_out = "hint: --force overwrites it, -o may name another file";

using Part = ModelChange::Part;

/// Nothing where there is nothing to lose.
std::optional<ModelSpec> model_at(const std::string& path, Overwrite overwrite) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(path, absent)) return std::nullopt;
  const TextFile file = read_text_file(path);
  if (file.text && file.text->empty()) return std::nullopt;
  try {
    if (!file.text) throw InvalidInput(file.complaint);
    return parse_model(*file.text, path);
  } catch (const InvalidInput&) {
    if (overwrite == Overwrite::all) return std::nullopt;
    throw InvalidInput(
        fmt::format("rehearse calibrate: {} exists and is no model that could be compared\n{}",
                    visible_line(path), way_out));
  }
}

/// Whether a calibration wrote it that noted what it wrote.
bool tells_edits(const ModelSpec& model) {
  return !model.provenance.calibrated_by.empty() &&
         std::any_of(model.evidence.begin(), model.evidence.end(),
                     [](const auto& row) { return row.second.value.has_value(); });
}

/// Whether evidence speaks of the value at a path, of what it is a part of, or of a part of it.
bool has_evidence(const ModelSpec& model, const std::string& path) {
  const auto ends_part = [](char letter) { return letter == '.' || letter == '['; };
  for (std::size_t i = 0; i <= path.size(); ++i) {
    const bool whole_part = i == path.size() || ends_part(path[i]);
    if (whole_part && model.evidence.contains(path.substr(0, i))) return true;
  }
  auto below = model.evidence.lower_bound(path);
  for (; below != model.evidence.end() && below->first.starts_with(path); ++below) {
    if (ends_part(below->first[path.size()])) return true;
  }
  return false;
}

void refuse(const std::string& path, const char* what, const std::vector<ModelChange>& lost) {
  throw InvalidInput(fmt::format(
      "rehearse calibrate: {} exists and says {} (there -> learned): {}hint: [evidence] with basis "
      "= \"given\" keeps a value\n{}",
      visible_line(path), what, difference_text(lost, most_differences, ""), way_out));
}

/// Throws where a person may have written what would be lost.
void refuse_losses(const ModelSpec& there, const ModelSpec& model, const std::string& path,
                   std::vector<ModelChange> changes) {
  std::erase_if(changes, [](const ModelChange& change) {
    return change.part != Part::structure && change.part != Part::value;
  });
  if (!tells_edits(there)) {
    if (!changes.empty()) refuse(path, "something else than these traces", changes);
    return;
  }
  // Calls come and go with the steps of endpoints.
  std::erase_if(changes, [&](const ModelChange& change) {
    return change.kind == ModelChange::Kind::came || change.path.starts_with("call ") ||
           has_evidence(there, change.path) || has_evidence(model, change.path);
  });
  if (!changes.empty()) refuse(path, "what no calibration wrote", changes);
}

void refuse_mistakes(const ModelSpec& model, const std::string& path) {
  const std::vector<Mistake> mistakes = find_mistakes(model);
  if (mistakes.empty()) return;
  std::string sentences;
  for (const Mistake& mistake : mistakes) {
    sentences += fmt::format("  {}: {}\n", visible_sentence(mistake.path),
                             visible_sentence(mistake.sentence));
  }
  throw InvalidInput(
      fmt::format("rehearse calibrate: what was given in {} does not fit what was learned:\n{}{}",
                  visible_line(path), sentences, "hint: correct it there, or name another file"));
}

std::string value_text(const Node& value) {
  if (value.type == Node::Type::none) return ": none";
  return is_scalar(value) ? " = " + toml_value(value, Defaults::left_out) : "";
}

/// Writes into the evidence what the recording shows against given values. Returns warnings.
std::vector<std::string> note_contradictions(const Calibration& learned, ModelSpec& model) {
  std::vector<std::string> warnings;
  for (const Contradiction& found : contradictions(model, learned.model, learned.bounds)) {
    EvidenceSpec& evidence = model.evidence.at(found.path);
    evidence.contradicted = found.seen;
    warnings.push_back(contradiction_text(found.path, evidence.value.value_or(Node()), found.seen));
  }
  return warnings;
}

std::string values_text(const char* title, const std::vector<GivenValue>& values,
                        std::size_t rows) {
  if (values.empty()) return "";
  std::string text = fmt::format("\n{}:\n", title);
  for (std::size_t i = 0; i < std::min(rows, values.size()); ++i) {
    text += fmt::format("  {}{}\n", visible_sentence(values[i].path), value_text(values[i].value));
  }
  if (values.size() > rows) {
    text += fmt::format("  and {} more: --verbose lists them\n", count_text(values.size() - rows));
  }
  return text;
}

/// Puts what was given in the model that was there into `model`. Returns what was kept.
std::vector<GivenValue> keep_given(const ModelSpec& there, const std::string& path,
                                   ModelSpec& model, std::vector<std::string>& warnings) {
  GivenValues given = given_values(there);
  for (const std::string& lost : put_given(given.values, model, path)) {
    warnings.push_back(fmt::format("given {} has no place in what was learned: left out", lost));
    std::erase_if(given.values, [&](const GivenValue& one) { return one.path == lost; });
  }
  for (const std::string& lost : given.without_value) {
    warnings.push_back(fmt::format("given {} is no value of the model there: left out", lost));
  }
  if (!given.values.empty()) refuse_mistakes(model, path);
  return std::move(given.values);
}

/// What facts say was not kept from the model that was there.
void leave_out_facts(const std::vector<GivenValue>& facts, std::vector<GivenValue>& kept) {
  std::set<std::string> said;
  for (const GivenValue& fact : facts) said.insert(fact.path);
  std::erase_if(kept, [&](const GivenValue& one) { return said.contains(one.path); });
}

/// Of more instances than were seen each had less of what was recorded.
void share_recorded_load(const ModelSpec& learned, ModelSpec& model) {
  for (auto& [name, service] : model.services) {
    const auto found = learned.services.find(name);
    if (found == learned.services.end() || !service.highest_recorded) continue;
    if (service.highest_recorded != found->second.highest_recorded) continue;
    const double share = static_cast<double>(found->second.instances) / service.instances;
    if (share >= 1) continue;
    service.highest_recorded->work_per_instance *= share;
    service.highest_recorded->inside_per_instance *= share;
  }
}

}  // namespace

Recalibration recalibrated(const Calibration& learned, Beside beside) {
  Recalibration result{learned.model, ""};
  note_values(result.model);
  const std::string path = beside.model.value_or("");
  const std::optional<ModelSpec> there =
      beside.model ? model_at(path, beside.overwrite) : std::nullopt;
  std::vector<std::string> warnings;
  std::vector<GivenValue> kept;
  if (there) kept = keep_given(*there, path, result.model, warnings);
  const LaidFacts facts = beside.facts.lay_over(result.model, path);
  leave_out_facts(facts.values, kept);
  share_recorded_load(learned.model, result.model);
  warnings.insert(warnings.end(), facts.doubts.begin(), facts.doubts.end());
  for (std::string& sentence : note_contradictions(learned, result.model)) {
    warnings.push_back(std::move(sentence));
  }
  result.account = values_text("Given by facts", facts.values, beside.rows) +
                   values_text("Given by a person, and kept", kept, beside.rows);
  if (!warnings.empty()) result.account += '\n';
  for (const std::string& warning : warnings) {
    result.account += fmt::format("warning: {}\n", visible_sentence(warning));
  }
  if (!there) return result;
  std::vector<ModelChange> changes = differences(*there, result.model);
  if (beside.overwrite == Overwrite::learned) refuse_losses(*there, result.model, path, changes);
  std::erase_if(changes, [](const ModelChange& change) { return change.part == Part::origin; });
  result.account += fmt::format("\nAgainst the model that was there: {}",
                                difference_text(changes, most_differences, ""));
  return result;
}

}  // namespace rehearse
