#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "scenarios/scenario.hpp"
#include "tests/support/gallery.hpp"

using namespace rehearse;

namespace {

namespace files = std::filesystem;

const testing::Gallery gallery("scenarios");

void load(const files::path& path) {
  const bool model = path.filename().string().find(".model.toml") != std::string::npos;
  if (model) {
    load_model(path.string());
  } else {
    load_scenario(path.string());
  }
}

}  // namespace

TEST_CASE("each broken scenario and model gets exactly the diagnostics expected", "[errors]") {
  gallery.check(25, load);
}

TEST_CASE("what the broken scenarios lean on is sound", "[errors]") {
  for (const char* name : {"sound.model.toml", "sound.toml"}) {
    CHECK(gallery.complaint([&] { load(gallery.file(name)); }) == "nothing\n");
  }
}

TEST_CASE("samples are without mistakes", "[errors]") {
  for (const auto& entry : files::directory_iterator(REHEARSE_SOURCE_DIR "/scenarios/samples")) {
    // The demo calibrates the model of the recorded shop first.
    const bool recorded = entry.path().filename().string().rfind("recorded", 0) == 0;
    if (entry.path().extension() != ".toml" || recorded) continue;
    CAPTURE(entry.path().string());
    CHECK(gallery.complaint([&] { load(entry.path()); }) == "nothing\n");
  }
}
