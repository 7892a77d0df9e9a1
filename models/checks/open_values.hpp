#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// Caller and callee.
using EdgeName = std::pair<std::string, std::string>;

/// A value that the recording of a calibrated model does not tell. It has a range and no direction:
/// unlimited workers help one service and drown another.
struct OpenValue {
  enum class Kind {
    limit,    // of an instance: from few workers, or few cores, to unlimited
    failure,  // what a caller does when a call fails that never did: it survives, or fails
    timeout,  // of calls that none was seen of: none, or the default of a client library
  };
  Kind kind = Kind::limit;
  std::string service;    // whose limit it is; or who calls
  std::string callee;     // none of a limit
  int least_workers = 1;  // of a limit: as many as were seen inside
  int least_cores = 1;    // and as were seen at work, calls left out
  bool operator==(const OpenValue&) const = default;

  EdgeName edge() const { return {service, callee}; }
  /// Where a person would give it: services.frontend.workers.
  std::string path() const;
};

/// What an instance can do at once: whether workers or cores are short is open, too.
struct Limit {
  enum class Of { workers, cores };
  Of of = Of::workers;
  int count = 1;
  bool operator==(const Limit&) const = default;
};
using Limits = std::map<std::string, Limit>;  // by service

/// One assignment of all open values. What it does not name is as in the model itself: unlimited,
/// failing with the call, waiting for ever. So the empty one is the model.
struct Reading {
  Limits limits;                          // of an instance
  std::set<EdgeName> survived;            // callers ignore failures along these
  std::map<EdgeName, Duration> timeouts;  // of whole calls
  bool operator==(const Reading&) const = default;

  /// Of this value what the other reading says of it.
  void take(const OpenValue& value, const Reading& other);
  bool agrees(const OpenValue& value, const Reading& other) const;
};

/// What the evidence of a calibrated model does not say and the scenario touches: limits of
/// services that requests reach, failures along edges where some may arise (a fault, an error of
/// its own, a full queue or a timeout, there or below), timeouts along edges where delays may (a
/// fault, a rollout or a queue, there or below). Limits, failures, timeouts, each by name. None of
/// a model that no program learned, nor of what evidence says otherwise than assumed.
std::vector<OpenValue> open_values(const ModelSpec& model, const ExperimentSpec& experiment);

/// The model as a reading has it.
ModelSpec applied(ModelSpec model, const Reading& reading);

}  // namespace rehearse
