#include "calibrate/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <limits>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "calibrate/readers/column_mapping_file.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/readers/shipped_mappings.hpp"
#include "cli/delivery.hpp"
#include "cli/model_text.hpp"
#include "cli/recalibration.hpp"
#include "cli/verb.hpp"
#include "language/quantity_text.hpp"
#include "language/suggestions.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "scenarios/facts.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

struct FormatWord {
  const char* word;
  TraceFormat format;
};
constexpr std::array<FormatWord, 7> formats = {{{"detect", TraceFormat::detect},
                                                {"jaeger", TraceFormat::jaeger},
                                                {"zipkin", TraceFormat::zipkin},
                                                {"otlp", TraceFormat::otlp},
                                                {"xray", TraceFormat::xray},
                                                {"datadog", TraceFormat::datadog},
                                                {"csv", TraceFormat::csv}}};

TraceFormat format_called(const std::string& word) {
  std::vector<std::string> words;
  for (const FormatWord& format : formats) {
    if (word == format.word) return format.format;
    words.emplace_back(format.word);
  }
  const std::string hint = did_you_mean(word, words);
  throw InvalidInput(fmt::format("--format {}: expected one of {}{}", visible_name(word),
                                 fmt::join(words, ", "), hint.empty() ? "" : "\nhint: " + hint));
}

std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const ShippedMapping& shipped : shipped_mappings()) names.push_back(shipped.name);
  return names;
}

/// By name, or else by file: ./honeycomb is a file.
ColumnMapping mapping_called(const std::string& word) {
  if (auto shipped = shipped_mapping_called(word)) return *shipped;
  const bool looks_like_name = word.find_first_of("./") == std::string::npos;
  if (looks_like_name && !std::filesystem::exists(word)) {
    const std::string hint = did_you_mean(word, shipped_names());
    throw InvalidInput(fmt::format("--columns {}: neither a file nor one of {}{}",
                                   visible_name(word), fmt::join(shipped_names(), ", "),
                                   hint.empty() ? "" : "\nhint: " + hint));
  }
  return load_column_mapping(word);
}

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

/// "2000000", "2M", "500k".
std::uint64_t sample_size(const std::string& said) {
  constexpr double most = 2e9;  // spans are numbered by 32 bits
  std::string_view digits = said;
  double times = 1;
  if (digits.ends_with('k')) times = 1e3;
  if (digits.ends_with('M')) times = 1e6;
  if (times > 1) digits.remove_suffix(1);
  const auto number = parse_number(digits);
  const double spans = number ? *number * times : 0;
  if (spans < 1 || spans > most || spans != std::floor(spans)) {
    throw InvalidInput(
        fmt::format("--sample {}: expected a number of spans up to 2000M, as 2000000, 500k or 2M",
                    visible_name(said)));
  }
  return static_cast<std::uint64_t>(spans);
}

/// "service=k8s.deployment.name", "operation=http.route".
NameBy name_by(const std::vector<std::string>& said) {
  NameBy asked;
  for (const std::string& one : said) {
    const std::size_t end = std::min(one.find('='), one.size());
    const std::string_view what = std::string_view(one).substr(0, end);
    const std::string attribute = one.substr(std::min(end + 1, one.size()));
    if ((what != "service" && what != "operation") || attribute.empty()) {
      throw InvalidInput(
          fmt::format("--name-by {}: expected service=ATTRIBUTE or operation=ATTRIBUTE, as "
                      "service=k8s.deployment.name",
                      visible_name(one)));
    }
    (what == "service" ? asked.service : asked.operation).push_back(attribute);
  }
  return asked;
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
  // Beyond a few the one that cuts the file into elements cannot keep the others busy.
  constexpr unsigned most_threads = 8;
  options.read.threads =
      static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most_threads));
  options.read.format = format_called(arguments.text("format").value_or("detect"));
  if (const auto columns = arguments.text("columns")) {
    options.read.columns = mapping_called(*columns);
  }
  options.read.name_by = name_by(arguments.texts("name-by"));
  constexpr double least_percent = 100 / most_adjusted_count;
  options.sampling_percent = arguments.number("sampling-percent", least_percent, 100);
  if (const auto said = arguments.text("sample")) options.read.most_spans = sample_size(*said);
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
  if (arguments.positional().empty()) {
    throw InvalidInput(
        "rehearse calibrate: expected files of traces\nhint: rehearse calibrate "
        "--help");
  }
  if (std::count(arguments.positional().begin(), arguments.positional().end(), standard_input) >
      1) {
    throw InvalidInput("rehearse calibrate: standard input can be read only once");
  }
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
      {"format", 0, "FORMAT", "jaeger, zipkin, otlp, xray, datadog or csv (default: by content)"},
      {"columns", 0, "MAPPING", fmt::format("a file, or {}", fmt::join(shipped_names(), ", "))},
      {"name-by", 0, "WHAT=ATTRIBUTE",
       "name each service or operation by an attribute, as service=k8s.deployment.name", true},
      {"anonymise", 0, "", "replace the names of services, operations and instances"},
      {"sample", 0, "N",
       fmt::format("keep at most so many spans, whole traces at random, as 2M (default: {}M)",
                   default_most_spans / 1'000'000)},
      {"skip-start", 0, "DURATION", "leave out traces that begin so soon: a warm-up"},
      {"verbose", 'v', "", "all rows of the account, however many"},
      {"sampling-percent", 0, "P", "of all traces were kept, where the spans do not say"},
  };
  verb.run = run;
  return verb;
}

}  // namespace rehearse
