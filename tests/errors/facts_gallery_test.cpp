#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "scenarios/facts.hpp"
#include "scenarios/scenario.hpp"
#include "sim/error.hpp"

using namespace rehearse;

namespace {

namespace files = std::filesystem;

const files::path gallery = REHEARSE_SOURCE_DIR "/tests/errors/facts";

std::string text_of(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

/// What laying a file over the sound model says, with the place of the gallery taken out.
std::string complaint_about(const files::path& path) {
  const std::string model_path = (gallery / "sound.model.toml").string();
  ModelSpec model = load_model(model_path).spec;
  std::string text = "nothing\n";
  try {
    Facts({path.string()}).lay_over(model, model_path);
  } catch (const InvalidInput& error) {
    text = error.what();
  }
  const std::string folder = gallery.string() + "/";
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.erase(at, folder.size());
  }
  return text;
}

std::vector<files::path> broken_files() {
  std::vector<files::path> paths;
  for (const auto& entry : files::directory_iterator(gallery)) {
    const bool expected = entry.path().extension() == ".expected";
    const bool sound = entry.path().filename().string().rfind("sound", 0) == 0;
    if (!expected && !sound) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

TEST_CASE("each broken file of facts gets exactly the diagnostics expected", "[errors]") {
  const std::vector<files::path> paths = broken_files();
  CHECK(paths.size() >= 7);
  for (const files::path& path : paths) {
    CAPTURE(path.filename().string());
    const files::path expected = path.string() + ".expected";
    const std::string complaint = complaint_about(path);
    if (std::getenv("REHEARSE_ACCEPT") != nullptr) std::ofstream(expected) << complaint;

    CHECK(complaint != "nothing\n");
    CHECK(complaint == text_of(expected));
  }
}
