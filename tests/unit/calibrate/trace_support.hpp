#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "calibrate/calibrate.hpp"
#include "calibrate/readers/reader.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "sim/error.hpp"
#include "tests/support/skipped.hpp"

namespace rehearse::test {

/// A file that lives as long as this does.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& content, const std::string& name = "trace") {
    static int count = 0;
    path_ =
        (std::filesystem::temp_directory_path() /
         ("rehearse-" + name + "-" + std::to_string(::getpid()) + "-" + std::to_string(count++)))
            .string();
    std::ofstream(path_, std::ios::binary) << content;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline SpanSet read_text(const std::string& content, const ReadOptions& options = {}) {
  const TemporaryFile file(content);
  return read_spans({file.path()}, options);
}

/// Why a file with such a content is refused; "read" when it is not.
inline std::string refusal(const std::string& content) {
  try {
    read_text(content);
  } catch (const InvalidInput& mistake) {
    return mistake.what();
  }
  return "read";
}

/// Where recordings of other people's systems lie. Nothing where they do not: the test is skipped.
inline std::optional<std::string> shared_data(const std::string& name) {
  const std::string path = std::string(REHEARSE_SOURCE_DIR) + "/../shared/data/" + name;
  if (std::filesystem::exists(path)) return path;
  testing::skip("the recordings of ../shared/data are not on this machine");
  return std::nullopt;
}

/// What another program may count in a recording, too.
struct Census {
  std::size_t spans = 0;
  std::size_t traces = 0;
  std::size_t errors = 0;
  std::size_t orphans = 0;
  std::size_t pairs = 0;  // a server below a client
  std::map<std::string, int> services;
  std::map<SpanKind, int> kinds;
};

inline Census census_of(SpanSet set) {
  Census census;
  census.spans = set.spans.size();
  for (const Span& span : set.spans) {
    ++census.services[set.names.text(span.service)];
    ++census.kinds[span.kind];
    census.errors += span.error ? 1 : 0;
  }
  const TraceForest forest = plant(std::move(set.spans));
  census.traces = forest.counts.traces;
  census.orphans = forest.counts.orphans;
  for (std::size_t i = 0; i < forest.spans.size(); ++i) {
    const std::uint32_t parent = forest.parent[i];
    if (parent == TraceForest::none || forest.spans[i].kind != SpanKind::server) continue;
    census.pairs += forest.spans[parent].kind == SpanKind::client ? 1 : 0;
  }
  return census;
}

/// Builds spans by names.
class SpanBuilder {
 public:
  Span& add(std::uint64_t trace, std::uint64_t id, std::uint64_t parent, const std::string& service,
            const std::string& operation, std::int64_t start, std::int64_t end,
            SpanKind kind = SpanKind::unknown) {
    Span span;
    span.trace = {0, trace};
    span.id = id;
    span.parent = parent;
    span.service = set.names.intern(service);
    span.operation = set.names.intern(operation);
    span.start = start;
    span.end = end;
    span.kind = kind;
    set.counts.spans++;
    set.spans.push_back(span);
    return set.spans.back();
  }
  SpanSet set;
};

}  // namespace rehearse::test
