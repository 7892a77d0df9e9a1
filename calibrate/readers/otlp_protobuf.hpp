#pragma once

#include "calibrate/readers/input.hpp"
#include "calibrate/readers/protobuf_framing.hpp"
#include "calibrate/readers/reader.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds the spans of a file of OTLP's traces in protobuf (ExportTraceServiceRequest, TracesData),
/// as read_otlp_resource_spans does those of JSON. What cannot be read is left out and counted: a
/// value, a span, or one of the `resource_spans`, never its neighbours. Throws InvalidInput when
/// nothing can. Memory: that of read_in_batches.
void read_otlp_protobuf(Input& input, ProtobufFraming framing, const ReadOptions& options,
                        SpanSet& set);

}  // namespace rehearse
