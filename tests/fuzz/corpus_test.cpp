#include <algorithm>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "calibrate/readers/reader.hpp"
#include "sim/error.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/fuzz/fuzz_targets.hpp"
#include "tests/fuzz/mutation.hpp"
#include "tests/fuzz/span_bytes.hpp"

namespace rehearse::test {
namespace {

const std::filesystem::path folder =
    std::filesystem::path(REHEARSE_SOURCE_DIR) / "tests" / "fuzz" / "corpus";

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// The files of a target, in the order of their names.
std::vector<std::filesystem::path> corpus_of(const std::string& target) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / target)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What a target found; nothing when the bytes are read or refused as they should be.
std::string find_of(const FuzzTarget& target, const std::string& bytes) {
  try {
    run_fuzz_target(target.name, bytes);
    return {};
  } catch (const std::exception& find) {
    return find.what();
  }
}

TEST_CASE("every file of the corpus is read, or refused in words that can be shown", "[fuzz]") {
  for (const FuzzTarget& target : fuzz_targets()) {
    for (const std::filesystem::path& file : corpus_of(target.name)) {
      INFO(file);
      CHECK(find_of(target, content_of(file)).empty());
    }
  }
}

TEST_CASE("no file of the corpus that is changed at random is a find", "[fuzz]") {
  constexpr int mutations_a_target = 400;
  constexpr std::uint64_t study = 20;
  std::uint64_t number = 0;
  for (const FuzzTarget& target : fuzz_targets()) {
    const std::vector<std::filesystem::path> files = corpus_of(target.name);
    REQUIRE_FALSE(files.empty());
    RandomStream luck(ReplicationSeed{study, number++}.key(), 0, 0);
    for (int i = 0; i < mutations_a_target; ++i) {
      const std::filesystem::path& file = files[luck.below(files.size())];
      const std::filesystem::path& other = files[luck.below(files.size())];
      INFO(target.name << ", mutation " << i << ", of " << file);
      const std::string find = find_of(target, mutated(content_of(file), content_of(other), luck));
      INFO(find);
      REQUIRE(find.empty());
    }
  }
}

TEST_CASE("the corpus of every format holds spans, so that readers have something to do",
          "[fuzz]") {
  for (const char* format : {"jaeger", "zipkin", "otlp_json", "otlp_protobuf", "xray", "datadog",
                             "elasticsearch", "data_prepper", "stdouttrace", "compressed"}) {
    std::size_t spans = 0;
    for (const std::filesystem::path& file : corpus_of(format)) {
      try {
        spans += read_spans({file.string()}, {}).spans.size();
      } catch (const InvalidInput&) {
        continue;  // some of a corpus are damaged
      }
    }
    INFO(format);
    CHECK(spans > 0);
  }
}

TEST_CASE("bytes become as many spans as are told, and targets have names", "[fuzz]") {
  CHECK_THROWS_AS(run_fuzz_target("no such target", ""), std::logic_error);
  CHECK(spans_of_bytes(content_of(folder / "spans" / "calls.bin")).spans.size() == 24);
  CHECK(spans_of_bytes("eleven bytes").spans.size() <= 1);
  CHECK(spans_of_bytes("eleven byte").spans.empty());
}

TEST_CASE("every target has a corpus and a program, and every corpus a target", "[fuzz]") {
  const std::string build =
      content_of(std::filesystem::path(REHEARSE_SOURCE_DIR) / "tests" / "CMakeLists.txt");
  const std::string beginning = "foreach(target ";
  const std::size_t from = build.find(beginning) + beginning.size();
  std::istringstream list(build.substr(from, build.find(')', from) - from));
  const std::vector<std::string> programs{std::istream_iterator<std::string>(list), {}};
  std::size_t folders = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    folders += entry.is_directory() ? 1 : 0;
  }

  CHECK(folders == fuzz_targets().size());
  CHECK(programs.size() == fuzz_targets().size());
  for (const FuzzTarget& target : fuzz_targets()) {
    INFO(target.name);
    CHECK(std::filesystem::is_directory(folder / target.name));
    CHECK(std::count(programs.begin(), programs.end(), target.name) == 1);
  }
}

}  // namespace
}  // namespace rehearse::test
