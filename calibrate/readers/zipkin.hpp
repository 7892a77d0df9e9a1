#pragma once

#include "calibrate/readers/json.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds one span as Zipkin writes it, of version 2 or 1 of its format, which is told by what it
/// holds. Times are in microseconds. A record of version 1 that holds both sides of a call, or of a
/// message, becomes two spans under one id, as when each side had reported its own: the trace
/// forest tells them apart. False, with nothing added, when `record` is no such thing.
///
/// The tag `error` means a failure whatever it says, save "false". A span that says no kind but
/// names its own and another service is a client, as Zipkin's graph of dependencies has it. A
/// message without a duration takes none; any other span without one never ended, so that its times
/// are impossible.
bool read_zipkin_span(const JsonValue& record, SpanSet& set);

}  // namespace rehearse
