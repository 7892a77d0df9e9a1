#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "calibrate/calibrate.hpp"
#include "calibrate/readers/reader.hpp"
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

/// Where recordings of other people's systems lie. Nothing where they do not: the test is skipped.
inline std::optional<std::string> shared_data(const std::string& name) {
  const std::string path = std::string(REHEARSE_SOURCE_DIR) + "/../shared/data/" + name;
  if (std::filesystem::exists(path)) return path;
  testing::skip("the recordings of ../shared/data are not on this machine");
  return std::nullopt;
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
