#include "cli/parameter_draws.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "outputs/outcome_file/draws_file.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// A person edits a few numbers, perhaps all that vary; another recording moves most of them.
constexpr std::size_t most_edited = 10;

}  // namespace

std::shared_ptr<const DrawnModel> drawn_model(const Scenario& scenario) {
  if (scenario.parameters == Parameters::point) return nullptr;
  const std::string path = draws_path(scenario.model_path);
  std::error_code none;
  if (!std::filesystem::exists(path, none)) {
    if (!scenario.parameters) return nullptr;
    throw InvalidInput(
        fmt::format("{}: parameters = \"posterior\" needs the draws of the model, and there is no "
                    "{}\nhint: rehearse calibrate writes it beside the model",
                    visible_line(scenario.path), visible_line(path)));
  }
  return drawn_model(scenario.model, scenario.model_path, "set parameters = \"point\"");
}

std::shared_ptr<const DrawnModel> drawn_model(const ModelSpec& model, const std::string& model_path,
                                              const std::string& else_do) {
  const std::string path = draws_path(model_path);
  std::error_code none;
  if (!std::filesystem::exists(path, none)) return nullptr;
  auto drawn = std::make_shared<const DrawnModel>(model, read_draws_file(path));
  if (drawn->changed() <= std::max(drawn->drawn(), most_edited)) return drawn;
  throw InvalidInput(fmt::format(
      "{}: these draws are of another model than {}: {} of {} numbers differ\nhint: calibrate the "
      "model again, or {}",
      visible_line(path), visible_line(model_path), drawn->changed(),
      drawn->drawn() + drawn->changed(), else_do));
}

}  // namespace rehearse
