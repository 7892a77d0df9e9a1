#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds the spans of one element of OTLP's `resourceSpans` (Tempo: `batches`), with `scopeSpans` or
/// the older `instrumentationLibrarySpans`; ids in hexadecimal or base64, times and kinds as
/// numbers or texts. False, with nothing added, when `resource_spans` is no such thing.
bool read_otlp_resource_spans(const JsonValue& resource_spans, SpanSet& set);

}  // namespace rehearse
