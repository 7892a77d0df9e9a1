#pragma once

#include "calibrate/readers/input.hpp"
#include "calibrate/readers/reader.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Adds the spans of one file of JSON, of whatever format. What cannot be read is left out and
/// counted; only when nothing can, throws InvalidInput for what was wrong with the first. Throws
/// it, too, as an ElementScanner does.
void read_json_file(Input& input, const ReadOptions& options, SpanSet& set);

}  // namespace rehearse
