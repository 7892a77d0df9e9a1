#include "scenarios/named_laws.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"

using namespace rehearse;

namespace {

const std::string sample = REHEARSE_SOURCE_DIR "/scenarios/samples/recorded_shop.model.toml";

/// A model of one service whose work and laws are given.
std::string model_with(const std::string& work, const std::string& laws) {
  return "rehearse_model = 1\n[workloads.users]\narrivals = { poisson = { rate = \"1/s\" } }\n"
         "mix = { \"web/Get\" = 1 }\n[services.web.endpoints.Get]\nbehaviours = [{ steps = [{ work "
         "= " +
         work + " }] }]\n" + laws;
}

std::string complaint_about(const std::string& text) {
  try {
    parse_model(text, "m.toml");
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing";
}

std::size_t widest_line(const std::string& text) {
  std::istringstream stream(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(stream, line);) widest = std::max(widest, line.size());
  return widest;
}

}  // namespace

TEST_CASE("a name stands for its law", "[scenarios]") {
  const std::string law = "{ exponential = { mean = \"7ms\" } }";

  CHECK(parse_model(model_with("\"web.self\"", "[laws]\n\"web.self\" = " + law + "\n"), "m.toml") ==
        parse_model(model_with(law, ""), "m.toml"));
}

TEST_CASE("services, endpoints and callees may be called as keys of laws are", "[scenarios]") {
  const std::string law =
      "{ empirical = { p0 = \"1.234567ms\", p10 = \"2.345678ms\", p20 = \"3.456789ms\", p30 = "
      "\"4.567891ms\", p40 = \"5.678912ms\", p50 = \"6.789123ms\", p100 = \"7.891234ms\" } }";
  const std::string steps = "behaviours = [{ steps = [{ work = " + law + " }] }]\n";
  const ModelSpec model = parse_model(
      "rehearse_model = 1\n[workloads.think_time]\narrivals = { poisson = { rate = \"1/s\" } }\n"
      "mix = { \"latency/work\" = 1 }\n[services.latency.endpoints.work]\n" +
          steps +
          "[services.latency.endpoints.network_latency]\nbehaviours = [{ steps = [{ call = "
          "\"work/latency\" }] }]\n[services.latency.calls.work]\nnetwork_latency = " +
          law + "\n[services.work.endpoints.latency]\n" + steps,
      "m.toml");

  const std::string text = write_model(model);

  CAPTURE(text);
  CHECK(parse_model(text, "written.toml") == model);
  CHECK(text.find("[laws") != std::string::npos);
  CHECK(text.find("network_latency = \"latency -> work\"") != std::string::npos);
}

TEST_CASE("rows of percentiles say what one table says", "[scenarios]") {
  const auto model = [](const std::string& law) {
    return parse_model(model_with("{ empirical = " + law + " }", ""), "m.toml");
  };

  CHECK(model("[{ p0 = \"1ms\", p50 = \"2ms\" },\n { p100 = \"9ms\" }]") ==
        model("{ p0 = \"1ms\", p50 = \"2ms\", p100 = \"9ms\" }"));
  CHECK_FALSE(model("[{ p0 = \"1ms\", p50 = \"3ms\" },\n { p100 = \"9ms\" }]") ==
              model("{ p0 = \"1ms\", p50 = \"2ms\", p100 = \"9ms\" }"));
}

TEST_CASE("copies of named laws are bounded", "[scenarios]") {
  std::string law = "{ empirical = { p0 = \"0s\"";
  for (int i = 1; i < 1'000; ++i)
    law += ", \"p" + std::to_string(i / 10) + "." + std::to_string(i % 10) + "\" = \"1ms\"";
  law += ", p100 = \"1ms\" } }";
  const auto model = [&](int uses) {
    std::string steps = "\"big\" }";
    for (int i = 1; i < uses; ++i) steps += ", { work = \"big\" }";
    steps.resize(steps.size() - 2);
    return model_with(steps, "[laws]\nbig = " + law + "\n");
  };

  CHECK(complaint_about(model(900)) == "nothing");
  CHECK_THAT(complaint_about(model(1'100)), Catch::Contains("more than 1000000 values in all"));
}

TEST_CASE("an override replaces a name, goes into its law, and may be a name", "[scenarios]") {
  const auto folder = std::filesystem::temp_directory_path() / "rehearse_named_laws";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "m.model.toml") << model_with(
      "\"slow\"", "[laws]\nslow = { exponential = { mean = \"7ms\" } }\nfast = \"1ms\"\n");
  const auto load = [&](const std::string& set) {
    std::ofstream(folder / "s.toml") << "rehearse = 1\n[scenario]\nname = \"s\"\n"
                                        "model = \"m.model.toml\"\nduration = \"10s\"\n" +
                                            set;
    return load_scenario((folder / "s.toml").string());
  };
  const auto model_of = [](const std::string& work) {
    return parse_model(model_with(work, ""), "m.toml");
  };
  const std::string work = "[set]\n\"services.web.endpoints.Get.behaviours[0].steps[0].work";

  CHECK(load(work + "\" = \"3ms\"\n").model == model_of("\"3ms\""));
  CHECK(load(work + "\" = \"fast\"\n").model == model_of("\"1ms\""));
  CHECK(load(work + ".exponential.mean\" = \"9ms\"\n").model ==
        load(work + "\" = { exponential = { mean = \"9ms\" } }\n").model);
  const std::vector<std::string> doubts = load("").doubts;
  CHECK(std::count(doubts.begin(), doubts.end(), "the law 'fast' of [laws] is used nowhere") == 1);
  CHECK_THROWS_WITH(load("[set]\n\"laws.slow\" = \"1ms\"\n"),
                    Catch::Contains("a law cannot be set under its name"));
  std::filesystem::remove_all(folder);
}

TEST_CASE("the recorded sample is what the writer makes of it, and no line is too wide",
          "[scenarios]") {
  const Model model = load_model(sample);
  const std::string written = write_model(model.spec);
  if (std::getenv("REHEARSE_ACCEPT") != nullptr) std::ofstream(sample) << written;

  CHECK(widest_line(written) <= 120);
  CHECK(parse_model(written, sample) == model.spec);
  std::ifstream stream(sample);
  std::ostringstream there;
  there << stream.rdbuf();
  CHECK(there.str() == written);
}
