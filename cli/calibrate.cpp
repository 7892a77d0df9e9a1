#include "calibrate/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "calibrate/readers/input.hpp"
#include "cli/delivery.hpp"
#include "cli/model_text.hpp"
#include "cli/recalibration.hpp"
#include "cli/traces_to_read.hpp"
#include "cli/verb.hpp"
#include "language/quantity_text.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "scenarios/given_values.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

Duration skipped_start(const Arguments& arguments) {
  const auto said = arguments.text("skip-start");
  if (!said) return {};
  const auto duration = parse_duration(*said);
  if (!duration || *duration <= Duration()) {
    throw InvalidInput(
        fmt::format("--skip-start {}: expected a duration, as 10s or 1m", visible_name(*said)));
  }
  return *duration;
}

/// Beside the model; a device has nothing beside it.
bool has_place_for_draws(const Arguments& arguments) {
  const auto output = arguments.text("output");
  if (!output || is_standard_output(*output)) return false;
  std::error_code none;
  return !std::filesystem::exists(*output, none) || std::filesystem::is_regular_file(*output, none);
}

constexpr std::uint64_t usual_draws = 100;
constexpr std::uint64_t most_draws = 10'000;

CalibrateOptions options_from(const Arguments& arguments) {
  CalibrateOptions options;
  options.read = read_options_from(arguments);
  constexpr double least_percent = 100 / most_adjusted_count;
  options.sampling_percent = arguments.number("sampling-percent", least_percent, 100);
  options.anonymise = arguments.has("anonymise");
  options.skip_start = skipped_start(arguments);
  options.self_check = true;
  const auto draws = arguments.whole_number("draws", 0, most_draws);
  if (has_place_for_draws(arguments)) options.draws = draws.value_or(usual_draws);
  options.calibrated_by = "rehearse " REHEARSE_VERSION;
  return options;
}

void remove_draws(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove(path, failed);
  if (!failed) return;
  throw InputOutputError(fmt::format("{}: draws of another model stand there, and stay: {}",
                                     visible_line(path), failed.message()));
}

std::string deliver_draws(const ParameterDraws& draws, const std::string& path) {
  if (draws.draws() == 0) return "";
  write_atomically(path, draws_file_image(draws));
  return fmt::format("{} of its numbers {}\n", counted(draws.draws(), "draw"), visible_line(path));
}

constexpr std::size_t most_given_values = 20;

int run(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  check_traces_to_read(arguments, "calibrate");
  std::optional<std::string> output = arguments.text("output");
  if (output && is_standard_output(*output)) output.reset();
  if (output) {
    std::vector<std::string> inputs = arguments.positional();
    inputs.push_back(arguments.text("columns").value_or(""));
    std::vector<std::string> outputs = {*output};
    if (has_place_for_draws(arguments)) outputs.push_back(draws_path(*output));
    check_outputs(outputs, inputs, "calibrate");
  }
  Calibration calibration = calibrate(arguments.positional(), options_from(arguments));
  const bool verbose = arguments.has("verbose");
  std::string account = text(calibration.account, verbose ? Detail::all : Detail::most_used);
  if (!output) {
    note_values(calibration.model);
    const std::string model = readable_model_text(calibration.model, "the learned model");
    print_aside(account);
    print(model);
    return 0;
  }
  const Recalibration result = recalibrated(
      calibration, *output, arguments.has("force") ? Overwrite::all : Overwrite::learned,
      verbose ? std::numeric_limits<std::size_t>::max() : most_given_values);
  const std::string model = readable_model_text(result.model, *output);
  account += result.account;
  Delivery delivery;
  std::string written;
  // Draws of an earlier model would be taken for those of this one.
  const bool cleared = !has_place_for_draws(arguments) ||
                       delivery.attempt([&] { remove_draws(draws_path(*output)); });
  if (cleared && delivery.attempt([&] { write_atomically(*output, model); })) {
    written = fmt::format("Model {}\n", visible_line(*output));
    delivery.attempt([&] { written += deliver_draws(calibration.draws, draws_path(*output)); });
  }
  delivery.attempt([&] { print(account + written); });
  delivery.must_be_complete("rehearse: everything else was delivered");
  return 0;
}

}  // namespace

Verb calibrate_verb() {
  Verb verb;
  verb.name = "calibrate";
  verb.usage = "TRACES...|- [-o MODEL.toml] [options]";
  verb.summary =
      "Learns a model from recorded traces (Jaeger, Zipkin, OTLP, X-Ray, Datadog, tables; also "
      ".gz, .zst, .zip).";
  verb.example = "rehearse calibrate traces.json.gz -o shop.model.toml";
  verb.options = {
      {"output", 'o', "MODEL.toml", "the model (default, and -: standard output)"},
      {"draws", 0, "N",
       fmt::format("so many draws of what the traces leave open about numbers, beside the model "
                   "(default: {}; 0: none)",
                   usual_draws)},
      {"force", 0, "",
       "overwrite what a person wrote there, too, save what evidence tells: given and edited "
       "values"},
      format_option(),
      columns_option(),
      name_by_option(),
      {"anonymise", 0, "", "replace the names of services, operations and instances"},
      sample_option(),
      {"skip-start", 0, "DURATION", "leave out traces that begin so soon: a warm-up"},
      {"verbose", 'v', "", "all rows of the account, however many"},
      {"sampling-percent", 0, "P", "of all traces were kept, where the spans do not say"},
  };
  verb.run = run;
  return verb;
}

}  // namespace rehearse
