#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// What reading X-Ray's documents came to.
enum class XrayReading { no_xray, read, unreadable_document };

/// Adds the spans of a trace as AWS X-Ray's BatchGetTraces answers it (`Segments`, each with its
/// `Document` as a text), of one such segment, or of a segment document itself. Times are seconds
/// with a fraction, taken to the microsecond. A segment is the called side, its subsegments to
/// other services (`namespace` remote or aws) are calls, its other subsegments are internal.
///
/// `fault` and `throttle` mean a failure, and so does `error` unless the answer was of the client's
/// making (a status of 400 to 499 other than 429): a service that says so does not fail.
///
/// A segment that X-Ray inferred repeats the call it was inferred from, so it is none of its own:
/// it goes to `set.stand_ins`, and a subsegment that came by itself to `set.followers`. `parser` is
/// for the documents within; not the one that `value` is of.
XrayReading read_xray(const JsonValue& value, JsonParser& parser, SpanSet& set);

/// The line that the X-Ray daemon is sent before each document.
bool is_xray_header(const JsonValue& value);

}  // namespace rehearse
