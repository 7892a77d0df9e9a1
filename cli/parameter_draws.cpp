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
  auto drawn = std::make_shared<const DrawnModel>(scenario.model, read_draws_file(path));
  if (drawn->changed() <= std::max(drawn->drawn(), most_edited)) return drawn;
  throw InvalidInput(fmt::format(
      "{}: these draws are of another model than {}: {} of {} numbers differ\nhint: calibrate the "
      "model again, or set parameters = \"point\"",
      visible_line(path), visible_line(scenario.model_path), drawn->changed(),
      drawn->drawn() + drawn->changed()));
}

}  // namespace rehearse
