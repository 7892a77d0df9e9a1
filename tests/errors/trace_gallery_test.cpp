#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>
#include <catch2/catch.hpp>

#include "calibrate/calibrate.hpp"
#include "sim/error.hpp"
#include "sim/random/random_stream.hpp"

namespace rehearse {
namespace {

namespace fs = std::filesystem;

const fs::path gallery = fs::path(REHEARSE_SOURCE_DIR) / "tests" / "errors" / "traces";

std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A file in the temporary folder that lives as long as this does.
struct Scratch {
  explicit Scratch(const std::string& content)
      : path(fs::temp_directory_path() / ("rehearse-gallery-" + std::to_string(::getpid()))) {
    std::ofstream(path, std::ios::binary) << content;
  }
  ~Scratch() { fs::remove(path); }
  fs::path path;
};

/// The diagnostic for a file, with its folder left out; "accepted" when there is none.
std::string diagnostic(const fs::path& path, const CalibrateOptions& options = {}) {
  try {
    calibrate({path.string()}, options);
  } catch (const InvalidInput& mistake) {
    std::string message = mistake.what();
    const std::string folder = path.parent_path().string() + "/";
    for (std::size_t at; (at = message.find(folder)) != std::string::npos;) {
      message.erase(at, folder.size());
    }
    return message;
  }
  return "accepted";
}

std::string diagnostic_of_text(const std::string& content, const CalibrateOptions& options = {}) {
  const Scratch scratch(content);
  std::string message = diagnostic(scratch.path, options);
  const std::string name = scratch.path.filename().string();
  if (message.starts_with(name)) message.erase(0, name.size() + 2);
  return message;
}

double seconds_for(const std::string& content) {
  const auto start = std::chrono::steady_clock::now();
  diagnostic_of_text(content);
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

TEST_CASE("every broken trace of the gallery is met with its diagnostic", "[errors]") {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(gallery)) {
    if (entry.path().extension() == ".expected") continue;
    INFO(entry.path().filename().string());
    std::string expected = content_of(entry.path().string() + ".expected");
    while (!expected.empty() && expected.back() == '\n') expected.pop_back();
    CHECK(diagnostic(entry.path()) == expected);
    ++files;
  }
  CHECK(files >= 16);
}

TEST_CASE("what is nested too deep is refused before it is parsed", "[errors]") {
  const std::size_t depth = GENERATE(1'000U, 100'000U, 10'000'000U);
  const std::string open(depth, '[');

  CHECK(diagnostic_of_text("{\"data\":[{\"x\":" + open) ==
        "byte 139: nested deeper than 128 levels");
  CHECK(seconds_for(open) < 1);
}

TEST_CASE("an element beyond its limit is refused with its file and place", "[errors]") {
  CalibrateOptions options;
  options.read.scanner_limits.element_bytes = 1 << 20;

  const std::string message =
      diagnostic_of_text("{\"data\":[{\"x\":\"" + std::string(16 << 20, 'x') + "\"}]}", options);

  CHECK(message == "byte 1310720: one element is longer than 1048576 bytes");
}

TEST_CASE("a gzip bomb is stopped by its ratio or its size", "[errors]") {
  const fs::path bomb = fs::temp_directory_path() / ("rehearse-bomb-" + std::to_string(::getpid()));
  const std::string make =
      "(printf '{'; head -c 300000000 /dev/zero | tr '\\0' ' ') | gzip -9 > " + bomb.string();
  REQUIRE(std::system(make.c_str()) == 0);
  CalibrateOptions options;

  const std::string by_ratio = diagnostic(bomb, options);
  options.read.input_limits.ratio = 1e9;
  options.read.input_limits.decompressed_bytes = 1 << 26;
  const std::string by_size = diagnostic(bomb, options);

  fs::remove(bomb);
  CHECK(by_ratio.find("expands to more than 1000 times its size") != std::string::npos);
  CHECK(by_size.find("holds more than 67108864 bytes") != std::string::npos);
}

TEST_CASE("a trace cut at any byte is either read or refused", "[errors]") {
  const std::string whole =
      R"({"data":[{"traceID":"1","spans":[{"spanID":"1","operationName":"a\"]}","startTime":1,)"
      R"("duration":9,"processID":"p"}],"processes":{"p":{"serviceName":"s"}}}]})";
  REQUIRE(diagnostic_of_text(whole) == "accepted");

  for (std::size_t size = 1; size < whole.size(); ++size) {
    CHECK(diagnostic_of_text(whole.substr(0, size)).find("byte") != std::string::npos);
  }
}

TEST_CASE("whatever single bytes are changed, nothing but a diagnostic comes of it", "[errors]") {
  const std::string whole = GENERATE(
      std::string(R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":)"
                  R"({"stringValue":"s"}}]},"scopeSpans":[{"spans":[{"traceId":"0af7651916cd43dd",)"
                  R"("spanId":"b7ad6b71","name":"n","kind":2,"startTimeUnixNano":"5",)"
                  R"("endTimeUnixNano":"9","status":{"code":2},"traceState":"ot=th:8;p:3"}]}]}]})"),
      std::string(
          R"([{"traceId":"0af7651916cd43dd","id":"b7ad6b71","parentId":null,"kind":"CLIENT",)"
          R"("name":"n","timestamp":5,"duration":9,"localEndpoint":{"serviceName":"s"},)"
          R"("tags":{"error":""}},{"traceId":"0af7651916cd43dd","id":"b7ad6b71","name":"n",)"
          R"("annotations":[{"value":"sr","timestamp":5,"endpoint":{"serviceName":"t"}},)"
          R"({"value":"ss","timestamp":"9","endpoint":{"serviceName":"t"}}],)"
          R"("binaryAnnotations":[{"key":"ca","value":true,"endpoint":{"port":8}}]}])"),
      std::string("trace,span,parent,service,operation,start_ns,end_ns\n"
                  "1,2,,a,\"x\"\"y\",10,20\n1,3,2,b,y,12,15\n"));
  RandomStream luck(ReplicationSeed{11}.key(), 0, 0);

  for (int trial = 0; trial < 2000; ++trial) {
    std::string changed = whole;
    const std::uint64_t changes = 1 + luck.below(4);
    for (std::uint64_t i = 0; i < changes; ++i) {
      changed[luck.below(changed.size())] = static_cast<char>(luck.below(256));
    }
    CHECK_FALSE(diagnostic_of_text(changed).empty());
  }
}

TEST_CASE("files that are not there, or are folders, are refused", "[errors]") {
  CHECK_THROWS_AS(calibrate({"/no/such/file"}, {}), InvalidInput);
  CHECK_THROWS_AS(calibrate({"/"}, {}), InvalidInput);
}

}  // namespace rehearse
