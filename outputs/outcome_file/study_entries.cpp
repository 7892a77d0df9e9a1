#include "outputs/outcome_file/study_entries.hpp"

#include <fmt/format.h>

#include <string>

#include "models/outcomes/metric.hpp"

namespace rehearse {
namespace {

std::vector<double> bin_edges(std::uint32_t offset) {
  std::vector<double> edges;
  for (std::uint32_t bin = 0; bin < LatencyBins::count; ++bin) {
    edges.push_back(LatencyBins::lower_edge(bin + offset).in_seconds());
  }
  return edges;
}

template <class Value, class Of>
std::vector<Value> of_objectives(const Place& place, Of of) {
  std::vector<Value> values;
  for (const ObjectiveResult& result : place.findings->objectives) values.push_back(of(result));
  return values;
}

std::string text_of(const ProvenanceSpec& provenance) {
  return fmt::format(
      "traces = {}\nspans = {}\nwindow = {}\nsampling_percent = {}\ncalibrated_by = {}\n"
      "sources = {}\n",
      provenance.traces, provenance.spans, provenance.window, provenance.sampling_percent,
      provenance.calibrated_by, provenance.sources);
}

}  // namespace

void add_study_entries(std::vector<DatasetEntry>& entries) {
  using Texts = std::vector<std::string>;
  entries.push_back(
      {Scope::study, "scenario_text", "", "", "The scenario file, byte for byte.",
       [](const Place& p) -> Hdf5Values { return Texts{p.study->information.scenario_text}; }});
  entries.push_back(
      {Scope::study, "model_text", "", "", "The model file, byte for byte.",
       [](const Place& p) -> Hdf5Values { return Texts{p.study->information.model_text}; }});
  entries.push_back({Scope::study, "provenance", "", "",
                     "What the model was learned from, a line for each fact.",
                     [](const Place& p) -> Hdf5Values {
                       return Texts{text_of(p.study->information.provenance)};
                     }});
  entries.push_back({Scope::study, "latency_bins/lower", "bin", "s",
                     "Lower edges of the bins of all latency histograms (included).",
                     [](const Place&) -> Hdf5Values { return bin_edges(0); }});
  entries.push_back({Scope::study, "latency_bins/upper", "bin", "s",
                     "Upper edges (excluded; the last bin is open).",
                     [](const Place&) -> Hdf5Values { return bin_edges(1); }});
}

void add_objective_entries(std::vector<DatasetEntry>& entries) {
  using Texts = std::vector<std::string>;
  entries.push_back({Scope::study, "objectives/name", "objective", "", "Names of the objectives.",
                     [](const Place& p) -> Hdf5Values {
                       return of_objectives<std::string>(p, [](auto& o) { return o.name; });
                     }});
  entries.push_back({Scope::study, "objectives/expectation", "objective", "",
                     "What is expected, as written.", [](const Place& p) -> Hdf5Values {
                       return of_objectives<std::string>(p, [](auto& o) { return o.expectation; });
                     }});
  entries.push_back({Scope::study, "objectives/interval", "objective", "",
                     "The interval in which it is expected.", [](const Place& p) -> Hdf5Values {
                       return of_objectives<std::string>(p,
                                                         [](auto& o) { return o.interval_name; });
                     }});
  entries.push_back({Scope::study, "objectives/unit", "objective", "",
                     "The unit of its measured values.", [](const Place& p) -> Hdf5Values {
                       Texts units;
                       for (const ObjectiveSpec& objective : p.study->experiment.objectives()) {
                         units.emplace_back(unit_word(row_of(objective.expect.metric).unit));
                       }
                       return units;
                     }});
  entries.push_back({Scope::study, "objectives/accepted_risk", "objective", "1",
                     "The accepted probability of missing it.", [](const Place& p) -> Hdf5Values {
                       return of_objectives<double>(p, [](auto& o) { return o.accepted_risk; });
                     }});
  entries.push_back({Scope::study, "objectives/verdict", "objective", "",
                     "pass, fail or inconclusive.", [](const Place& p) -> Hdf5Values {
                       return of_objectives<std::string>(
                           p, [](auto& o) { return std::string(word(o.verdict)); });
                     }});
}

}  // namespace rehearse
