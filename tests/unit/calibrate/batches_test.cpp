#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

// A file is cut into batches that several threads read: whatever their number, the spans, the
// counts and every word of what was left out are the same.

namespace rehearse {
namespace {

/// All that reading found, or the words in which it refused.
struct Reading {
  std::string refused;
  std::vector<Span> spans;
  std::vector<std::string> names;
  decltype(SpanSet::stand_ins) stand_ins;
  std::vector<Follower> followers;
  ReadCounts counts;
  bool operator==(const Reading&) const = default;
};

Reading reading_of(const std::string& path, int threads, std::size_t batch_bytes) {
  ReadOptions options;
  options.threads = threads;
  options.batch_bytes = batch_bytes;
  Reading reading;
  try {
    SpanSet set = read_spans({path}, options);
    for (NameId name = 0; name < set.names.size(); ++name) {
      reading.names.push_back(set.names.text(name));
    }
    reading.spans = std::move(set.spans);
    reading.stand_ins = std::move(set.stand_ins);
    reading.followers = std::move(set.followers);
    reading.counts = std::move(set.counts);
  } catch (const Error& error) {
    reading.refused = error.what();
  }
  return reading;
}

/// One batch for one thread, where the file has no more than that, against many small ones.
Reading checked_reading_of(const std::string& path) {
  constexpr std::size_t whole_file = std::size_t{1} << 30;
  Reading whole = reading_of(path, 1, whole_file);
  for (const int threads : {1, 2, 4}) {
    for (const std::size_t batch_bytes : {std::size_t{1}, std::size_t{700}, std::size_t{1} << 20}) {
      INFO(path << ", " << threads << " threads, batches of " << batch_bytes);
      CHECK(reading_of(path, threads, batch_bytes) == whole);
    }
  }
  return whole;
}

std::vector<std::filesystem::path> files_below(const std::string& folder) {
  std::vector<std::filesystem::path> files;
  const std::filesystem::path root = std::filesystem::path(REHEARSE_SOURCE_DIR) / folder;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) files.push_back(entry.path());
  }
  return files;
}

std::string jaeger_trace(int number) {
  return fmt::format(
      R"({{"traceID":"{0}","spans":[{{"traceID":"{0}","spanID":"{0}","operationName":"n{0}",)"
      R"("startTime":{0},"duration":7,"processID":"p"}}],)"
      R"("processes":{{"p":{{"serviceName":"s"}}}}}})",
      number);
}

/// Names which column holds what by what it is called: no two of these tables have the same.
std::string row(int number, const std::string& trace, const std::string& duration) {
  return fmt::format(
      R"({{"{1}":"{0}","span_id":"{0}","parent_id":"","service_name":"t","name":"r{0}",)"
      R"("start_time":"2024-01-01T00:00:00.{0:03}Z","{2}":"{0}"}})",
      number, trace, duration);
}

std::string lines(const std::vector<std::string>& some) {
  std::string text;
  for (const std::string& line : some) text += line + "\n";
  return text;
}

}  // namespace

TEST_CASE("what is read of the samples of every format does not depend on batches and threads",
          "[calibrate]") {
  std::size_t read = 0;
  for (const char* folder : {"tests/fuzz/corpus", "tests/errors/traces"}) {
    for (const std::filesystem::path& file : files_below(folder)) {
      if (checked_reading_of(file.string()).refused.empty()) ++read;
    }
  }
  CHECK(read > 30);
}

TEST_CASE("what is read of a recording does not depend on batches and threads", "[calibrate]") {
  const std::string path =
      std::string(REHEARSE_SOURCE_DIR) + "/tests/testbed/recording/shop.otlp.jsonl.gz";
  const Reading one = reading_of(path, 1, std::size_t{1} << 20);
  CHECK(one.spans.size() > 1000);
  CHECK(reading_of(path, 2, std::size_t{1} << 20) == one);
  CHECK(reading_of(path, 4, 1000) == one);
}

TEST_CASE("what is left out first is the first of the file, whichever thread meets it",
          "[calibrate]") {
  std::vector<std::string> some;
  for (int i = 1; i < 400; ++i) some.push_back(jaeger_trace(i));
  some[250] = R"({"no":"trace"})";
  some[120] = R"({"traceID":"1","spans":[{"spanID":"","startTime":1,"duration":1}]})";
  some[300] = R"({"not json)"
              "\x01"
              R"("})";
  const test::TemporaryFile file(lines(some));

  const Reading reading = checked_reading_of(file.path());

  CHECK(reading.counts.first_left_out.why == "a span without a trace or span id");
  CHECK(reading.counts.unusable_elements == 2);
  CHECK(reading.counts.without_id == 1);
}

TEST_CASE("rows of tables among traces are read in their order", "[calibrate]") {
  std::vector<std::string> some;
  for (int i = 1; i < 200; ++i) some.push_back(jaeger_trace(i));
  for (int i = 20; i < 40; ++i) some[i] = row(i, "trace_id", "duration_ms");
  for (int i = 90; i < 190; ++i) some[i] = row(i, "trace_id", "duration_ns");
  some[95] = R"({"trace_id":"95","span_id":"","service_name":"t"})";
  const test::TemporaryFile file(lines(some));

  const Reading reading = checked_reading_of(file.path());

  CHECK(reading.spans.size() > 150);
  CHECK(reading.counts.unusable_elements + reading.counts.without_id +
            reading.counts.with_bad_times ==
        1);
}

TEST_CASE("a file that ends in the middle is refused, whatever was read before", "[calibrate]") {
  std::vector<std::string> some;
  for (int i = 1; i < 100; ++i) some.push_back(jaeger_trace(i));
  const test::TemporaryFile file(lines(some) + R"({"data":[{"traceID":)");

  const Reading reading = checked_reading_of(file.path());

  CHECK(reading.refused.find("the file ends within a JSON document") != std::string::npos);
}

TEST_CASE("an element as large as many batches is read among small ones", "[calibrate]") {
  std::vector<std::string> some;
  for (int i = 1; i < 50; ++i) some.push_back(jaeger_trace(i));
  std::string large = jaeger_trace(77);
  large.insert(1, R"("padding":")" + std::string(std::size_t{40} << 20, 'x') + R"(",)");
  some[20] = some[21] = large;
  const test::TemporaryFile file(lines(some));

  const Reading one = reading_of(file.path(), 1, std::size_t{1} << 20);

  CHECK(one.spans.size() == 49);
  CHECK(reading_of(file.path(), 2, std::size_t{1} << 20) == one);
  CHECK(reading_of(file.path(), 4, 1) == one);
}

}  // namespace rehearse
