#include "calibrate/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "cli/delivery.hpp"
#include "cli/model_text.hpp"
#include "cli/recalibration.hpp"
#include "cli/trace_options.hpp"
#include "cli/verb.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "scenarios/facts.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

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
  CalibrateOptions options = how_to_read_traces(arguments);
  options.anonymise = arguments.has("anonymise");
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

/// Read before traces are, which takes longer.
Facts facts_of(const Arguments& arguments) {
  const std::vector<std::string> files = arguments.texts("facts");
  if (!files.empty() && arguments.has("anonymise")) {
    throw InvalidInput(
        "rehearse calibrate: --facts names services, which --anonymise renames\nhint: give values "
        "in the anonymous model: edited ones are kept");
  }
  return Facts(files);
}

/// All that is read, for comparison with what is written.
std::vector<std::string> inputs_of(const Arguments& arguments) {
  std::vector<std::string> inputs = arguments.positional();
  inputs.push_back(arguments.text("columns").value_or(""));
  for (const std::string& file : arguments.texts("facts")) inputs.push_back(file);
  return inputs;
}

int run(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  check_traces_named(arguments, "calibrate");
  std::optional<std::string> output = arguments.text("output");
  if (output && is_standard_output(*output)) output.reset();
  if (output) {
    std::vector<std::string> outputs = {*output};
    if (has_place_for_draws(arguments)) outputs.push_back(draws_path(*output));
    check_outputs(outputs, inputs_of(arguments), "calibrate");
  }
  Beside beside;
  beside.model = output;
  if (arguments.has("force")) beside.overwrite = Overwrite::all;
  beside.facts = facts_of(arguments);
  const bool verbose = arguments.has("verbose");
  if (verbose) beside.rows = std::numeric_limits<std::size_t>::max();
  const Calibration calibration = calibrate(arguments.positional(), options_from(arguments));
  const Recalibration result = recalibrated(calibration, std::move(beside));
  const std::string account =
      text(calibration.account, verbose ? Detail::all : Detail::most_used) + result.account;
  const std::string model =
      readable_model_text(result.model, output ? *output : "the learned model");
  if (!output) {
    print_aside(account);
    print(model);
    return 0;
  }
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
      {"facts", 0, "FILE",
       "what a person knows: a file that begins with rehearse_facts = 1, in the words of a model, "
       "or Kubernetes manifests; of several the later ones win",
       true},
      {"anonymise", 0, "", "replace the names of services, operations and instances"},
      {"verbose", 'v', "", "all rows of the account, however many"},
  };
  const std::vector<Option> reading = options_of_traces();
  verb.options.insert(verb.options.begin() + 3, reading.begin(), reading.end());
  verb.run = run;
  return verb;
}

}  // namespace rehearse
