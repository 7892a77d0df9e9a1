#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds the spans of one trace as Jaeger's query API and user interface write it: {traceID, spans,
/// processes}. Times are in microseconds. References may embed whole spans; only their ids are
/// used. False, with nothing added, when `trace` is no such thing.
bool read_jaeger_trace(const JsonValue& trace, SpanSet& set);

/// Adds one span as Jaeger stores it in Elasticsearch or OpenSearch: it holds its own process, and
/// some or all of its tags are fields of the object `tag`, with an at sign for each dot. False,
/// with nothing added, when `document` is no such thing.
bool read_jaeger_document(const JsonValue& document, SpanSet& set);

}  // namespace rehearse
