#include <fmt/format.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/recording_audit.hpp"
#include "cli/delivery.hpp"
#include "cli/interruption.hpp"
#include "cli/model_audit.hpp"
#include "cli/trace_options.hpp"
#include "cli/verb.hpp"
#include "models/outcomes/exit_code.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/outcome_file/draws_file.hpp"
#include "outputs/text/json_writer.hpp"
#include "outputs/text/model_audit_json.hpp"
#include "outputs/text/model_audit_text.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

void write_texts(JsonWriter& json, const char* key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& one : texts) json.value(one);
  json.end_array();
}

std::string json_of(const RecordingAudit& audit) {
  JsonWriter json;
  json.begin_object();
  json.key("seen").begin_object();
  json.member("traces", audit.traces);
  json.member("spans", audit.spans);
  json.member("spans_left_out", audit.spans_left_out);
  json.member("requests", audit.requests);
  json.member("window", audit.window);
  json.member("seconds", audit.seconds);
  write_texts(json, "services", audit.services);
  json.end_object();
  json.key("signs").begin_array();
  for (const FoundSign& found : audit.found) {
    json.begin_object();
    json.member("sign", found.sign);
    json.member("p_value", found.p_value);
    json.member("evidence", found.evidence);
    json.end_object();
  }
  json.end_array();
  json.member("tests", audit.tests);
  json.member("tests_passed", audit.tests_passed);
  write_texts(json, "not_a_sign", audit.passed);
  write_texts(json, "cannot_be_told", audit.untold);
  json.end_object();
  return json.text();
}

/// Before the work: whether `--json` can be written.
void check_json(const Arguments& arguments, std::vector<std::string> inputs) {
  const auto file = arguments.text("json");
  if (!file || is_standard_output(*file)) return;
  inputs.insert(inputs.end(), arguments.positional().begin(), arguments.positional().end());
  check_outputs({*file}, inputs, "audit");
}

void deliver(const Arguments& arguments, const std::string& text, const std::string& json) {
  const auto file = arguments.text("json");
  const bool to_output = file && is_standard_output(*file);
  Delivery delivery;
  if (to_output) delivery.attempt([&] { print(json); });
  if (file && !to_output) delivery.attempt([&] { write_atomically(*file, json); });
  if (to_output) {
    print_aside(text);
  } else {
    delivery.attempt([&] { print(text); });
  }
  delivery.must_be_complete("rehearse: everything else was delivered");
}

int run_on_model(const Invocation& invocation) {
  constexpr std::size_t usual_lines = 12;
  const PatienceWithPipes patience;
  const Arguments& arguments = invocation.arguments;
  check_json(arguments, {draws_path(arguments.positional().front())});
  const Interruption interruption;
  const std::optional<ModelAudit> audit = audit_model(invocation);
  if (!audit) return number_of(ExitCode::interrupted);
  const bool verbose = arguments.has("verbose");
  const std::size_t most = verbose ? std::numeric_limits<std::size_t>::max() : usual_lines;
  deliver(arguments, text(*audit, most), json_of(*audit));
  return number_of(Interruption::requested() ? ExitCode::interrupted : ExitCode::done);
}

int run_on_traces(const Arguments& arguments) {
  for (const char* const option : {"verbose", "replications", "seed", "threads"}) {
    if (!arguments.has(option)) continue;
    throw InvalidInput(
        fmt::format("rehearse audit: --{} is of models, and these are traces", option));
  }
  check_json(arguments, {arguments.text("columns").value_or("")});
  const RecordingAudit audit = audit_recording(arguments.positional(), how_to_read(arguments));
  deliver(arguments, text(audit), json_of(audit));
  return 0;
}

/// What is found is for people to weigh: the program has done its work.
int run(const Invocation& invocation) {
  check_traces_named(invocation.arguments, "audit");
  const bool is_model = is_rehearse_file(invocation.arguments.positional().front());
  return is_model ? run_on_model(invocation) : run_on_traces(invocation.arguments);
}

}  // namespace

Verb audit_verb() {
  Verb verb;
  verb.name = "audit";
  verb.usage = "TRACES...|-|MODEL.toml [SCENARIO.toml] [options]";
  verb.summary =
      "Looks in traces for signs of contamination, bias and tampering; of a model, says what is "
      "known "
      "and what to measure next.";
  verb.example = "rehearse audit traces.json.gz --json audit.json";
  verb.options = options_of_reading();
  verb.options.insert(verb.options.begin(),
                      {"json", 0, "FILE|-", "the same for programs; -: to standard output"});
  for (const Option& option : std::vector<Option>{
           {"verbose", 0, "", "of a model: every line, in place of the first 12 of each part"},
           {"replications", 'n', "N",
            "of a scenario: so many replications (default: what it says)"},
           {"seed", 's', "S", "of a scenario: the luck of the study (default: what it says)"},
           {"threads", 't', "T", "of a scenario: so many threads (default: all cores)"}}) {
    verb.options.push_back(option);
  }
  verb.run = run;
  return verb;
}

}  // namespace rehearse
