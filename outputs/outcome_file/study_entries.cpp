#include "outputs/outcome_file/study_entries.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "models/outcomes/metric.hpp"
#include "sim/enumerators.hpp"

namespace rehearse {
namespace {

std::vector<double> bin_edges(std::uint32_t offset) {
  std::vector<double> edges;
  for (std::uint32_t bin = 0; bin < LatencyBins::count; ++bin) {
    edges.push_back(LatencyBins::lower_edge(bin + offset).in_seconds());
  }
  return edges;
}

struct OverRow {
  IntervalSpec::Kind kind;
  const char* word;
};
constexpr std::array<OverRow, enumerator_count<IntervalSpec::Kind>()> over_rows = {{
    {IntervalSpec::Kind::run, "run"},
    {IntervalSpec::Kind::fault, "fault"},
    {IntervalSpec::Kind::after, "after"},
    {IntervalSpec::Kind::custom, "custom"},
}};
static_assert(lists_every(over_rows, &OverRow::kind));

/// Some text of each result.
template <class Of>
auto texts_of_results(Of of) {
  return [of](const Place& p) {
    std::vector<std::string> texts;
    for (const ObjectiveResult& result : p.findings->objectives) texts.emplace_back(of(result));
    return texts;
  };
}

void add_provenance(DatasetTable& table) {
  table.scalar(
      "provenance/traces", "1", "Traces that the model was learned from.",
      [](const auto& p) -> auto& { return p.study->information.provenance.traces; });
  table.scalar(
      "provenance/spans", "1", "Their spans.",
      [](const auto& p) -> auto& { return p.study->information.provenance.spans; });
  table.scalar(
      "provenance/window", "", "When they were recorded: start/duration, ISO 8601.",
      [](const auto& p) -> auto& { return p.study->information.provenance.window; });
  table.scalar(
      "provenance/sampling_percent", "%", "So many of all traces were recorded.",
      [](const auto& p) -> auto& { return p.study->information.provenance.sampling_percent; });
  table.scalar(
      "provenance/calibrated_by", "", "The program that learned the model.",
      [](const auto& p) -> auto& { return p.study->information.provenance.calibrated_by; });
  table.scalar(
      "provenance/sources", "", "What it read.",
      [](const auto& p) -> auto& { return p.study->information.provenance.sources; });
}

void add_unknown(DatasetTable& table) {
  const auto unknown = [](const auto& p) -> auto& {
    return p.study->unknown;
  };
  const std::string axis = "unknown capacity";
  table.field("unknown_capacity/service", axis, "",
              "Services that get more than was recorded, their limits being assumed.", unknown,
              &UnknownCapacity::service);
  table.field("unknown_capacity/work_ratio", axis, "1",
              "Work to the highest recorded work of an instance; NaN: not recorded.", unknown,
              &UnknownCapacity::work_ratio);
  table.field("unknown_capacity/inside_ratio", axis, "1",
              "Requests inside an instance to the most that were recorded; NaN: not recorded.",
              unknown, &UnknownCapacity::inside_ratio);
  table.field("unknown_capacity/visits_ratio", axis, "1",
              "Visits to the recorded ones; NaN: not compared.", unknown,
              &UnknownCapacity::visits_ratio);
}

void add_untried(DatasetTable& table) {
  const auto untried = [](const auto& p) -> auto& {
    return p.study->untried;
  };
  const std::string axis = "edge";
  table.field("failures_never_recorded/caller", axis, "",
              "Callers whose answer to a failure is assumed, and that met failures.", untried,
              &FailureNeverRecorded::caller);
  table.field("failures_never_recorded/callee", axis, "", "Whom they call.", untried,
              &FailureNeverRecorded::callee);
  table.field("failures_never_recorded/recorded_calls", axis, "1",
              "Recorded calls between them, all good.", untried,
              &FailureNeverRecorded::recorded_calls);
}

/// The counts that a risk is made of.
void add_risk(DatasetTable& table, const std::string& name, Risk OpenRisk::*which) {
  const auto open = [](const auto& p) -> auto& {
    return p.study->open;
  };
  const auto add = [&](const std::string& what, const char* meaning, auto member) {
    table.field(
        "readings/" + name + "/" + what, "objective of readings", "1", meaning,
        open, [=](auto& one) -> auto& { return one.*which.*member; });
  };
  add("missed", "Replications of this reading that missed the objective.", &Risk::missed);
  add("no_data", "Those in which it was not measured.", &Risk::no_data);
  add("replications", "All of them.", &Risk::replications);
  add("worth", "So many independent replications would tell as much.", &Risk::worth);
}

void add_open(DatasetTable& table) {
  const auto open = [](const auto& p) -> auto& {
    return p.study->open;
  };
  const std::string axis = "objective of readings";
  table.field(
      "readings/tried", axis, "1",
      "Readings of what nobody knows, the model's own included; no rows where none were run.", open,
      &OpenRisk::tried);
  table.field("readings/complete", axis, "1", "0: their search was interrupted.", open,
              &OpenRisk::complete);
  add_risk(table, "hopeful", &OpenRisk::hopeful);
  add_risk(table, "fearful", &OpenRisk::fearful);
  table.field("readings/decides", axis, "",
              "The values that decide, where one reading passes and another fails.", open,
              &OpenRisk::decides);
  table.field("readings/settle", axis, "", "What would tell which is so.", open, &OpenRisk::settle);
}

/// MetricCondition has a text of its own language.
std::vector<std::string> expectations(const Place& place) {
  std::vector<std::string> texts;
  for (const ObjectiveSpec& one : place.study->objectives) texts.push_back(one.expect.text);
  return texts;
}

void restore_expectations(const Target& target, Hdf5Values read) {
  const auto texts = taken<std::string>(std::move(read));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto parsed = parse_condition(texts[i]);
    auto* const condition = std::get_if<MetricCondition>(&parsed);
    if (condition == nullptr) throw InvalidInput("an expectation cannot be read");
    target.study->objectives.at(i).expect = std::move(*condition);
  }
}

std::vector<std::string> over_words(const Place& place) {
  std::vector<std::string> words;
  for (const ObjectiveSpec& one : place.study->objectives) {
    words.emplace_back(over_rows[static_cast<std::size_t>(one.over.kind)].word);
  }
  return words;
}

void restore_over(const Target& target, Hdf5Values read) {
  const auto words = taken<std::string>(std::move(read));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto* const row = std::find_if(over_rows.begin(), over_rows.end(),
                                         [&](const OverRow& one) { return words[i] == one.word; });
    if (row == over_rows.end()) throw InvalidInput("a part of a run is not known");
    target.study->objectives.at(i).over.kind = row->kind;
  }
}

