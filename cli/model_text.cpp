#include "cli/model_text.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

#include "cli/difference_text.hpp"
#include "language/text_file.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/model_difference.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_differences = 10;

/// From what they were learned does not matter.
std::vector<ModelChange> differences_that_matter(const ModelSpec& there, const ModelSpec& learned) {
  std::vector<ModelChange> changes = differences(there, learned);
  std::erase_if(changes, [](const ModelChange& change) {
    return change.part == ModelChange::Part::origin && change.path.starts_with("provenance");
  });
  return changes;
}

constexpr const char* way_out = "hint: --force overwrites it, -o may name another file";

}  // namespace

void refuse_other_model(const ModelSpec& learned, const std::string& path) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(path, absent)) return;
  const TextFile file = read_text_file(path);
  if (file.text && file.text->empty()) return;
  std::vector<ModelChange> changes;
  try {
    if (!file.text) throw InvalidInput(file.complaint);
    changes = differences_that_matter(parse_model(*file.text, path), learned);
  } catch (const InvalidInput&) {
    throw InvalidInput(
        fmt::format("rehearse calibrate: {} exists and is no model that could be compared\n{}",
                    visible_line(path), way_out));
  }
  if (changes.empty()) return;
  throw InvalidInput(fmt::format(
      "rehearse calibrate: {} exists and says something else than these traces (there -> learned): "
      "{}{}",
      visible_line(path), difference_text(changes, most_differences, ""), way_out));
}

std::string readable_model_text(const ModelSpec& model, const std::string& name) {
  std::string text = write_model(model);
  if (text.size() > largest_document) {
    throw InvalidInput(fmt::format(
        "rehearse calibrate: the model has {} MiB; at most {} MiB are read\nhint: calibrate fewer "
        "services at a time",
        text.size() >> 20, largest_document >> 20));
  }
  try {
    parse_model(text, name);
  } catch (const InvalidInput& mistakes) {
    throw InvalidInput(fmt::format(
        "rehearse calibrate: these traces make a model that rehearse itself would refuse, so it "
        "was not written:\n{}",
        mistakes.what()));
  }
  return text;
}

}  // namespace rehearse
