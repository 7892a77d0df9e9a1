#include "outputs/text/report_objectives.hpp"

#include <optional>

#include "outputs/text/report_values.hpp"

namespace rehearse {
namespace {

std::optional<double> if_measured(const ObjectiveResult& result, double Measurements::*number) {
  if (result.measured.count == 0) return std::nullopt;
  return result.measured.*number;
}

}  // namespace

const ReportMembers<Risk>& risk_members() {
  static const ReportMembers<Risk> members = {
      {"missed", "Replications that missed it.",
       [](JsonWriter& json, const Risk& risk) { json.value(risk.missed); }},
      {"no_data", "Replications in which it was not measured.",
       [](JsonWriter& json, const Risk& risk) { json.value(risk.no_data); }},
      {"risk", "Share of the replications that missed it.",
       [](JsonWriter& json, const Risk& risk) { json.value(risk.estimate); }},
      {"risk_interval",
       "Its 95 % Clopper-Pearson limits of so many as they are worth, no data counted both ways.",
       [](JsonWriter& json, const Risk& risk) { write(json, risk.interval); }},
      {"worth",
       "So many independent replications would tell as much: fewer where several ran one draw.",
       [](JsonWriter& json, const Risk& risk) { json.value(risk.worth); }},
  };
  return members;
}

const ReportMembers<OpenRisk>& open_members() {
  static const ReportMembers<OpenRisk> members = {
      {"tried", "Readings, the model's own included.",
       [](JsonWriter& json, const OpenRisk& open) { json.value(open.tried); }},
      {"complete", "False when their search was interrupted.",
       [](JsonWriter& json, const OpenRisk& open) { json.value(open.complete); }},
      {"hopeful",
       "`missed`, `no_data`, `risk`, `risk_interval` of the reading of least risk that was run in "
       "full.",
       [](JsonWriter& json, const OpenRisk& open) {
         write_object(json, risk_members(), open.hopeful);
       }},
      {"fearful", "The same of the reading of greatest risk.",
       [](JsonWriter& json, const OpenRisk& open) {
         write_object(json, risk_members(), open.fearful);
       }},
      {"decides", "Which values, where one reading passes and another fails; else empty.",
       [](JsonWriter& json, const OpenRisk& open) { json.value(open.decides); }},
      {"settle", "What would tell which is so; else empty.",
       [](JsonWriter& json, const OpenRisk& open) { json.value(open.settle); }},
  };
  return members;
}

const ReportMembers<ObjectiveResult>& measured_members() {
  using Result = ObjectiveResult;
  static const ReportMembers<Result> members = {
      {"count", "Replications in which it was measured.",
       [](JsonWriter& json, const Result& result) { json.value(result.measured.count); }},
      {"threshold", "What it is compared with.",
       [](JsonWriter& json, const Result& result) { json.value(result.condition.threshold); }},
      {"median", "Over replications.",
       [](JsonWriter& json, const Result& result) {
         write(json, if_measured(result, &Measurements::median));
       }},
      {"lowest", "Over replications.",
       [](JsonWriter& json, const Result& result) {
         write(json, if_measured(result, &Measurements::lowest));
       }},
      {"highest", "Over replications.",
       [](JsonWriter& json, const Result& result) {
         write(json, if_measured(result, &Measurements::highest));
       }},
      {"margin",
       "The median's distance to the threshold as a share of it, negative on the bad side.",
       [](JsonWriter& json, const Result& result) {
         write(json, margin_of(result.measured, result.condition));
       }},
  };
  return members;
}

const ReportMembers<ObjectiveResult>& objective_members() {
  using Result = ObjectiveResult;
  static const ReportMembers<Result> members = {
      {"name", "Of the objective.",
       [](JsonWriter& json, const Result& result) { json.value(result.name); }},
      {"expect", "What is expected, as written.",
       [](JsonWriter& json, const Result& result) { json.value(result.expectation); }},
      {"over", "In which interval.",
       [](JsonWriter& json, const Result& result) { json.value(result.interval_name); }},
      {"probability", "That it is met; a replication without data counts as not met.",
       [](JsonWriter& json, const Result& result) { json.value(result.probability()); }},
      {"interval", "The 95 % Clopper-Pearson limits of that, no data counted both ways.",
       [](JsonWriter& json, const Result& result) { write(json, result.probability_interval()); }},
      {"accepted_risk", "The accepted probability of missing it.",
       [](JsonWriter& json, const Result& result) { json.value(result.accepted_risk); }},
      {"measured", "What was measured.",
       [](JsonWriter& json, const Result& result) {
         write_object(json, measured_members(), result);
       }},
      {"verdict", "`pass`, `fail` or `inconclusive`.",
       [](JsonWriter& json, const Result& result) { json.value(word(result.verdict)); }},
      {"reason", "Why it is inconclusive.",
       [](JsonWriter& json, const Result& result) { json.value(result.reason); }},
      {"control", "`missed`, `no_data`, `risk`, `risk_interval` of the control arm; null without.",
       [](JsonWriter& json, const Result& result) {
         if (!result.control) {
           json.null();
         } else {
           write_object(json, risk_members(), *result.control);
         }
       }},
      {"readings",
       "What it comes to under other readings of what nobody knows; null: none were run.",
       [](JsonWriter& json, const Result& result) {
         if (!result.open) {
           json.null();
         } else {
           write_object(json, open_members(), *result.open);
         }
       }},
  };
  return members;
}

void write_objective(JsonWriter& json, const ObjectiveResult& result) {
  json.begin_object();
  write_members(json, objective_members(), result);
  write_members(json, risk_members(), result.experiment);
  json.end_object();
}

}  // namespace rehearse
