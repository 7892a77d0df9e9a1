#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "scenarios/scenario.hpp"
#include "sim/error.hpp"

using namespace rehearse;

namespace {

namespace files = std::filesystem;

const files::path gallery = REHEARSE_SOURCE_DIR "/tests/errors/scenarios";

std::string text_of(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// What loading says, with the place of the gallery taken out.
std::string complaint_about(const files::path& path) {
  std::string text = "nothing\n";
  try {
    const bool model = path.filename().string().find(".model.toml") != std::string::npos;
    if (model) {
      load_model(path.string());
    } else {
      load_scenario(path.string());
    }
  } catch (const InvalidInput& error) {
    text = error.what();
  }
  const std::string folder = gallery.string() + "/";
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.erase(at, folder.size());
  }
  return text;
}

/// The broken files: all that have, or should have, an .expected beside them. What begins with
/// `sound` is there to be used by the others.
std::vector<files::path> broken_files() {
  std::vector<files::path> paths;
  for (const auto& entry : files::directory_iterator(gallery)) {
    const bool toml = entry.path().extension() == ".toml";
    const bool sound = entry.path().filename().string().rfind("sound", 0) == 0;
    if (toml && !sound) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

TEST_CASE("each broken scenario and model gets exactly the diagnostics expected", "[errors]") {
  const std::vector<files::path> paths = broken_files();
  CHECK(paths.size() >= 25);
  for (const files::path& path : paths) {
    CAPTURE(path.filename().string());
    files::path expected = path;
    expected.replace_extension(".expected");
    const std::string complaint = complaint_about(path);
    if (std::getenv("REHEARSE_ACCEPT") != nullptr) std::ofstream(expected) << complaint;

    CHECK(complaint != "nothing\n");
    CHECK(complaint == text_of(expected));
  }
}

TEST_CASE("what the broken scenarios lean on is sound", "[errors]") {
  CHECK(complaint_about(gallery / "sound.model.toml") == "nothing\n");
  CHECK(complaint_about(gallery / "sound.toml") == "nothing\n");
}

TEST_CASE("samples are without mistakes", "[errors]") {
  for (const auto& entry : files::directory_iterator(REHEARSE_SOURCE_DIR "/scenarios/samples")) {
    // The demo calibrates the model of the recorded shop first.
    const bool recorded = entry.path().filename().string().rfind("recorded", 0) == 0;
    if (entry.path().extension() != ".toml" || recorded) continue;
    CAPTURE(entry.path().string());
    CHECK(complaint_about(entry.path()) == "nothing\n");
  }
}
