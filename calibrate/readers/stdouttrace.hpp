#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds one span as the libraries of OpenTelemetry print it on a console: Go's `stdouttrace`
/// (`SpanContext`, attributes in lists) or Python's ConsoleSpanExporter (`context`, ids behind 0x).
/// Times are dates; spans that were printed without them have impossible times. False, with nothing
/// added, when `value` is no such thing.
bool read_printed_span(const JsonValue& value, SpanSet& set);

}  // namespace rehearse
