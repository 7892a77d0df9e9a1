#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds one span as OpenSearch's Data Prepper stores those of OpenTelemetry: a document with
/// `traceId`, `spanId` and `durationInNanos` whose times are dates. Attributes stand in fields
/// (`span.attributes.http@status_code`), dots being written as another letter, or in objects.
/// False, with nothing added, when `document` is no such thing.
bool read_data_prepper_document(const JsonValue& document, SpanSet& set);

}  // namespace rehearse
