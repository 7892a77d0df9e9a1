#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include <boost/crc.hpp>
#include <boost/iostreams/copy.hpp>
#include <boost/iostreams/filter/gzip.hpp>
#include <boost/iostreams/filter/zlib.hpp>
#include <boost/iostreams/filtering_stream.hpp>

#include "sim/error.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::read_text;

template <class Filter>
std::string through(const Filter& filter, const std::string& text) {
  std::istringstream source(text);
  boost::iostreams::filtering_istream stream;
  stream.push(filter);
  stream.push(source);
  std::ostringstream result;
  boost::iostreams::copy(stream, result);
  return result.str();
}

std::string deflated(const std::string& text) {
  boost::iostreams::zlib_params parameters;
  parameters.noheader = true;
  return through(boost::iostreams::zlib_compressor(parameters), text);
}

std::string little_endian(std::uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i));
  return text;
}

/// A member of an archive, and what its entry in the directory says of it.
struct Packed {
  std::string name;
  std::string bytes;
  std::uint64_t size = 0;
  std::uint32_t checksum = 0;
  int method = 0;
  int flags = 0;
  bool sizes_behind = false;  // as programs write them that cannot go back
};

std::uint32_t checksum_of(const std::string& text) {
  boost::crc_32_type crc;
  crc.process_bytes(text.data(), text.size());
  return crc.checksum();
}

Packed stored(const std::string& name, const std::string& text) {
  return {name, text, text.size(), checksum_of(text)};
}

Packed packed(const std::string& name, const std::string& text) {
  return {name, deflated(text), text.size(), checksum_of(text), 8};
}

std::string sizes_of(const Packed& member) {
  return little_endian(member.checksum, 4) + little_endian(member.bytes.size(), 4) +
         little_endian(member.size, 4);
}

/// What a local header and an entry have in common.
std::string described(const Packed& member, bool with_sizes) {
  return little_endian(20, 2) + little_endian(member.flags | (member.sizes_behind ? 8 : 0), 2) +
         little_endian(member.method, 2) + std::string(4, '\0') +
         (with_sizes ? sizes_of(member) : std::string(12, '\0')) +
         little_endian(member.name.size(), 2);
}

std::string archive(const std::vector<Packed>& members, const std::string& comment = "") {
  std::string text;
  std::string directory;
  for (const Packed& member : members) {
    directory += "PK\x01\x02" + little_endian(20, 2) + described(member, true) +
                 std::string(12, '\0') + little_endian(text.size(), 4) + member.name;
    text += "PK\x03\x04" + described(member, !member.sizes_behind) + little_endian(3, 2) +
            member.name + "xyz" + member.bytes;
    if (member.sizes_behind) text += "PK\x07\x08" + sizes_of(member);
  }
  const std::size_t at = text.size();
  return text + directory + "PK\x05\x06" + std::string(4, '\0') + little_endian(members.size(), 2) +
         little_endian(members.size(), 2) + little_endian(directory.size(), 4) +
         little_endian(at, 4) + little_endian(comment.size(), 2) + comment;
}

std::string span(const std::string& id) {
  return R"([{"traceId":"aa","id":")" + id +
         R"(","name":"n","timestamp":5,"duration":1,"localEndpoint":{"serviceName":"s"}}])";
}

}  // namespace

TEST_CASE("each member of a ZIP archive is read as a file of its own", "[calibrate]") {
  Packed unseekable = packed("b.json", span("2"));
  unseekable.sizes_behind = true;
  const std::string table = "trace,span,service,operation,start_ns,end_ns\n1,4,a,x,1,2\n";
  const std::string gzipped = through(boost::iostreams::gzip_compressor(), span("3"));
  const std::string whole =
      archive({stored("day/", ""), stored("day/a.json", span("1")), unseekable,
               stored("c.json.gz", gzipped), packed("d.csv", table), stored("__MACOSX/._a", "junk"),
               stored("day/.DS_Store", "junk")},
              "a comment with PK\x05\x06 in it");

  const SpanSet set = read_text(whole);

  CHECK(set.spans.size() == 4);
  CHECK(set.counts.spans == 4);
  CHECK(set.counts.unusable_elements == 0);
}

