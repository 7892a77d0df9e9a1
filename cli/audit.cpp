#include <algorithm>
#include <string>
#include <vector>

#include "calibrate/recording_audit.hpp"
#include "cli/delivery.hpp"
#include "cli/trace_options.hpp"
#include "cli/verb.hpp"
#include "outputs/atomic_file.hpp"
#include "outputs/text/json_writer.hpp"

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

/// Signs are for people to weigh, and no objective was asked for: the program has done its work.
int run(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  check_traces_named(arguments, "audit");
  const auto file = arguments.text("json");
  const bool to_output = file && is_standard_output(*file);
  if (file && !to_output) {
    std::vector<std::string> inputs = arguments.positional();
    inputs.push_back(arguments.text("columns").value_or(""));
    check_outputs({*file}, inputs, "audit");
  }
  const RecordingAudit audit = audit_recording(arguments.positional(), how_to_read(arguments));
  Delivery delivery;
  if (to_output) delivery.attempt([&] { print(json_of(audit)); });
  if (file && !to_output) delivery.attempt([&] { write_atomically(*file, json_of(audit)); });
  if (to_output) {
    print_aside(text(audit));
  } else {
    delivery.attempt([&] { print(text(audit)); });
  }
  delivery.must_be_complete("rehearse: everything else was delivered");
  return 0;
}

}  // namespace

Verb audit_verb() {
  Verb verb;
  verb.name = "audit";
  verb.usage = "TRACES...|- [options]";
  verb.summary =
      "Looks in recorded traces for signs of contamination, bias and tampering, before a model is "
      "learned.";
  verb.example = "rehearse audit traces.json.gz --json audit.json";
  verb.options = options_of_reading();
  verb.options.insert(verb.options.begin(),
                      {"json", 0, "FILE|-", "the same for programs; -: to standard output"});
  verb.run = run;
  return verb;
}

}  // namespace rehearse
