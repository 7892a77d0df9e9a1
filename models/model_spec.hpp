#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "models/service_spec.hpp"
#include "models/workload_spec.hpp"

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

}  // namespace rehearse
