#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds one span of Datadog: as tracers send it to the agent (a list of traces, which are lists of
/// such spans), or as the API answers a search for spans. Ids are decimal numbers; of those of 128
/// bits the lower half counts, which all spans of a trace tell. False, with nothing added, when
/// `value` is no such thing.
bool read_datadog_span(const JsonValue& value, SpanSet& set);

}  // namespace rehearse