TEST_CASE("what is wrong with a member of a ZIP archive is said with its name", "[calibrate]") {
  Packed encrypted = packed("x.json", span("1"));
  encrypted.flags = 1;
  Packed other_method = packed("x.json", span("1"));
  other_method.method = 14;
  Packed other_checksum = packed("x.json", span("1"));
  other_checksum.checksum ^= 1;
  Packed other_size = stored("x.json", span("1"));
  other_size.size += 1;
  Packed large = stored("x.json", span("1"));
  large.size = 0xFFFFFFFF;

  CHECK_THAT(test::refusal(archive({encrypted})), Catch::Contains("x.json in it is encrypted"));
  CHECK_THAT(test::refusal(archive({other_method})),
             Catch::Contains("x.json in it is compressed by method 14"));
  CHECK_THAT(test::refusal(archive({other_checksum})), Catch::Contains("/x.json: damaged"));
  CHECK_THAT(test::refusal(archive({other_size})),
             Catch::Contains("x.json is not where its directory says"));
  CHECK_THAT(test::refusal(archive({large})), Catch::Contains("64-bit kind"));
  CHECK_THAT(test::refusal(archive({stored("x\x1b[2J.txt", "no trace")})),
             Catch::Contains("/x\\u001b[2J.txt: neither JSON nor a table"));
  CHECK_THAT(test::refusal(archive({})), Catch::Contains("no usable span in 1 file"));
}

TEST_CASE("a member of a ZIP archive that is kept as it is was once read unchecked",
          "[calibrate]") {
  Packed changed = stored("x.json", span("1"));
  changed.bytes[changed.bytes.find("\"n\"") + 1] = 'm';
  const std::string table = "trace,span,service,operation,start_ns,end_ns\n1,4,a,x,1,2\n";
  Packed changed_table = stored("x.csv", table);
  changed_table.checksum ^= 1;

  CHECK_THAT(test::refusal(archive({changed})),
             Catch::Contains("/x.json: damaged member of a ZIP archive") &&
                 Catch::Contains("its checksum is another"));
  CHECK_THAT(test::refusal(archive({changed_table})), Catch::Contains("its checksum is another"));
}

TEST_CASE("a ZIP archive of 65,535 members is of the 64-bit kind only where it says so",
          "[calibrate]") {
  std::vector<Packed> most(65'535, stored("day/", ""));
  most.back() = stored("a.json", span("1"));
  const std::string whole = archive(most);
  std::string of_64_bits = whole;
  of_64_bits.insert(whole.rfind("PK\x05\x06"), "PK\x06\x07" + std::string(16, '\0'));

  CHECK(read_text(whole).spans.size() == 1);
  CHECK_THAT(test::refusal(of_64_bits), Catch::Contains("64-bit kind"));
}

TEST_CASE("a ZIP archive that is cut anywhere is refused", "[calibrate]") {
  const std::string whole = archive({packed("a.json", span("1")), stored("b.json", span("2"))});
  REQUIRE(read_text(whole).spans.size() == 2);

  for (std::size_t size = 4; size < whole.size(); ++size) {
    CHECK_THAT(test::refusal(whole.substr(0, size)), Catch::Contains("damaged ZIP archive"));
  }
}

TEST_CASE("ZIP bombs are stopped, large or of many members that overlap", "[calibrate]") {
  const std::string blanks(std::size_t{80} << 20, ' ');
  ReadOptions small;
  small.input_limits.decompressed_bytes = 1 << 20;
  const std::string bomb = archive({packed("a.json", span("1") + blanks)});
  std::vector<Packed> many(20, packed("a.json", span("1") + blanks.substr(0, 100'000)));

  CHECK_THROWS_WITH(read_text(bomb, small), Catch::Contains("holds more than 1048576 bytes"));
  CHECK_THROWS_AS(read_text(bomb), InvalidInput);
  CHECK_THROWS_WITH(read_text(archive(many), small),
                    Catch::Contains("holds more than 1048576 bytes"));
  many.assign(20, stored("a.json", span("1") + blanks.substr(0, 100'000)));
  CHECK_THROWS_WITH(read_text(archive(many), small),
                    Catch::Contains("holds more than 1048576 bytes"));
}

TEST_CASE("a ZIP archive that comes through a pipe is refused with a way", "[calibrate]") {
  const test::TemporaryFile file(archive({packed("a.json", span("1"))}));
  std::FILE* const pipe = ::popen(("cat " + file.path()).c_str(), "r");
  REQUIRE(pipe != nullptr);

  const std::string path = "/dev/fd/" + std::to_string(::fileno(pipe));
  CHECK_THROWS_WITH(read_spans({path}, {}), Catch::Contains("unzip -p FILE"));

  ::pclose(pipe);
}

}  // namespace rehearse
