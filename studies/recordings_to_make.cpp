#include "studies/recordings_to_make.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "language/spec_path.hpp"
#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "studies/recorded_load.hpp"

namespace rehearse {
namespace {

/// Steady load over ten minutes shows where a queue begins, at less than all that there will be.
constexpr const char* shares_of_load = "0.6 to 0.8";

std::string load_text(const std::string& service, const BeyondRecording& beyond) {
  const auto found =
      std::find_if(beyond.services.begin(), beyond.services.end(),
                   [&](const BeyondService& one) { return one.load.service == service; });
  if (found == beyond.services.end() || found->visits_per_second <= 0) return "";
  return fmt::format(" at {} of {:.3g} visits/s", shares_of_load, found->visits_per_second);
}

std::string service_in(const std::string& path) {
  const auto parts = parse_path(path);
  if (!parts || parts->size() < 2 || parts->front() != PathPart("services")) return "";
  const auto* name = std::get_if<std::string>(&(*parts)[1]);
  return name == nullptr ? "" : *name;
}

std::uint64_t recorded_calls(const OpenValue& value, const ModelSpec& model) {
  const auto evidence = model.evidence.find(value.path());
  return evidence == model.evidence.end() ? 0 : evidence->second.n;
}

}  // namespace

std::string recording_for(const OpenValue& value, const BeyondRecording& beyond) {
  switch (value.kind) {
    case OpenValue::Kind::limit:
      return fmt::format("record 10 minutes{}, full sampling, of {}, or give {}",
                         load_text(value.service, beyond), value.service, value.path());
    case OpenValue::Kind::failure:
      return fmt::format(
          "record 10 minutes in which 5 % of the calls from {} to {} fail, full sampling of {}, or "
          "give {}",
          value.service, value.callee, value.service, value.path());
    case OpenValue::Kind::timeout:
      return fmt::format(
          "record 10 minutes in which some calls from {} to {} take a minute, full sampling of {}, "
          "or give {}",
          value.service, value.callee, value.service, value.path());
  }
  return "";
}

std::string recording_for(const std::string& evidence_path, const ModelSpec& model) {
  constexpr double times_more = 3;  // four times as much in all halves an interval
  const std::string service = service_in(evidence_path);
  const std::string whom = service.empty() ? "" : " of " + service;
  const auto seconds = recorded_seconds(model.provenance);
  if (!seconds) return fmt::format("record three times as much more{} to halve its interval", whom);
  const double more = times_more * *seconds * model.provenance.sampling_percent / 100;
  const double minutes = std::max(1.0, std::ceil(more / 60));
  return fmt::format("record {} more{} at the recorded load, full sampling, to halve its interval",
                     rounded_duration_text(minutes * 60), whom);
}

std::string range_text(const OpenValue& value, const ModelSpec& model) {
  switch (value.kind) {
    case OpenValue::Kind::limit:
      if (!model.services.at(value.service).highest_recorded) {
        return "1 worker to unlimited: how many were at work at once is not said";
      }
      return fmt::format(
          "{} or {} to unlimited: as many were inside, and at work, at once in the recording",
          counted(static_cast<std::uint64_t>(value.least_workers), "worker"),
          counted(static_cast<std::uint64_t>(value.least_cores), "core"));
    case OpenValue::Kind::failure:
      return fmt::format("survives or fails with the call: none of {} failed",
                         counted(recorded_calls(value, model), "recorded call"));
    case OpenValue::Kind::timeout:
      return "none, or a default of a client library (1s to 1m): no call was seen given up";
  }
  return "";
}

}  // namespace rehearse
