#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "language/table.hpp"
#include "language/value_kinds.hpp"
#include "models/values/endpoint_name.hpp"

namespace rehearse {

/// Which of the instances that match every filter a fault meets. `all`: also the dead, and later
/// ones. Else chosen once, when it starts, by random draws among the live that get traffic.
struct TargetSpec {
  enum class Mode { one, all, fixed, fixed_percent };
  std::string service;
  std::string operation;  // this endpoint only
  std::string version;
  std::string zone;
  std::string host;
  std::string workload;
  std::string caller;  // only what this service or workload sends
  Mode mode = Mode::all;
  double value = 0;  // fixed: a count; fixed_percent: percent, rounded up
  bool operator==(const TargetSpec&) const = default;
};

/// Whom a kind of fault can meet: instances, by service, version, zone and host, and besides:
struct TargetRule {
  bool workload = false;  // a workload, and nothing but one
  bool endpoint = false;  // perhaps requests for one endpoint only
  bool caller = false;    // perhaps messages from one caller only
  bool zone = false;      // a zone must be named
};

inline constexpr Choice<TargetSpec::Mode> mode_words{
    {TargetSpec::Mode::one, "one"},
    {TargetSpec::Mode::all, "all"},
    {TargetSpec::Mode::fixed, "fixed"},
    {TargetSpec::Mode::fixed_percent, "fixed-percent"}};

/// The keys of a target; `endpoint` names service and operation at once.
struct TargetKeys {
  std::optional<std::string> service;
  std::optional<EndpointName> endpoint;
  std::optional<std::string> version;
  std::optional<std::string> zone;
  std::optional<std::string> host;
  std::optional<std::string> workload;
  std::optional<std::string> caller;
  TargetSpec::Mode mode = TargetSpec::Mode::all;
  std::optional<double> value;

  static TargetKeys of(const TargetSpec& target);
  TargetSpec spec() const;
};
template <class Visitor, SpecOf<TargetKeys> Spec>
void describe(Visitor& visitor, Spec& spec) {
  visitor.key({"service", "Instances of this service.", Need::conditional}, spec.service,
              Text{"the name of a service"});
  visitor.key(
      {"endpoint", "latency and abort: only requests for this endpoint.", Need::conditional},
      spec.endpoint, EndpointText{});
  visitor.key({"version", "Instances of this version: stable or canary.", Need::conditional},
              spec.version, Text{"stable or canary"});
  visitor.key({"zone", "Instances in this zone.", Need::conditional}, spec.zone,
              Text{"the name of a zone"});
  visitor.key({"host", "Instances on this host.", Need::conditional}, spec.host,
              Text{"the name of a host"});
  visitor.key({"workload", "load_spike: the arrivals of this workload.", Need::conditional},
              spec.workload, Text{"the name of a workload"});
  visitor.key(
      {"caller",
       "packet_loss: only what this service or workload sends, and the answers; all callers when "
       "absent.",
       Need::conditional},
      spec.caller, Text{"the name of a service or workload"});
  visitor.key({"mode", "Which of the instances that match."}, spec.mode, mode_words);
  visitor.key(
      {"value", "fixed: how many. fixed-percent: how many percent, rounded up.", Need::conditional},
      spec.value, Number{0, 1e6, Number::Lower::excluded});
}

/// The target fits its mode and names somebody.
void inspect(Reader& reader, const Node& node, const TargetKeys& keys);

/// The target names whom a fault of this kind can meet, and nobody else.
void check_target(Reader& reader, const Node& target, const TargetRule& rule,
                  std::string_view kind);

}  // namespace rehearse
