#include "outputs/text/model_audit_json.hpp"

#include <map>

#include "outputs/text/json_writer.hpp"
#include "outputs/text/model_audit_text.hpp"

namespace rehearse {
namespace {

void write_counts(JsonWriter& json, const ModelAudit& audit) {
  std::map<Knowledge, std::uint64_t> counts;
  for (const KnownValue& known : audit.values) ++counts[known.knowledge];
  json.key("counts").begin_object();
  for (const Knowledge kind : {Knowledge::seen, Knowledge::assumed, Knowledge::given,
                               Knowledge::open, Knowledge::contradicted}) {
    json.member(word(kind), counts[kind]);
  }
  json.end_object();
}

void write_values(JsonWriter& json, const ModelAudit& audit) {
  json.key("values").begin_array();
  for (const KnownValue& known : audit.values) {
    json.begin_object();
    json.member("path", known.path);
    json.member("knowledge", word(known.knowledge));
    json.member("value", known.value);
    json.member("why", known.why);
    json.member("observations", known.observations);
    json.end_object();
  }
  json.end_array();
}

void write_identified(JsonWriter& json, const ModelAudit& audit) {
  json.key("identifiability").begin_array();
  for (const Identified& known : audit.identified) {
    json.begin_object();
    json.member("path", known.path);
    const auto quantile = known.level > 0 ? std::optional(known.level) : std::nullopt;
    json.member("quantile", quantile);
    json.member("unit", known.is_duration ? "seconds" : "number");
    json.member("learned", known.learned);
    const auto lower = known.range ? std::optional(known.range->lower) : std::nullopt;
    const auto upper = known.range ? std::optional(known.range->upper) : std::nullopt;
    json.member("lower", lower);
    json.member("upper", upper);
    json.member("relative_width", known.relative_width);
    json.member("observations", known.observations);
    json.member("guess", known.is_guess);
    json.end_object();
  }
  json.end_array();
}

void write_beyond(JsonWriter& json, const BeyondRecording& beyond) {
  json.key("services").begin_array();
  for (const BeyondService& one : beyond.services) {
    json.begin_object();
    json.member("service", one.load.service);
    json.member("beyond", one.is_beyond);
    json.member("work_ratio", one.load.work_ratio);
    json.member("inside_ratio", one.load.inside_ratio);
    json.member("visits_ratio", one.load.visits_ratio);
    json.member("visits_per_second", one.visits_per_second);
    json.member("error_percent", one.error_percent);
    json.member("error_percent_without", one.error_percent_without);
    json.member("mix_moved_percent", one.mix_moved_percent);
    json.end_object();
  }
  json.end_array();
  json.key("failures_never_recorded").begin_array();
  for (const FailureNeverRecorded& one : beyond.untried) {
    json.begin_object();
    json.member("caller", one.caller);
    json.member("callee", one.callee);
    json.member("recorded_calls", one.recorded_calls);
    json.end_object();
  }
  json.end_array();
}

void write_worth(JsonWriter& json, const WorthOfKnowing& worth) {
  json.key("measure_next").begin_object();
  json.key("values").begin_array();
  for (const WorthOfValue& value : worth.values) {
    json.begin_object();
    json.member("path", value.path);
    json.member("objective", value.objective);
    json.member("open", value.is_open);
    const auto of_open = [&](double risk) {
      return value.is_open ? std::optional(risk) : std::nullopt;
    };
    json.member("least_risk", of_open(value.least_risk));
    json.member("greatest_risk", of_open(value.greatest_risk));
    const auto explained = value.is_open ? std::nullopt : std::optional(value.explained);
    json.member("variance_explained", explained);
    json.member("deviation_of_risk", value.deviation);
    json.member("recording", value.recording);
    json.end_object();
  }
  json.end_array();
  json.member("open_tried", worth.open_tried);
  json.member("open_left_out", worth.open_left_out);
  json.member("replications", worth.replications);
  json.member("complete", worth.complete);
  json.end_object();
}

}  // namespace

std::string json_of(const ModelAudit& audit) {
  JsonWriter json;
  json.begin_object();
  json.member("model", audit.model);
  json.member("spans", audit.provenance.spans);
  json.member("traces", audit.provenance.traces);
  json.member("window", audit.provenance.window);
  json.member("sampling_percent", audit.provenance.sampling_percent);
  json.member("draws", audit.draws);
  write_counts(json, audit);
  write_values(json, audit);
  write_identified(json, audit);
  if (const auto& scenario = audit.scenario) {
    json.key("scenario").begin_object();
    json.member("file", scenario->scenario);
    json.member("replications", scenario->replications);
    json.member("verdict", scenario->verdict);
    write_beyond(json, scenario->beyond);
    if (scenario->worth) write_worth(json, *scenario->worth);
    json.end_object();
  }
  json.end_object();
  return json.text();
}

}  // namespace rehearse
