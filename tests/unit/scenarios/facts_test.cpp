#include "scenarios/facts.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

namespace files = std::filesystem;

/// A file that lives as long as this does.
class Written {
 public:
  Written(const std::string& name, const std::string& text)
      : path_(files::temp_directory_path() / ("rehearse_" + name)) {
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~Written() { files::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  files::path path_;
};

/// As calibrate would write it.
ModelSpec learned_model() {
  ModelSpec model;
  add_service(model, "front", {work(constant(0.01)), call("back", 0.5)}).calls["back"] = {};
  add_service(model, "back", {work(constant(0.002))}, 8);
  add_poisson(model, 10, "front");
  model.evidence["services.front.workers"] = {Basis::assumed, 0, ""};
  model.evidence["services.back.workers"] = {Basis::observed, 500, "5 % waited"};
  model.evidence["services.front.calls.back.on_error"] = {Basis::assumed, 0, ""};
  model.evidence["services.front.endpoints.serve.behaviours"] = {Basis::observed, 500, ""};
  model.evidence["workloads.load.arrivals.poisson.rate"] = {Basis::observed, 500, ""};
  note_values(model);
  return model;
}

struct Laid {
  ModelSpec model = learned_model();
  LaidFacts facts;
};

Laid laid(const std::string& text) {
  const Written file("facts.toml", "rehearse_facts = 1\n" + text);
  Laid result;
  result.facts = Facts({file.path()}).lay_over(result.model, "m.toml");
  return result;
}

/// What a file of facts is refused for.
std::string complaint(const std::string& text) {
  const Written file("refused_facts.toml", text);
  ModelSpec model = learned_model();
  try {
    Facts({file.path()}).lay_over(model, "m.toml");
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return "nothing";
}

/// A model that was written, calibrated again, and kept what was given.
ModelSpec recalibrated(const ModelSpec& model) {
  ModelSpec next = learned_model();
  const GivenValues given = given_values(parse_model(write_model(model), "m.toml"));
  CHECK(given.without_value.empty());
  CHECK(put_given(given.values, next, "m.toml").empty());
  return next;
}

}  // namespace

TEST_CASE("facts take the place of what was learned, key by key, and say who gave them",
          "[scenarios]") {
  const auto [model, facts] = laid(
      "[services.front]\nworkers = 16\ninstances = 3\ncpu = { cores = 2 }\n"
      "[services.front.calls.back]\ntimeout = \"2s\"\nretry = { max_attempts = 3 }\n"
      "on_error = \"ignore\"\n");

  const ServiceSpec& front = model.services.at("front");
  CHECK(front.workers == 16);
  CHECK(front.instances == 3);
  CHECK(front.cpu.value_or(CpuSpec{}).cores == 2);
  CHECK(front.calls.at("back").timeout == Duration::seconds(2));
  CHECK(front.calls.at("back").retry.value_or(RetrySpec{}).max_attempts == 3);
  const auto& steps = front.endpoints.at("serve").behaviours.front().steps;
  CHECK(std::get<CallSpec>(steps.at(1).action).on_error == OnError::ignore);
  CHECK(facts.values.size() == 6);
  const EvidenceSpec& evidence = model.evidence.at("services.front.workers");
  CHECK(evidence.basis == Basis::given);
  CHECK(evidence.note == "rehearse_facts.toml");
  CHECK(evidence.value == Node::of_integer(16));
  CHECK(model.evidence.at("services.front.cpu.cores").basis == Basis::given);
  CHECK(model.evidence.at("services.front.calls.back.on_error").basis == Basis::given);
  ModelSpec rest = model;
  rest.services["front"] = learned_model().services["front"];
  rest.evidence = learned_model().evidence;
  CHECK(rest == learned_model());
}

TEST_CASE("facts outlive the next calibration, in which nobody repeats them", "[scenarios]") {
  const ModelSpec model =
      laid(
          "[services.front]\nworkers = 16\ncpu = { cores = 0.5 }\n"
          "queue = { discipline = \"codel\", target = \"7ms\" }\nplacement = { zones = [\"a\", "
          "\"b\"] }\n"
          "[services.front.calls.back]\non_error = \"ignore\"\nnetwork_latency = \"slow\"\n"
          "retry = { max_attempts = 3, per_try_timeout = \"70ms\" }\n"
          "[workloads.load]\nmix = { \"back/serve\" = 3 }\n"
          "[workloads.load.arrivals.batch]\nrate = \"3/s\"\nsize = { geometric = { mean = 2 } }\n"
          "[laws]\nslow = { exponential = { mean = \"3ms\" } }\n")
          .model;

  CHECK(recalibrated(model) == model);
  CHECK_FALSE(recalibrated(learned_model()) == model);
}

TEST_CASE("of two files of facts the later one wins", "[scenarios]") {
  const Written first(
      "first_facts.toml",
      "rehearse_facts = 1\nservices.front.workers = 3\nservices.back.workers = 5\n");
  const Written second("second_facts.toml", "rehearse_facts = 1\nservices.front.workers = 4\n");
  ModelSpec model = learned_model();

  Facts({first.path(), second.path()}).lay_over(model, "m.toml");

  CHECK(model.services.at("front").workers == 4);
  CHECK(model.services.at("back").workers == 5);
  CHECK(model.evidence.at("services.front.workers").note == "rehearse_second_facts.toml");
}

TEST_CASE("without files of facts a model stays as it is", "[scenarios]") {
  ModelSpec model = learned_model();
  model.evidence["no path of it"] = {Basis::observed, 1, ""};
  const ModelSpec before = model;

  CHECK(Facts().lay_over(model, "m.toml").values.empty());
  CHECK(model == before);
}

TEST_CASE("a law of facts that nothing names is probably not meant", "[scenarios]") {
  const auto [model, facts] = laid("[laws]\nslow = { exponential = { mean = \"3ms\" } }\n");

  REQUIRE(facts.doubts.size() == 1);
  CHECK_THAT(facts.doubts.front(), Catch::Contains("slow"));
  CHECK(model == learned_model());
}

TEST_CASE("mistakes of all files of facts are reported together, where they stand", "[scenarios]") {
  const Written first("first_facts.toml", "rehearse_facts = 1\nservices.fron.worker = 3\n");
  const Written second("second_facts.toml", "rehearse_facts = 1\nservices.back.workers = 0\n");
  ModelSpec model = learned_model();
  const ModelSpec before = model;

  std::string refused;
  try {
    Facts({first.path(), second.path()}).lay_over(model, "m.toml");
  } catch (const InvalidInput& error) {
    refused = error.what();
  }

  CHECK_THAT(refused, Catch::Contains("first_facts.toml:2:10: error: services has no service "
                                      "'fron'") &&
                          Catch::Contains("hint: did you mean 'front'?") &&
                          Catch::Contains("unknown key 'worker' in services.fron") &&
                          Catch::Contains("second_facts.toml:2:25: error: 'workers' must be"));
}

TEST_CASE("facts that do not fit what was learned are no facts", "[scenarios]") {
  const std::string head = "rehearse_facts = 1\n";

  CHECK_THAT(complaint(head + "[services.front.calls.back]\ntimeout = \"1s\"\n"
                              "retry = { max_attempts = 2, per_try_timeout = \"2s\" }\n"),
             Catch::Contains("refused_facts.toml:4:"));
  CHECK_THAT(complaint(head + "[workloads.load]\nmix = { \"back/surf\" = 1 }\n"),
             Catch::Contains("refused_facts.toml:3:") && Catch::Contains("surf"));
  CHECK_THAT(complaint(head + "[services.front.calls.back]\non_error = \"fallback\"\n"),
             Catch::Contains("refused_facts.toml:3:12: error: 'on_error' must be"));
  CHECK_THAT(complaint("rehearse_facts = 2\n"), Catch::Contains("the only version"));
  CHECK_THAT(complaint("rehearse_model = 1\n"), Catch::Contains("'rehearse_facts' is needed here"));
  CHECK(complaint(head) == "nothing");
}

TEST_CASE("very many names that nobody learned are refused in little time", "[scenarios]") {
  std::string text = "rehearse_facts = 1\n[services]\n";
  for (int i = 0; i < 100'000; ++i) text += "s" + std::to_string(i) + ".workers = 1\n";

  CHECK_THAT(complaint(text),
             Catch::Contains("has no service 's0'") && Catch::Contains("more mistakes"));
}
