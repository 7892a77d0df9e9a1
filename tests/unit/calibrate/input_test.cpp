#include "calibrate/readers/input.hpp"

#include <algorithm>
#include <sstream>

#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zstd.hpp>
#include <boost/iostreams/filtering_stream.hpp>

#include "calibrate/readers/zstd_frames.hpp"
#include "sim/error.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/otlp_support.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

template <class Compressor>
std::string compressed(const std::string& text) {
  std::istringstream source(text);
  std::ostringstream target;
  boost::iostreams::filtering_istream stream;
  stream.push(Compressor());
  stream.push(source);
  boost::iostreams::copy(stream, target);
  return target.str();
}

std::string gzipped(const std::string& text) {
  return compressed<boost::iostreams::gzip_compressor>(text);
}

std::string zstandard(const std::string& text) {
  return compressed<boost::iostreams::zstd_compressor>(text);
}

/// As the Collector's file exporter frames messages.
std::string behind_length(const std::string& message) {
  return test::behind_four_bytes(message);
}

/// Text that does not compress, of several blocks of zstd, which end at 128 KiB.
std::string noise(std::size_t size) {
  RandomStream luck(ReplicationSeed{3}.key(), 0, 0);
  std::string text;
  while (text.size() < size) text += static_cast<char>(luck.below(256));
  return text;
}

std::string read_whole(const std::string& content, const InputLimits& limits = {}) {
  const test::TemporaryFile file(content);
  Input input(file.path(), limits);
  std::string text;
  char buffer[1000];
  while (const std::size_t got = input.read(buffer, sizeof buffer)) text.append(buffer, got);
  return text;
}

/// What `zstd --check` makes of the word "rehearse": one block as it is, and a checksum.
const std::string with_checksum(
    "\x28\xb5\x2f\xfd\x04\x58\x41\x00\x00"
    "rehearse"
    "\x91\x33\xb3\x7e",
    21);

const std::string skippable("\x5a\x2a\x4d\x18\x03\x00\x00\x00xyz", 11);

}  // namespace

TEST_CASE("gzip members and zstd frames one after another are one text", "[calibrate]") {
  const std::string long_text = noise(500'000);
  const std::string repeated(700'000, 'a');

  CHECK(read_whole(gzipped("one ") + gzipped("") + gzipped("two")) == "one two");
  CHECK(read_whole(zstandard("one ") + zstandard("") + zstandard("two")) == "one two");
  CHECK(read_whole(zstandard(long_text) + zstandard(repeated)) == long_text + repeated);
  CHECK(read_whole(gzipped(long_text) + gzipped(repeated)) == long_text + repeated);
  CHECK(read_whole(skippable + zstandard("one") + skippable + skippable) == "one");
  CHECK(read_whole(with_checksum + with_checksum) == "rehearserehearse");
}

TEST_CASE("messages that were compressed by themselves, each behind its length, are one text",
          "[calibrate]") {
  const std::string long_text = noise(500'000);
  const std::string whole = behind_length(zstandard("one ")) + behind_length(zstandard(long_text)) +
                            behind_length(zstandard("")) + behind_length(zstandard("two"));

  CHECK(read_whole(whole) == "one " + long_text + "two");
  CHECK_THROWS_WITH(read_whole(whole + "\1"), Catch::Contains("ends within a frame"));
  CHECK_THROWS_WITH(read_whole(whole.substr(0, whole.size() - 1)),
                    Catch::Contains("damaged zstd file"));
  CHECK_THROWS_WITH(read_whole(behind_length(zstandard("one")) + zstandard("two")),
                    Catch::Contains("damaged zstd file"));
  CHECK(read_whole("....") == "....");
}

TEST_CASE("the Collector's compressed files are read, of JSON and of protobuf", "[calibrate]") {
  const auto line = [](int id) {
    return R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":
        {"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{"traceId":"01","spanId":"0)" +
           std::to_string(id) +
           R"(","name":"GET","startTimeUnixNano":"1","endTimeUnixNano":"2"}]}]}]})";
  };
  std::string file;
  for (int id = 1; id <= 3; ++id) file += behind_length(zstandard(line(id)));

  CHECK(test::read_text(file).spans.size() == 3);

  test::OtlpSpan span{1, 2, 0, "GET", 2, 10, 20, "", false, {}};
  std::string messages;
  for (std::uint64_t id = 1; id <= 3; ++id) {
    span.id = id;
    messages += behind_length(zstandard(
        test::field_of(1, test::protobuf_of({{{"service.name", std::string("shop")}}, {span}}))));
  }
  CHECK(test::read_text(messages).spans.size() == 3);
}

TEST_CASE("a zstd file that is cut anywhere but between its frames is refused", "[calibrate]") {
  const std::string whole =
      GENERATE(zstandard("some text that is some text"), with_checksum, skippable + with_checksum);
  const std::size_t first_end = whole.starts_with(skippable) ? skippable.size() : 0;

  for (std::size_t size = 4; size < whole.size(); ++size) {
    INFO(size);
    if (size == first_end) continue;
    CHECK_THROWS_WITH(read_whole(whole.substr(0, size)), Catch::Contains("damaged zstd file"));
    CHECK_THROWS_WITH(read_whole(whole + whole.substr(0, size)),
                      Catch::Contains("damaged zstd file"));
  }
}

TEST_CASE("a damaged zstd or gzip file is refused with its byte", "[calibrate]") {
  std::string other_word = with_checksum;
  other_word[10] = 'E';

  CHECK_THROWS_WITH(read_whole(other_word), Catch::Contains("damaged zstd file, at decompressed"));
  CHECK_THROWS_WITH(read_whole(zstandard("one") + "no frame"), Catch::Contains("damaged zstd"));
  CHECK_THROWS_WITH(read_whole(gzipped("one").substr(0, 12)), Catch::Contains("damaged gzip file"));
}

TEST_CASE("a zstd bomb is stopped by its ratio or its size", "[calibrate]") {
  const std::string bomb = zstandard(std::string(std::size_t{80} << 20, ' '));
  InputLimits by_size;
  by_size.decompressed_bytes = 1 << 20;

  CHECK_THROWS_WITH(read_whole(bomb), Catch::Contains("expands to more than 1000 times"));
  CHECK_THROWS_WITH(read_whole(bomb, by_size), Catch::Contains("holds more than 1048576 bytes"));
}

TEST_CASE("the end of zstd's frames is found wherever its bytes are cut", "[calibrate]") {
  const std::string whole = skippable + with_checksum + zstandard(noise(300'000)) + with_checksum;

  for (const std::size_t step : {std::size_t{1}, std::size_t{7}, std::size_t{100'000}}) {
    ZstdFrames frames;
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < whole.size(); at += step) {
      frames.see(whole.data() + at, std::min(step, whole.size() - at));
      if (frames.all_ended()) ends.push_back(at + 1);
    }
    CHECK(frames.all_ended());
    if (step > 1) continue;
    REQUIRE(ends.size() >= 4);
    CHECK(ends[0] == skippable.size());
    CHECK(ends[1] == skippable.size() + with_checksum.size());
    CHECK(ends[ends.size() - 2] == whole.size() - with_checksum.size());
  }
}

}  // namespace rehearse
