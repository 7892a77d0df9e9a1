#include "tests/tidy/rules.hpp"

#include <catch2/catch.hpp>

#include "tests/tidy/declarations.hpp"
#include "tests/tidy/papers.hpp"

namespace rehearse::tidy {
namespace {

std::string lines(std::size_t count, const std::string& line) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line + "\n";
  return text;
}

std::size_t findings(Findings (*rule)(const SourceFile&), const std::string& path,
                     const std::string& text) {
  return rule(source_file(path, text)).size();
}

TEST_CASE("an include against the arrows is found", "[tidy]") {
  CHECK(findings(arrow_violations, "sim/a.cpp", "#include \"sim/b.hpp\"\n") == 0);
  CHECK(findings(arrow_violations, "models/a.cpp", "#include \"sim/b.hpp\"\n") == 0);
  CHECK(findings(arrow_violations, "sim/a.cpp", "#include \"models/b.hpp\"\n") == 1);
  CHECK(findings(arrow_violations, "outputs/a.cpp", "#include \"scenarios/b.hpp\"\n") == 1);
  CHECK(findings(arrow_violations, "calibrate/a.hpp", "#include \"cli/b.hpp\"\n") == 1);
  CHECK(findings(arrow_violations, "models/a.hpp", "#include \"tests/support/b.hpp\"\n") == 1);
  CHECK(findings(arrow_violations, "tests/a.cpp", "#include \"cli/b.hpp\"\n") == 0);
}

TEST_CASE("an include against the arrows of sub-rooms is found", "[tidy]") {
  CHECK(findings(floor_violations, "sim/threads/a.cpp", "#include \"sim/time.hpp\"\n") == 0);
  CHECK(findings(floor_violations, "sim/events/a.cpp", "#include \"sim/random/b.hpp\"\n") == 0);
  CHECK(findings(floor_violations, "sim/random/a.cpp", "#include \"sim/events/b.hpp\"\n") == 1);
  CHECK(findings(floor_violations, "sim/time.hpp", "#include \"sim/stats/b.hpp\"\n") == 1);
  CHECK(findings(floor_violations, "sim/corner/a.cpp", "#include <vector>\n") == 1);
  CHECK(findings(floor_violations, "calibrate/readers/a.cpp",
                 "#include \"calibrate/learn/b.hpp\"\n") == 1);
  CHECK(findings(floor_violations, "cli/a.cpp", "#include \"cli/b.hpp\"\n") == 0);
}

TEST_CASE("a station that includes one above it is found", "[tidy]") {
  const auto of = [](const char* station, const char* include) {
    return findings(floor_violations, std::string("models/run/") + station + ".cpp",
                    std::string("#include \"models/run/") + include + ".hpp\"\n");
  };
  CHECK(of("partition", "program") == 0);
  CHECK(of("door", "caller") == 0);
  CHECK(of("wire", "hosts") == 0);
  CHECK(of("caller", "door") == 1);
  CHECK(of("wire", "sources") == 1);
  CHECK(of("hosts", "wire") == 1);
}

TEST_CASE("a library included beside its door is found", "[tidy]") {
  CHECK(findings(door_violations, "outputs/outcome_file/hdf5.cpp", "#include <hdf5.h>\n") == 0);
  CHECK(findings(door_violations, "outputs/text/summary.cpp", "#include <hdf5.h>\n") == 1);
  CHECK(findings(door_violations, "cli/run.cpp", "#include <nlohmann/json.hpp>\n") == 1);
  CHECK(findings(door_violations, "sim/a.cpp", "#include <tbb/task_group.h>\n") == 1);
  CHECK(findings(door_violations, "sim/a.cpp", "#include <boost/crc.hpp>\n") == 1);
  CHECK(findings(door_violations, "sim/a.cpp", "#include <fmt/format.h>\n") == 0);
  CHECK(findings(door_violations, "sim/a.hpp", "#include <fmt/format.h>\n") == 1);
  CHECK(findings(door_violations, "sim/a.cpp", "#include <vector>\n") == 0);
}

TEST_CASE("a long file and a long line are found", "[tidy]") {
  CHECK(findings(width_violations, "sim/a.cpp", std::string(100, 'a') + "\n") == 0);
  CHECK(findings(width_violations, "sim/a.cpp", std::string(101, 'a') + "\n") == 1);
  CHECK(findings(width_violations, "sim/a.cpp", "// " + lines(1, std::string(97, 'a'))) == 0);
  CHECK(findings(width_violations, "sim/a.cpp", std::string(98, 'a') + "\xc3\xa4\n") == 0);
}

TEST_CASE("a long function is found wherever it stands", "[tidy]") {
  const std::string short_body = lines(58, "  a();");
  const std::string long_body = lines(59, "  if (a) { b(); }");

  CHECK(findings(function_violations, "sim/a.cpp", "void f() {\n" + short_body + "}\n") == 0);
  CHECK(findings(function_violations, "sim/a.cpp", "void f() {\n" + long_body + "}\n") == 1);
  CHECK(findings(
            function_violations, "sim/a.cpp",
            "namespace a::b {\nclass C : public D {\n public:\n  C(int a)\n  : a_{a},\n b_(a) {\n" +
                long_body + "}\n};\n}\n") == 1);
  CHECK(findings(function_violations, "sim/a.hpp",
                 "struct C {\n private:\n  struct D {\n  bool operator==(const D&) const {\n" +
                     long_body + "}\n};\n};\n") == 1);
  CHECK(findings(function_violations, "sim/a.cpp",
                 "TEST_CASE(\"a }\", \"[b]\") {\n" + long_body + "}\n") == 1);
  CHECK(findings(function_violations, "sim/a.cpp",
                 "const std::vector<int> table = {\n" + lines(80, "  {1, 2}, // (") + "};\n") == 0);
}

TEST_CASE("functions are counted from their first line to their last", "[tidy]") {
  const SourceFile file = source_file("sim/a.cpp",
                                      "namespace {\n"
                                      "int one();\n"
                                      "template <class T>\n"
                                      "int two(T a,\n"
                                      "        char b = '{') {\n"
                                      "  return \"}\"[0] + 1'000;\n"
                                      "}\n"
                                      "}\n");

  const std::vector<Function> functions = declarations_of(file).functions;

  REQUIRE(functions.size() == 1);
  CHECK(functions[0].first_line == 3);
  CHECK(functions[0].last_line == 7);
}

TEST_CASE("a banned word is found in code and not in sentences", "[tidy]") {
  CHECK(findings(word_violations, "sim/a.cpp", "int x = std::rand();\n") == 1);
  CHECK(findings(word_violations, "cli/a.cpp", "std::random_device device;\n") == 1);
  CHECK(findings(word_violations, "models/a.cpp", "std::normal_distribution<> law;\n") == 1);
  CHECK(findings(word_violations, "models/a.hpp", "std::unordered_map<int, int> m;\n") == 1);
  CHECK(findings(word_violations, "outputs/a.hpp", "std::unordered_map<int, int> m;\n") == 0);
  CHECK(findings(word_violations, "sim/a.cpp", "const double x = std::log(y);\n") == 1);
  CHECK(findings(word_violations, "sim/a.cpp", "const double x = std::logical(y);\n") == 0);
  CHECK(findings(word_violations, "outputs/a.cpp", "std::cout << 1;\n") == 1);
  CHECK(findings(word_violations, "cli/a.cpp", "std::exit(1);\n") == 1);
  CHECK(findings(word_violations, "models/a.cpp", "case FaultKind::abort:\n") == 0);
  CHECK(findings(word_violations, "calibrate/a.cpp", "std::chrono::system_clock::now();\n") == 1);
  CHECK(findings(word_violations, "models/a.cpp", "std::ifstream file(path);\n") == 1);
  CHECK(findings(word_violations, "sim/a.cpp", "// never std::rand()\nx = \"std::rand\";\n") == 0);
  CHECK(findings(word_violations, "sim/a.cpp", "/* no\n std::rand() */ int x;\n") == 0);
  CHECK(findings(word_violations, "sim/a.cpp", "x = R\"(\n std::rand())\"; std::rand();\n") == 1);
}

TEST_CASE("a header that is not guarded or changes names is found", "[tidy]") {
  CHECK(findings(header_violations, "sim/a.hpp", "#pragma once\n") == 0);
  CHECK(findings(header_violations, "sim/a.hpp", "#include <vector>\n") == 1);
  CHECK(findings(header_violations, "sim/a.hpp", "#pragma once\nusing namespace std;\n") == 1);
  CHECK(findings(header_violations, "sim/a.hpp", "#pragma once\n  using namespace b;\n") == 0);
  CHECK(findings(header_violations, "sim/a.cpp", "#define X 1\n") == 1);
  CHECK(findings(header_violations, "outputs/outcome_file/hdf5.cpp", "#define X 1\n") == 0);
}

TEST_CASE("a name that is not snake_case is found", "[tidy]") {
  CHECK(findings(name_violations, "sim/stats/intervals.cpp", "") == 0);
  CHECK(findings(name_violations, "sim/EventList.cpp", "") == 1);
  CHECK(findings(name_violations, "sim/Stats/intervals.cpp", "") == 1);
  CHECK(findings(name_violations, "sim/event-list.cpp", "") == 1);
}

TEST_CASE("banners, promises and machine paths are found", "[tidy]") {
  CHECK(findings(comment_violations, "sim/a.cpp", "// Why it is so.\n") == 0);
  CHECK(findings(comment_violations, "sim/a.cpp", "  // -----------\n") == 1);
  CHECK(findings(comment_violations, "sim/a.cpp",
                 "// TO"
                 "DO: more\n") == 1);
  CHECK(findings(comment_violations, "sim/a.cpp",
                 "// FIX"
                 "ME\n") == 1);
  CHECK(findings(comment_violations, "tests/a.cpp",
                 "open(\"/wo"
                 "rk/data\");\n") == 1);
}

TEST_CASE("two types of one name are found, also when no file sees both", "[tidy]") {
  const SourceFile one =
      source_file("models/a.hpp", "namespace rehearse {\nstruct Call {\n};\n}\n");
  const SourceFile two = source_file(
      "calibrate/b.hpp", "namespace rehearse {\nclass Call final : public A {\n};\n}\n");
  const SourceFile own =
      source_file("calibrate/c.cpp",
                  "namespace rehearse {\nnamespace {\nenum class Call { a };\n}\n"
                  "void f(struct Call* a) { struct Call {}; }\n"
                  "struct D { struct Call {}; };\n"
                  "namespace e { struct Call {}; }\nstruct Call;\n}\n");

  CHECK(repeated_types({one, own}).empty());
  CHECK(repeated_types({one, two, own}).size() == 1);
}

TEST_CASE("a source without a header of its own is found", "[tidy]") {
  CHECK(findings(lone_source_violations, "sim/a.cpp", "#include \"sim/a.hpp\"\n") == 0);
  CHECK(findings(lone_source_violations, "sim/a.cpp", "#include \"sim/b.hpp\"\n") == 1);
  CHECK(findings(lone_source_violations, "sim/a.cpp",
                 "#include <vector>\n#include \"sim/a.hpp\"\n") == 1);
  CHECK(findings(lone_source_violations, "sim/a.cpp", "int a();\n") == 1);
  CHECK(findings(lone_source_violations, "cli/main.cpp", "#include <vector>\n") == 0);
  CHECK(findings(lone_source_violations, "tests/a.cpp", "#include <vector>\n") == 0);
}

TEST_CASE("a header that does not say what it is is found", "[tidy]") {
  const std::string head = "#pragma once\n\n#include <vector>\n\nnamespace rehearse {\n\n";

  CHECK(findings(opening_violations, "sim/a.hpp", head + "/// An a.\nclass A;\n") == 0);
  CHECK(findings(opening_violations, "sim/a.hpp", head + "class A;\n/// A b.\nclass B;\n") == 1);
  CHECK(findings(opening_violations, "sim/a.hpp", head + "// An a.\nclass A;\n") == 1);
  CHECK(findings(opening_violations, "tests/a.hpp", head + "class A;\n") == 0);
}

TEST_CASE("a member far from its class is found", "[tidy]") {
  const SourceFile header = source_file(
      "sim/a.hpp", "namespace rehearse {\nclass Clock {\n  void a();\n  void b();\n};\n}\n");
  const SourceFile own = source_file("sim/a.cpp", "void Clock::a() {\n}\n");
  const SourceFile other =
      source_file("sim/b.cpp", "void Clock::b() {\n  Clock::c();\n  Other::d();\n}\n");

  CHECK(scattered_members({header, own}).empty());
  CHECK(scattered_members({header, own, other}).size() == 1);
}

TEST_CASE("a function that only tests use is found", "[tidy]") {
  const SourceFile header = source_file("sim/a.hpp",
                                        "class A {\n  static A of(int a);\n  int size() const;\n"
                                        "  bool is_open() const {\n    return true;\n  }\n};\n");
  const SourceFile own = source_file("sim/a.cpp",
                                     "A A::of(int a) {\n  return A(a);\n}\n"
                                     "int A::size() const {\n  return 1;\n}\n");
  const SourceFile user =
      source_file("models/b.cpp", "void f(A a) {\n  g(2 * a.size() && A::of(1).is_open());\n}\n");
  const SourceFile passer = source_file("models/c.cpp", "auto g = h(&A::of, &A::is_open);\n");
  const SourceFile test = source_file("tests/c.cpp", "void f(A a) {\n  a.size();\n}\n");

  CHECK(dead_names({header, own, user}).empty());
  CHECK(dead_names({header, own, passer}).size() == 1);
  CHECK(dead_names({header, own, test}).size() == 3);
}

TEST_CASE("a room with few contracts is found", "[tidy]") {
  const auto found = [](std::size_t contracts, std::size_t others, const std::string& path) {
    const SourceFile file =
        source_file(path, lines(contracts, "expects(a, \"a\");") + lines(others, "a();"));
    return sparse_contracts({file});
  };

  CHECK(found(3, 197, "sim/a.cpp").empty());
  CHECK(
      found(3, 198, "sim/a.cpp") ==
      Findings{"sim: 3 contracts in 201 lines of code; 1.5 in 100 are wanted",
               "sim and models together: 3 contracts in 201 lines of code; 1.5 in 100 are wanted"});
  CHECK(found(3, 198, "models/a.hpp").size() == 2);
  CHECK(found(3, 198, "language/a.cpp").empty());
  CHECK(found(1, 0, "sim/expects.hpp").empty());
  CHECK(sparse_contracts(
            {source_file("sim/a.cpp", lines(100, "// expects(a);") + lines(100, "") + "a();\n")})
            .size() == 2);
  CHECK(sparse_contracts({source_file("sim/a.cpp", "static_assert(a);\n" + lines(65, "a();")),
                          source_file("models/a.cpp", lines(1, "a();"))})
            .size() == 2);
}

TEST_CASE("a mechanism that is named in many files is found", "[tidy]") {
  const auto named_in = [](const std::vector<std::string>& paths) {
    std::vector<SourceFile> files;
    for (const std::string& path : paths) files.push_back(source_file(path, "// as CoDel does\n"));
    return scattered_mechanisms(files);
  };

  CHECK(named_in({"models/a.hpp", "models/a.cpp", "models/b.hpp", "models/c.cpp"}).empty());
  CHECK(named_in({"models/a.hpp", "models/b.hpp", "models/c.cpp", "tests/d.cpp"}).empty());
  CHECK(named_in({"models/a.hpp", "models/b.hpp", "models/c.cpp", "cli/d.cpp"}) ==
        Findings{"CoDel is named in more than three files: cli/d, models/a, models/b, models/c"});
}

TEST_CASE("a test that asserts nothing is found", "[tidy]") {
  const SourceFile helper =
      source_file("tests/a.cpp",
                  "void judge(int a) {\n  CHECK(a == 1);\n}\n"
                  "void ask(int a) {\n  judge(a);\n}\nvoid idle() {\n  a();\n}\n");
  const auto with = [&](const std::string& line) {
    return silent_tests(
               {helper, source_file("tests/b.cpp", "TEST_CASE(\"b\") {\n  " + line + "\n}\n")})
        .size();
  };

  CHECK(with("REQUIRE_THROWS(a());") == 0);
  CHECK(with("ask(2);") == 0);
  CHECK(with("idle();") == 1);
  CHECK(with("// CHECK(a);") == 1);
}

TEST_CASE("pages that do not tell the truth are found", "[tidy]") {
  const std::string page =
      "- `sim/` time\n- `cli/` verbs, see `models/`\n[a](gone.md) [b](#here)\n";

  CHECK(mapped_folders(page) == std::vector<std::string>{"cli/", "sim/"});
  CHECK(dead_links(page, REHEARSE_SOURCE_DIR) == std::vector<std::string>{"gone.md"});
  CHECK(dead_links("[a](README.md) [b](https://a.b/c)", REHEARSE_SOURCE_DIR).empty());
  CHECK(dead_paths("`sim/time.hpp` `sim/` `outputs/outcome_file/hdf5.*` `outputs/gone.*` "
                   "`sim/gone.cpp` `a/b`",
                   REHEARSE_SOURCE_DIR) ==
        std::vector<std::string>{"outputs/gone.*", "sim/gone.cpp"});
  CHECK(dead_symbols("`Clock::now` `Clock::gone` `std::vector` `Gone::now()`",
                     {source_file("sim/a.hpp", "class Clock {\n  int now();\n};\n")}) ==
        std::vector<std::string>{"Clock::gone", "Gone::now"});
  CHECK(version_of("project(rehearse VERSION 1.2.3 LANGUAGES CXX)") == "1.2.3");
  CHECK(version_of("project(other VERSION 1.2.3)").empty());
}

}  // namespace
}  // namespace rehearse::tidy
