#pragma once

#include <optional>
#include <string>
#include <vector>

#include "calibrate/readers/column_mapping.hpp"
#include "calibrate/readers/element_scanner.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/readers/span.hpp"

namespace rehearse {

/// Of recorded traces. `detect` looks at what the file holds, never at its name; `otlp` is any way
/// in which the spans of OpenTelemetry are written.
enum class TraceFormat { detect, jaeger, zipkin, otlp, xray, datadog, csv };

struct ReadOptions {
  TraceFormat format = TraceFormat::detect;
  std::optional<ColumnMapping> columns;
  NameBy name_by;
  InputLimits input_limits;
  ScannerLimits scanner_limits;
  /// Of more than these a sample of whole traces is kept.
  std::uint64_t most_spans = default_most_spans;
  // What is read depends on neither:
  int threads = 1;
  std::size_t batch_bytes = std::size_t{1} << 20;  // that a thread reads at once
};

/// Reads all spans of the files, or where these are more than `most_spans` those of a sample of
/// traces (`thin`; they are not weighed yet). Memory grows with the spans kept (88 bytes each, and
/// their distinct names), not with the files. The result does not depend on the order of files and
/// spans. Throws InvalidInput, with file and byte offset, for what cannot be read at all, and when
/// there is not one usable span, or no trace within `most_spans`; what is wrong with single spans
/// is counted.
SpanSet read_spans(const std::vector<std::string>& files, const ReadOptions& options);

}  // namespace rehearse
