#pragma once

#include "calibrate/readers/element_scanner.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/readers/protobuf_framing.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds the spans of a file of OTLP's traces in protobuf (ExportTraceServiceRequest, TracesData),
/// as read_otlp_resource_spans does those of JSON. What cannot be read is left out and counted: a
/// value, a span, or one of the `resource_spans`, never its neighbours. Throws InvalidInput when
/// nothing can. Memory: one of the `resource_spans`.
void read_otlp_protobuf(Input& input, ProtobufFraming framing, const ScannerLimits& limits,
                        SpanSet& set);

}  // namespace rehearse
