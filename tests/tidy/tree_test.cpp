#include <catch2/catch.hpp>

#include "tests/tidy/layout.hpp"
#include "tests/tidy/papers.hpp"
#include "tests/tidy/rules.hpp"

namespace rehearse::tidy {
namespace {

const std::filesystem::path root = REHEARSE_SOURCE_DIR;

const std::vector<SourceFile>& tree() {
  static const std::vector<SourceFile> files = read_sources(root);
  return files;
}

/// Fails with everything that a rule finds, not with the first thing.
void require_clean(Findings (*rule)(const SourceFile&)) {
  std::string found;
  for (const SourceFile& file : tree()) {
    for (const std::string& finding : rule(file)) found += finding + "\n";
  }
  INFO(found);
  REQUIRE(found.empty());
}

/// The same for a rule about all files at once.
void require_clean(Findings (*rule)(const std::vector<SourceFile>&)) {
  std::string found;
  for (const std::string& finding : rule(tree())) found += finding + "\n";
  INFO(found);
  REQUIRE(found.empty());
}

TEST_CASE("includes follow the arrows between rooms", "[tidy]") {
  require_clean(arrow_violations);
}

TEST_CASE("includes follow the arrows between the sub-rooms of a room", "[tidy]") {
  require_clean(floor_violations);
}

TEST_CASE("libraries are included at their doors only", "[tidy]") {
  require_clean(door_violations);
}

TEST_CASE("lines are short", "[tidy]") {
  require_clean(width_violations);
}

TEST_CASE("functions are short", "[tidy]") {
  require_clean(function_violations);
}

TEST_CASE("no code uses a banned word", "[tidy]") {
  require_clean(word_violations);
}

TEST_CASE("headers guard themselves and change nobody's names", "[tidy]") {
  require_clean(header_violations);
}

TEST_CASE("files are named in snake_case", "[tidy]") {
  require_clean(name_violations);
}

TEST_CASE("comments have no banners, promises or machine paths", "[tidy]") {
  require_clean(comment_violations);
}

TEST_CASE("every source has a header of its own", "[tidy]") {
  require_clean(lone_source_violations);
}

TEST_CASE("every header opens with what it is", "[tidy]") {
  require_clean(opening_violations);
}

TEST_CASE("no two types have one name", "[tidy]") {
  require_clean(repeated_types);
}

TEST_CASE("the members of a class stand in one source", "[tidy]") {
  require_clean(scattered_members);
}

TEST_CASE("what a header declares is used", "[tidy]") {
  require_clean(dead_names);
}

TEST_CASE("the rooms that simulate state their contracts", "[tidy]") {
  require_clean(sparse_contracts);
}

TEST_CASE("a mechanism is named in three files at most", "[tidy]") {
  require_clean(scattered_mechanisms);
}

TEST_CASE("every test can fail", "[tidy]") {
  require_clean(silent_tests);
}

TEST_CASE("the tree has something to read", "[tidy]") {
  for (const std::string& folder : folders_with_code()) {
    INFO(folder);
    REQUIRE(std::any_of(tree().begin(), tree().end(),
                        [&](const SourceFile& file) { return file.room() == folder; }));
  }
}

TEST_CASE("the map in docs/architecture.md is the tree", "[tidy]") {
  REQUIRE(mapped_folders(read_text(root / "docs/architecture.md")) == folders_of(root));
}

TEST_CASE("docs/architecture.md names every door", "[tidy]") {
  const std::string page = read_text(root / "docs/architecture.md");

  for (const Door& door : doors()) {
    INFO(door.library);
    REQUIRE(page.find(door.library) != std::string::npos);
    for (const std::string& file : door.files) {
      INFO(file);
      REQUIRE(page.find("`" + file) != std::string::npos);
    }
  }
}

TEST_CASE("links between the pages lead somewhere", "[tidy]") {
  for (const std::filesystem::path& page : pages(root)) {
    INFO(page);
    REQUIRE(dead_links(read_text(page), page.parent_path()) == std::vector<std::string>());
  }
}

TEST_CASE("files that the pages name are there", "[tidy]") {
  for (const std::filesystem::path& page : pages(root)) {
    if (page.filename() == "CHANGELOG.md") continue;  // tells of the past
    INFO(page);
    REQUIRE(dead_paths(read_text(page), root) == std::vector<std::string>());
  }
}

TEST_CASE("members that the pages name exist", "[tidy]") {
  for (const std::filesystem::path& page : pages(root)) {
    if (page.filename() == "CHANGELOG.md") continue;
    INFO(page);
    REQUIRE(dead_symbols(read_text(page), tree()) == std::vector<std::string>());
  }
}

TEST_CASE("the changelog knows the version of the build", "[tidy]") {
  const std::string version = version_of(read_text(root / "CMakeLists.txt"));

  REQUIRE_FALSE(version.empty());
  REQUIRE(read_text(root / "CHANGELOG.md").find("## [" + version + "]") != std::string::npos);
}

}  // namespace
}  // namespace rehearse::tidy
