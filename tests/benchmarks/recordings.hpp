#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace rehearse::bench {

/// A file of invented traces, as a shop of six services would record them: ten spans a trace,
/// client and server sides, six attributes each. The same bytes for the same size.
struct Recording {
  std::string path;
  std::uint64_t bytes = 0;
  std::uint64_t spans = 0;
};

/// Each writes whole traces to `path` until the file has at least so many bytes. Throws
/// std::runtime_error when it cannot be written.
using WriteRecording = std::function<Recording(const std::string& path, std::uint64_t bytes)>;

/// A line for every twenty traces, as a collector exports them to a file.
Recording write_otlp_json(const std::string& path, std::uint64_t bytes);
/// One document, as the query API answers.
Recording write_jaeger_json(const std::string& path, std::uint64_t bytes);
/// One message whose parts hold twenty traces each.
Recording write_otlp_protobuf(const std::string& path, std::uint64_t bytes);

}  // namespace rehearse::bench
