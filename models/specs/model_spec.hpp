#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/specs/service_spec.hpp"
#include "models/specs/workload_spec.hpp"
#include "models/values/law_keys.hpp"
#include "sim/random/law_spec.hpp"

namespace rehearse {

/// What a model was learned from; copied into every outcome file. Times are RFC 3339 text.
struct ProvenanceSpec {
  std::uint64_t traces = 0;
  std::uint64_t spans = 0;
  std::string window;  // start/ISO 8601 duration
  double sampling_percent = 100;
  std::string calibrated_by;
  std::string sources;
  bool operator==(const ProvenanceSpec&) const = default;
};

/// Between instances. Edges with a latency of their own do not use it.
struct NetworkSpec {
  LawSpec latency;  // one way; none when absent
  bool operator==(const NetworkSpec&) const = default;
};

/// given: by a person, who knows; whatever was observed or assumed before.
enum class Basis { observed, assumed, given };

/// Why a learned value should be believed; the key is the path of the value in the model.
struct EvidenceSpec {
  Basis basis = Basis::assumed;
  std::uint64_t n = 0;
  std::string note;
  /// What was learned or given, where that is a number or a word: the model says something else
  /// once a person has edited it.
  std::optional<Node> value = std::nullopt;
  /// What the recording shows against `value`, which a person gave.
  std::optional<std::string> contradicted = std::nullopt;
  bool operator==(const EvidenceSpec&) const = default;
};

/// A system, as it was said: by calibration, or by a person. `System` makes it run.
struct ModelSpec {
  ProvenanceSpec provenance;
  NetworkSpec network;
  std::map<std::string, WorkloadSpec> workloads;
  std::map<std::string, ServiceSpec> services;
  std::map<std::string, EvidenceSpec> evidence;
  bool operator==(const ModelSpec&) const = default;
};

template <class Visitor, SpecOf<ProvenanceSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  const Text optional_text{"text", Text::Empty::allowed};
  visitor.key({"traces", "Traces used."}, spec.traces, Whole{});
  visitor.key({"spans", "Spans used."}, spec.spans, Whole{});
  visitor.key({"window", "When they were recorded: RFC 3339 start/ISO 8601 duration."}, spec.window,
              optional_text);
  visitor.key({"sampling_percent", "Of all traces, so many were recorded."}, spec.sampling_percent,
              Number{0, 100, Number::Lower::excluded});
  visitor.key({"calibrated_by", "The program that learned the model."}, spec.calibrated_by,
              optional_text);
  visitor.key({"sources", "The files it was learned from."}, spec.sources, optional_text);
}

template <class Visitor, SpecOf<NetworkSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"latency", "One way, on every edge without a latency of its own."}, spec.latency,
              LawTable{});
}

inline constexpr Choice<Basis> basis_words{
    {Basis::observed, "observed"}, {Basis::assumed, "assumed"}, {Basis::given, "given"}};

template <class Visitor, SpecOf<EvidenceSpec> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key(
      {"basis",
       "Whether it was seen, guessed, or given by a person who corrected the value: given wins.",
       Need::required},
      spec.basis, basis_words);
  visitor.key({"n", "From so many observations."}, spec.n, Whole{});
  visitor.key({"value",
               "What was learned, or given: where the model says something else at this path, a "
               "person has edited it, and calibrate takes that for given."},
              spec.value, AnyScalar{});
  visitor.key(
      {"contradicted",
       "What the recording shows against the given value: while the model holds it, nothing "
       "passes."},
      spec.contradicted, Text{"what was seen"});
  visitor.key({"note", "Anything else worth knowing."}, spec.note,
              Text{"text", Text::Empty::allowed});
}

/// What is wrong with the name of a service or workload; an operation may hold slashes.
std::string service_name_complaint(std::string_view name);

struct ModelDocument {
  int language = 1;
  ModelSpec model;
  std::map<std::string, LawSpec> laws;  // scenarios/named_laws.hpp puts them where they are named
};
template <class Visitor, SpecOf<ModelDocument> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"rehearse_model", "Says that this file is a model, in version 1 of the language.",
               Need::required},
              spec.language, LanguageVersion{});
  visitor.key({"provenance", "What the model was learned from."}, spec.model.provenance, Table{});
  visitor.key({"network", "Between instances."}, spec.model.network, Table{});
  visitor.key({"workloads", "Who sends requests."}, spec.model.workloads,
              Named<Table>{"WORKLOAD", Table{}, 100'000, &service_name_complaint});
  visitor.key({"services", "What the system is made of."}, spec.model.services,
              Named<Table>{"SERVICE", Table{}, 100'000, &service_name_complaint});
  visitor.key({"laws",
               "Laws under names: wherever a law stands in a model, its name may stand instead. "
               "Names do not begin with a digit, a sign or a point."},
              spec.laws, Named<LawTable>{"LAW", LawTable{}});
  visitor.key({"evidence", "Why learned values should be believed, by their path."},
              spec.model.evidence, Named<Table>{"PATH", Table{Layout::whole}});
}

}  // namespace rehearse