/// What was asked, in the words of the scenario.
void add_asked(DatasetTable& table) {
  const auto objectives = [](const auto& p) -> auto& {
    return p.study->objectives;
  };
  const std::string axis = "objective";
  table.field("objectives/name", axis, "", "Names of the objectives.", objectives,
              &ObjectiveSpec::name);
  table.other("objectives/expectation", axis, "", "What is expected, as written.", expectations,
              restore_expectations);
  table.field("objectives/probability", axis, "1", "With what probability it must be met.",
              objectives, &ObjectiveSpec::probability);
  table.other("objectives/over", axis, "",
              "The part of the run that it is about: run, fault, after, custom.", over_words,
              restore_over);
  table.field(
      "objectives/over_from", axis, "s", "Its start, where custom; else 0.", objectives,
      [](auto& one) -> auto& { return one.over.from; });
  table.field(
      "objectives/over_to", axis, "s", "Its end, where custom; else 0.", objectives,
      [](auto& one) -> auto& { return one.over.to; });
}

void add_answered(DatasetTable& table) {
  const std::string axis = "objective";
  table.derived("objectives/interval", axis, "", "The interval in which it is expected.",
                texts_of_results([](const auto& result) { return result.interval_name; }));
  table.derived("objectives/unit", axis, "", "The unit of its measured values.",
                texts_of_results([](const auto& result) {
                  return unit_word(row_of(result.condition.metric).unit);
                }));
  table.derived("objectives/accepted_risk", axis, "1", "The accepted probability of missing it.",
                [](const Place& p) {
                  std::vector<double> risks;
                  for (const ObjectiveResult& result : p.findings->objectives) {
                    risks.push_back(result.accepted_risk);
                  }
                  return risks;
                });
  table.derived("objectives/verdict", axis, "", "pass, fail or inconclusive.",
                texts_of_results([](const auto& result) { return word(result.verdict); }));
}

}  // namespace

void add_study_entries(std::vector<DatasetEntry>& entries) {
  DatasetTable table(entries, Scope::study);
  table.scalar(
      "scenario_text", "", "The scenario file, byte for byte.",
      [](const auto& p) -> auto& { return p.study->information.scenario_text; });
  table.scalar(
      "model_text", "", "The model file, byte for byte.",
      [](const auto& p) -> auto& { return p.study->information.model_text; });
  add_provenance(table);
  table.column(
      "user_endpoints", "user endpoint", "", "What workloads ask for: service/operation.",
      [](const auto& p) -> auto& { return p.study->information.user_endpoints; });
  table.column(
      "doubts", "doubt", "", "What the scenario says and probably does not mean.",
      [](const auto& p) -> auto& { return p.study->information.doubts; });
  table.column(
      "contradicted", "contradicted value", "",
      "Values that a person gave and that the recording speaks against: nothing passes.",
      [](const auto& p) -> auto& { return p.study->information.contradicted; });
  table.scalar(
      "disturbance_at", "s", "The first start of a fault or rollout; NaN: there is none.",
      [](const auto& p) -> auto& { return p.study->information.disturbance_at_seconds; });
  table.derived("latency_bins/lower", "bin", "s",
                "Lower edges of the bins of all latency histograms (included).",
                [](const Place&) { return bin_edges(0); });
  table.derived("latency_bins/upper", "bin", "s", "Upper edges (excluded; the last bin is open).",
                [](const Place&) { return bin_edges(1); });
  add_unknown(table);
  add_untried(table);
  add_open(table);
}

void add_objective_entries(std::vector<DatasetEntry>& entries) {
  DatasetTable table(entries, Scope::study);
  add_asked(table);
  add_answered(table);
}

}  // namespace rehearse
