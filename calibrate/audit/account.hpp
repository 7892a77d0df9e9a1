#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "calibrate/audit/self_check.hpp"
#include "calibrate/audit/stationarity.hpp"
#include "calibrate/learn/arrivals.hpp"
#include "calibrate/learn/behaviours.hpp"
#include "calibrate/learn/edges.hpp"
#include "calibrate/readers/span.hpp"
#include "calibrate/traces/peers.hpp"
#include "calibrate/traces/roles.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/unbounded_names.hpp"
#include "calibrate/traces/visits.hpp"

namespace rehearse {

/// A (service, operation) pair of the recording and the role that most of its spans have.
struct RoleRow {
  std::string service;
  std::string operation;
  Role role = Role::internal;
  std::uint64_t spans = 0;
  std::uint64_t in_other_roles = 0;
};

struct EndpointRow {
  std::string endpoint;  // service/operation
  bool peer_only = false;
  BehaviourCounts counts;
  std::size_t behaviours = 0;
  double mean_milliseconds = 0;
  double own_error_percent = 0;
};

struct EdgeRow {
  std::string caller;
  std::string callee;
  EdgeFacts facts;
  double failures_survived = 0;  // the share of them
  bool slower_way = false;       // than other calls between these services: see NetworkFacts
};

/// What the callers of a service were seen to do: give up after a time, try again.
struct CallerRow {
  std::string caller;
  std::string callee;
  std::string seen;
};

/// An endpoint in traces of its own that lies within visits of another: see DroppedContext.
struct DroppedContextRow {
  std::string endpoint;
  std::string caller;
  std::uint64_t visits = 0;
  std::uint64_t joined = 0;
};

/// A service of which some instances took the place of others.
struct ReplacedRow {
  std::string service;
  int at_a_time = 0;
  std::size_t ids = 0;
};

/// A service of which the number of instances changed, as by an autoscaler.
struct ScaledRow {
  std::string service;
  int taken = 0;
  int most = 0;
  double share_of_more = 0;  // of the visits, those that met more than were taken
  double from = 0;           // seconds from the first span of the recording: when these began
  double until = 0;
  /// "4 for 33 % of the visits, from 20s to 30s"
  std::string text() const;
};

/// What was used, what was left out, and why.
struct Account {
  std::vector<std::string> files;
  ReadCounts read;
  TraceSample sample;            // of the traces read
  std::uint64_t most_spans = 0;  // that it may have
  ForestCounts forest;
  VisitCounts visits;
  ArrivalFacts arrivals;
  std::uint64_t spans_used = 0;
  std::size_t services = 0;
  std::vector<RoleRow> roles;
  std::vector<EndpointRow> endpoints;
  std::vector<EdgeRow> edges;
  std::vector<CallerRow> callers;
  std::vector<DroppedContextRow> dropped_contexts;
  std::vector<ReplacedRow> replaced;
  std::vector<ScaledRow> scaled;
  std::vector<DatabaseHosts> databases;
  std::vector<UnboundedNames> unbounded_names;
  std::vector<std::string> assumptions;
  std::uint64_t traces_skipped = 0;  // as they began too early
  Stationarity stationarity;
  std::optional<SelfCheck> self_check;

  std::size_t pairs_in_role(Role role) const;
};

/// Everything; or what fits on two screens: of long lists the most used rows, and how many more.
enum class Detail { all, most_used };

/// For people, in lines of text.
std::string text(const Account& account, Detail detail = Detail::all);

}  // namespace rehearse
