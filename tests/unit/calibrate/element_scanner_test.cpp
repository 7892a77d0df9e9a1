#include "calibrate/readers/element_scanner.hpp"

#include <string>
#include <vector>

#include "calibrate/readers/letter_masks.hpp"
#include "sim/error.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

// Elements are cut 64 letters at a time: where the buffer ends must not matter, nor how the
// processor looks at 16 letters at once.

namespace rehearse {
namespace {

struct Cut {
  ElementPlace place = ElementPlace::document;
  std::string text;
  std::uint64_t offset = 0;
  bool operator==(const Cut&) const = default;
};

struct Cuts {
  std::vector<Cut> elements;
  std::string refused;
  std::uint64_t foreign_lines = 0;
  std::uint64_t first_line = 0;
  std::uint64_t first_offset = 0;
  std::string first_text;
  bool operator==(const Cuts&) const = default;
};

Cuts cuts_of(const std::string& path, std::size_t buffer_bytes) {
  Input input(path, {});
  ScannerLimits limits;
  limits.buffer_bytes = buffer_bytes;
  ElementScanner scanner(input, limits);
  Cuts cuts;
  try {
    Element element;
    while (scanner.next(element)) {
      cuts.elements.push_back({element.place, std::string(element.text), element.offset});
    }
  } catch (const InvalidInput& refusal) {
    cuts.refused = refusal.what();
  }
  const ForeignLines& lines = scanner.foreign_lines();
  cuts.foreign_lines = lines.count;
  cuts.first_line = lines.first_line;
  cuts.first_offset = lines.first_offset;
  // When a line is refused, how much of it is kept depends on the buffer.
  if (cuts.refused.empty()) cuts.first_text = lines.first_text;
  return cuts;
}

/// Text of the letters that matter, mostly, some of them a valid document.
std::string random_text(RandomStream& luck) {
  static const std::vector<std::string> parts = {
      "{",
      "}",
      "[",
      "]",
      "\"",
      "\\",
      "\\\"",
      "\\\\",
      "\"data\":[",
      "\"hits\":[",
      ",",
      "\"a\":1",
      "  ",
      "\n",
      "]}",
      "{\"x",
      "\":",
      "\"resourceSpans\":[{",
      "}]}",
      "{\"data\":[{\"s\":\"}\\\"]\"}",
      "\"plain text that is longer than a block of sixty-four "
      "letters, so that it crosses one wherever it begins\"",
      "\xEF\xBB\xBF",
      "null",
      "null,",
      "[null",
      "\n[INFO] {ready}\n",
      "\n[ 12:00] up\n",
      "\nlistening on [::]:80\n",
      "\n"};
  std::string text = luck.below(2) == 0 ? "{\"data\":[{" : "{";
  for (std::uint64_t i = 0; i < 40; ++i) text += parts[luck.below(parts.size())];
  return text;
}

}  // namespace

TEST_CASE("where the buffer of a scanner ends does not matter", "[calibrate]") {
  RandomStream luck(ReplicationSeed{5}.key(), 0, 0);
  std::size_t whole_elements = 0;
  for (int i = 0; i < 400; ++i) {
    const test::TemporaryFile file(random_text(luck));
    const Cuts whole = cuts_of(file.path(), 1 << 16);
    whole_elements += whole.elements.size();
    for (std::size_t bytes = 1; bytes < 70; bytes += 1 + luck.below(9)) {
      INFO("text " << i << ", buffer of " << bytes);
      CHECK(cuts_of(file.path(), bytes) == whole);
    }
  }
  CHECK(whole_elements > 100);
}

TEST_CASE("strings and escapes are no brackets, wherever a block of letters ends", "[calibrate]") {
  for (std::size_t shift = 0; shift < 130; ++shift) {
    const std::string element =
        "{\"k\":\"" + std::string(shift, 'x') + "}]\\\\\",\"m\":[\"\\\"{\",{\"n\":\"\\\\\\\"[\"}]}";
    const test::TemporaryFile file("{\"data\":[" + element + ",\n " + element + "]}");
    const Cuts cuts = cuts_of(file.path(), 1 << 16);
    INFO(shift);
    CHECK(cuts.refused.empty());
    REQUIRE(cuts.elements.size() == 2);
    CHECK(cuts.elements[0] == Cut{ElementPlace::data, element, 9});
    CHECK(cuts.elements[1] == Cut{ElementPlace::data, element, 9 + element.size() + 3});
  }
}

TEST_CASE("lines of a log between documents are left out and counted", "[calibrate]") {
  const std::string log =
      "2024/01/02 03:04:05 listening on [::]:80 {tls: off}\r\n"
      "{\"a\":1}\n"
      "\n"
      "[INFO] {ready}\n"
      "[2024-01-02 03:04:05] up\n"
      "[ nothing to do]\n"
      "[nullable] fields\n"
      "\x1B[32mok\x1B[0m\n"
      "{\n  \"b\": [2]\n}\n"
      "[null, {\"c\":3}]\n"
      "[12, {\"d\":4}]\n"
      "the end";
  const test::TemporaryFile file(log);
  for (std::size_t bytes = 1; bytes < 300; ++bytes) {
    const Cuts cuts = cuts_of(file.path(), bytes);
    INFO("buffer of " << bytes);
    CHECK(cuts.refused.empty());
    CHECK(cuts.foreign_lines == 7);
    CHECK(cuts.first_line == 1);
    CHECK(cuts.first_offset == 0);
    CHECK(cuts.first_text == "2024/01/02 03:04:05 listening on [::]:80 {tls: off}\r");
    REQUIRE(cuts.elements.size() == 4);
    CHECK(cuts.elements[0].text == "{\"a\":1}");
    CHECK(cuts.elements[1].text == "{\n  \"b\": [2]\n}");
    CHECK(cuts.elements[2].text == "{\"c\":3}");
    CHECK(cuts.elements[3].text == "{\"d\":4}");
  }
  const test::TemporaryFile behind("{}\n\n[]\n[warn] late\n");
  for (const std::size_t bytes : {1, 4, 64}) {
    const Cuts cuts = cuts_of(behind.path(), bytes);
    CHECK(cuts.foreign_lines == 1);
    CHECK(cuts.first_line == 4);
    CHECK(cuts.first_offset == 7);
    CHECK(cuts.first_text == "[warn] late");
  }
}

TEST_CASE("what is broken is no line of a log", "[calibrate]") {
  for (const std::string broken :
       {"{} and then", "{}, and then", "[] and then", "{}\n}", "{}\n]", "{}\n\"more\": 1",
        "{}\n: 1", "[}", "{}\nbinary \x01", "{}\n\x02", "log\n{\"a\":", "[null", "{} [INFO] up"}) {
    const test::TemporaryFile file(broken);
    for (const std::size_t bytes : {1, 3, 1000}) {
      INFO(broken << ", buffer of " << bytes);
      CHECK(!cuts_of(file.path(), bytes).refused.empty());
    }
  }
  const test::TemporaryFile endless("{}\n" + std::string(3 << 20, 'x'));
  for (const std::size_t bytes : {1000, 1 << 18, 1 << 23}) {
    CHECK_THAT(cuts_of(endless.path(), bytes).refused,
               Catch::Contains("byte 3: a line that is no JSON document, of more than"));
  }
}

TEST_CASE("every processor sees the same letters", "[calibrate]") {
  RandomStream luck(ReplicationSeed{6}.key(), 0, 0);
  for (int i = 0; i < 2'000; ++i) {
    std::string letters(letters_of_masks, ' ');
    for (char& letter : letters) {
      letter = luck.below(2) == 0 ? "{}[]\"\\"[luck.below(6)] : static_cast<char>(luck.below(256));
    }
    CHECK(masks_of(letters.data()) == portable_masks_of(letters.data()));
  }
  std::uint64_t expected = 0;
  for (int i = 3; i < 10; ++i) expected |= std::uint64_t{1} << i;
  CHECK(prefix_xor((std::uint64_t{1} << 3) | (std::uint64_t{1} << 10)) == expected);
}

}  // namespace rehearse
