#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/end_to_end/program.hpp"

namespace rehearse {
namespace {

using testing::Finished;
using testing::Workplace;

/// A hundred requests, ten a second; each spends 30 ms in the shop, 20 of them in the stock.
void record(const Workplace& place) {
  std::string table = "trace,span,parent,service,operation,start_ms,duration_ms\n";
  for (int i = 0; i < 100; ++i) {
    const std::string trace = std::to_string(i + 1);
    const int start = 1'000'000 + 100 * i;
    table += trace + ",1,,shop,GET /," + std::to_string(start) + ",30\n";
    table += trace + ",2,1,stock,Take," + std::to_string(start + 5) + ",20\n";
  }
  place.write("spans.csv", table);
}

Finished calibrate(const Workplace& place, const std::vector<std::string>& more) {
  std::vector<std::string> words = {"calibrate", "spans.csv"};
  words.insert(words.end(), more.begin(), more.end());
  return place.rehearse(words);
}

constexpr const char* facts =
    "rehearse_facts = 1\n[services.stock]\nworkers = 3\ncpu = { cores = 2 }\n"
    "[services.shop.calls.stock]\ntimeout = \"10ms\"\non_error = \"ignore\"\n";

}  // namespace

TEST_CASE("facts beside a recording are laid over what it tells, and outlive the next one",
          "[end_to_end]") {
  const Workplace place;
  record(place);
  place.write("facts.toml", facts);
  place.write("other.toml", "rehearse_facts = 1\n[services.stock]\nworkers = 4\n");

  const Finished learned = calibrate(place, {"--facts", "facts.toml", "-o", "shop.model.toml"});
  const std::string model = place.content("shop.model.toml");
  const Finished printed = calibrate(place, {"--facts", "facts.toml"});
  const Finished again = calibrate(place, {"-o", "shop.model.toml"});
  const std::string kept = place.content("shop.model.toml");
  const Finished corrected = calibrate(place, {"--facts", "other.toml", "-o", "shop.model.toml"});

  CHECK(learned.exit_code == 0);
  CHECK_THAT(learned.output, Catch::Contains("Given by facts:\n") &&
                                 Catch::Contains("  services.stock.workers = 3\n"));
  CHECK_THAT(model, Catch::Contains("workers = 3") && Catch::Contains("cpu = { cores = 2 }") &&
                        Catch::Contains("on_error = \"ignore\"") &&
                        Catch::Contains("\"services.stock.workers\" = { basis = \"given\", value "
                                        "= 3, note = \"facts.toml\" }"));
  CHECK(printed.output == model);
  CHECK_THAT(again.output, Catch::Contains("Given by a person, and kept:\n") &&
                               Catch::Contains("the model that was there: No difference."));
  CHECK(kept == model);
  CHECK_THAT(corrected.output, Catch::Contains("services.stock.workers: 3 -> 4"));
  CHECK_THAT(place.content("shop.model.toml"),
             Catch::Contains("value = 4, note = \"other.toml\" }") &&
                 Catch::Contains("timeout = \"10ms\""));
}

TEST_CASE("nothing passes on a fact that the recording contradicts", "[end_to_end]") {
  const Workplace place;
  record(place);
  place.write("facts.toml", facts);
  place.write("calm.toml",
              "rehearse = 1\n[scenario]\nname = \"calm\"\nmodel = \"shop.model.toml\"\n"
              "duration = \"20s\"\nreplications = 100\n[[objectives]]\nname = \"answers\"\n"
              "expect = \"error_ratio < 0.5\"\n");
  const std::string contradicted =
      "warning: given timeout = \"10ms\" at shop -> stock: the recording contradicts it, a good "
      "call took 20ms";

  const Finished learned = calibrate(place, {"--facts", "facts.toml", "-o", "shop.model.toml"});
  const Finished run = place.rehearse({"run", "calm.toml"});
  place.write("facts.toml",
              "rehearse_facts = 1\n[services.shop.calls.stock]\ntimeout = \"100ms\"\n");
  const Finished corrected =
      calibrate(place, {"--facts", "facts.toml", "-o", "shop.model.toml", "--verbose"});
  const Finished better = place.rehearse({"run", "calm.toml"});

  CHECK_THAT(learned.output, Catch::Contains(contradicted));
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.output, Catch::Contains("it is met only if what was given is true"));
  CHECK_THAT(corrected.output, !Catch::Contains("the recording contradicts it"));
  CHECK(better.exit_code == 0);
}

TEST_CASE("facts of what was not learned are refused, and nothing is written", "[end_to_end]") {
  const Workplace place;
  record(place);
  place.write("facts.toml", facts);
  place.write("typo.toml", "rehearse_facts = 1\n[services.stok]\nworkers = 3\n");

  const Finished refused = calibrate(place, {"--facts", "typo.toml", "-o", "shop.model.toml"});
  const Finished missing = calibrate(place, {"--facts", "gone.toml"});
  const Finished overwriting = calibrate(place, {"--facts", "facts.toml", "-o", "facts.toml"});
  const Finished nameless = calibrate(place, {"--facts", "facts.toml", "--anonymise"});

  for (const Finished& one : {refused, missing, overwriting, nameless}) {
    CHECK(one.exit_code == 104);
    CHECK(one.output.empty());
  }
  CHECK_THAT(refused.errors, Catch::Contains("typo.toml:2:11: error: services has no service "
                                             "'stok'") &&
                                 Catch::Contains("did you mean 'stock'?"));
  CHECK_THAT(missing.errors, Catch::Contains("gone.toml: error: "));
  CHECK_THAT(overwriting.errors, Catch::Contains("facts.toml is an input"));
  CHECK_THAT(nameless.errors, Catch::Contains("--anonymise renames"));
  CHECK(place.content("facts.toml") == facts);
  CHECK_FALSE(place.has("shop.model.toml"));
}

TEST_CASE("facts may be manifests of Kubernetes", "[end_to_end]") {
  const Workplace place;
  record(place);
  place.write("shop.yaml",
              "kind: Deployment\nmetadata: { name: stock }\nspec:\n  replicas: 3\n  template:\n"
              "    spec:\n      containers:\n"
              "      - { name: stock, resources: { limits: { cpu: 500m } } }\n---\n"
              "kind: Deployment\nmetadata: { name: shopp }\nspec: { replicas: 2 }\n");

  const Finished learned = calibrate(place, {"--facts", "shop.yaml", "-o", "shop.model.toml"});
  const std::string model = place.content("shop.model.toml");

  CHECK(learned.exit_code == 0);
  CHECK_THAT(learned.output,
             Catch::Contains("  services.stock.cpu.cores = 0.5\n") &&
                 Catch::Contains("  services.stock.instances = 3\n") &&
                 Catch::Contains("warning: shop.yaml: Deployment 'shopp' (line 10)"));
  CHECK_THAT(model, Catch::Contains("cpu = { cores = 0.5 }") &&
                        Catch::Contains("shop.yaml: cpu limit of container 'stock'"));
}

}  // namespace rehearse
