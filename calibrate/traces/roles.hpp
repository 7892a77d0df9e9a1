#pragma once

#include <cstdint>
#include <vector>

#include "calibrate/traces/trace_forest.hpp"

namespace rehearse {

/// What a span is to the model. endpoint: the server side of a call, or a root. client: the
/// caller's side of a call. internal: a part of its endpoint's own work.
enum class Role : std::uint8_t { endpoint, client, internal };

/// The role of each span. By its kind where it has one; otherwise from the tree: where the service
/// changes from parent to child the child is an endpoint, and the parent, when that is its only
/// child, the client side. A span whose parent is in another service is an endpoint whatever its
/// kind says: it is the first that is known of a visit there. A server span directly under one of
/// its own service is a second instrumentation of the same visit, hence internal. An orphan without
/// a kind has the role that most spans of its service and operation have; with no example it is
/// an endpoint when its trace has no root, as that must begin somewhere; otherwise internal.
std::vector<Role> assign_roles(const TraceForest& forest);

}  // namespace rehearse
