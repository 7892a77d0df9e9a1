#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <thread>

#include "calibrate/calibrate.hpp"
#include "cli/delivery.hpp"
#include "cli/interruption.hpp"
#include "cli/parameter_draws.hpp"
#include "cli/progress.hpp"
#include "cli/trace_options.hpp"
#include "cli/verb.hpp"
#include "language/diagnostics.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "outputs/text/backtest_json.hpp"
#include "outputs/text/backtest_text.hpp"
#include "scenarios/scenario.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"
#include "studies/backtest.hpp"

namespace rehearse {
namespace {

constexpr std::uint64_t usual_replications = 200;
constexpr std::uint64_t most_replications = 10'000;  // their quantiles are kept: 240 kB an endpoint
constexpr std::uint64_t most_threads = 1024;

std::uint64_t replications_of(const Arguments& arguments) {
  const std::uint64_t replications =
      arguments.whole_number("replications", 1, most_replications).value_or(usual_replications);
  if (replications >= fewest_for_bands) return replications;
  throw InvalidInput(
      fmt::format("--replications {}: a band that holds 95 % of them takes {} at least",
                  replications, fewest_for_bands));
}

/// Where the JSON goes; empty: nowhere.
struct JsonWanted {
  std::string file;
  bool to_output = false;
};

JsonWanted json_wanted(const Arguments& arguments, const std::string& model,
                       const std::vector<std::string>& recordings) {
  JsonWanted json;
  const auto said = arguments.text("json");
  if (!said) return json;
  json.to_output = is_standard_output(*said);
  if (json.to_output) return json;
  json.file = *said;
  std::vector<std::string> inputs = recordings;
  inputs.push_back(model);
  inputs.push_back(draws_path(model));
  inputs.push_back(arguments.text("columns").value_or(""));
  check_outputs({json.file}, inputs, "backtest");
  return json;
}

std::string names_of(const std::vector<std::string>& recordings) {
  if (recordings.size() == 1) return recordings.front() == "-" ? "standard input" : recordings[0];
  return fmt::format("{} and {} more", recordings.front(), recordings.size() - 1);
}

/// What people are told goes where the JSON does not.
void deliver(const BacktestRecord& record, const std::string& model,
             const std::vector<std::string>& recordings, const JsonWanted& json, int code) {
  Delivery delivery;
  const std::string report = backtest_json(record, model, recordings, code);
  if (json.to_output) delivery.attempt([&] { print(report); });
  if (!json.file.empty()) delivery.attempt([&] { write_atomically(json.file, report); });
  const std::string text = backtest_text(record, model, names_of(recordings));
  delivery.attempt([&] { json.to_output ? print_aside(text) : print(text); });
  delivery.must_be_complete(fmt::format(
      "rehearse: everything else was delivered; without this the exit code would be {}", code));
}

int run(const Invocation& invocation) {
  const PatienceWithPipes patience;
  const Arguments& arguments = invocation.arguments;
  const std::string path = only_argument(invocation, "backtest", "one model");
  const std::vector<std::string> recordings = arguments.texts("against");
  if (recordings.empty()) {
    throw InvalidInput(
        "rehearse backtest: expected --against TRACES, a recording\nhint: rehearse backtest "
        "--help");
  }
  refuse_reading_twice(recordings, "backtest");
  const std::uint64_t cores = std::max(1U, std::thread::hardware_concurrency());
  BacktestSettings settings;
  settings.replications = replications_of(arguments);
  settings.seed =
      arguments.whole_number("seed", 0, std::numeric_limits<std::uint64_t>::max()).value_or(1);
  settings.threads =
      static_cast<int>(arguments.whole_number("threads", 1, most_threads).value_or(cores));
  CalibrateOptions reading = how_to_read_traces(arguments);
  reading.keep_traffic = true;
  const JsonWanted json = json_wanted(arguments, path, recordings);
  const Model model = load_model(path);
  const auto drawn = drawn_model(model.spec, path, "take them away");
  settings.drawn = drawn.get();
  const RecordedTraffic traffic = *calibrate(recordings, reading).traffic;
  const Interruption interruption;
  BacktestRecord record;
  {
    ProgressLine progress(settings.replications, "replication");
    record = backtest(model.spec, traffic, settings,
                      {.cancelled = Interruption::requested,
                       .finished = [&](std::uint64_t finished) { progress.show(finished); }});
  }
  const int code = number_of(exit_code(record));
  deliver(record, path, recordings, json, code);
  return code;
}

}  // namespace

Verb backtest_verb() {
  Verb verb;
  verb.name = "backtest";
  verb.usage = "MODEL.toml --against TRACES [options]";
  verb.summary =
      "Runs a model at the rate of a recording that it was not learned from, and compares.";
  verb.example = "rehearse backtest monday.model.toml --against tuesday.json.gz";
  verb.options = {
      {"against", 0, "TRACES", "the recording; given more than once: of all these files", true},
      {"json", 0, "FILE|-", "the numbers for programs; -: to standard output"},
      {"replications", 'n', "N",
       fmt::format("so many replications of the recording (default: {}; at least {})",
                   usual_replications, fewest_for_bands)},
      {"seed", 's', "S", "the luck of the replications (default: 1)"},
      {"threads", 't', "T", "so many threads (default: all cores); results do not depend on it"},
  };
  const std::vector<Option> reading = options_of_traces();
  verb.options.insert(verb.options.end(), reading.begin(), reading.end());
  verb.run = run;
  return verb;
}

}  // namespace rehearse
