#include <catch2/catch.hpp>

#include "scenarios/facts.hpp"
#include "scenarios/scenario.hpp"
#include "tests/support/gallery.hpp"

using namespace rehearse;

TEST_CASE("each broken file of facts gets exactly the diagnostics expected", "[errors]") {
  const testing::Gallery gallery("facts");
  const std::string model_path = gallery.file("sound.model.toml").string();
  gallery.check(7, [&](const std::filesystem::path& path) {
    ModelSpec model = load_model(model_path).spec;
    Facts({path.string()}).lay_over(model, model_path);
  });
}
