#include "scenarios/given_values.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr const char* workers_of_front = "services.front.workers";
constexpr const char* timeout_to_back = "services.front.calls.back.timeout";
constexpr const char* rate = "workloads.load.arrivals.poisson.rate";

/// As calibrate would write it.
ModelSpec learned_model() {
  ModelSpec model;
  add_service(model, "front", {work(constant(0.01)), call("back", 0.5)}, 4).calls["back"] = {};
  add_service(model, "back", {work(constant(0.002))}, 8);
  add_poisson(model, 10, "front");
  model.evidence[workers_of_front] = {Basis::observed, 500, "5 % waited"};
  model.evidence["services.back.workers"] = {Basis::assumed, 0, ""};
  model.evidence["services.front.endpoints.serve.behaviours"] = {Basis::observed, 500, ""};
  model.evidence[rate] = {Basis::observed, 500, ""};
  note_values(model);
  return model;
}

std::vector<std::string> paths_of(const GivenValues& given) {
  std::vector<std::string> paths;
  for (const GivenValue& one : given.values) paths.push_back(one.path);
  return paths;
}

/// What becomes of the given values of a model in one that is learned anew.
ModelSpec kept(const ModelSpec& before, ModelSpec learned = learned_model()) {
  const std::vector<std::string> lost = put_given(given_values(before).values, learned, "m.toml");
  CHECK(lost.empty());
  return learned;
}

}  // namespace

TEST_CASE("a model that nobody edited gives nothing, and stays as it was", "[scenarios]") {
  const ModelSpec model = learned_model();

  const GivenValues given = given_values(parse_model(write_model(model), "m.toml"));

  CHECK(paths_of(given).empty());
  CHECK(given.without_value.empty());
  CHECK(kept(model) == model);
}

TEST_CASE("values stand beside the evidence of numbers and words, not of lists", "[scenarios]") {
  const ModelSpec model = learned_model();
  const auto value = [&](const char* path) { return model.evidence.at(path).value; };

  CHECK(value(workers_of_front) == Node::of_integer(4));
  CHECK(value(rate) == Node::of_text("10/s"));
  CHECK_FALSE(value("services.front.endpoints.serve.behaviours").has_value());
  CHECK_THAT(write_model(model), Catch::Contains("value = 4, note = \"5 % waited\" }"));
}

TEST_CASE("an edit of what was learned is given, and outlives what is learned next",
          "[scenarios]") {
  ModelSpec edited = learned_model();
  edited.services["front"].workers = 6;
  edited.workloads["load"].arrivals = PoissonSpec{{40}};

  const ModelSpec next = kept(parse_model(write_model(edited), "m.toml"));

  CHECK(next.services.at("front").workers == 6);
  CHECK(std::get<PoissonSpec>(next.workloads.at("load").arrivals).rate.per_second == 40);
  CHECK(next.services.at("back").workers == 8);
  const EvidenceSpec& evidence = next.evidence.at(workers_of_front);
  CHECK(evidence.basis == Basis::given);
  CHECK(evidence.note == "in place of 4: 5 % waited");
  CHECK(evidence.value == Node::of_integer(6));
  CHECK(next.evidence.at("services.back.workers").basis == Basis::assumed);
  CHECK(kept(next) == next);
}

TEST_CASE("what is marked as given is kept, with its note, and what is unmarked is not",
          "[scenarios]") {
  ModelSpec model = learned_model();
  model.services["front"].calls["back"].timeout = Duration::seconds(1);
  model.services["front"].queue.capacity = 10;
  model.services["back"].queue.capacity = 10;
  model.evidence[timeout_to_back] = {Basis::given, 0, "from the gateway"};
  model.evidence["services.front.queue.capacity"] = {Basis::given, 0, ""};

  const ModelSpec next = kept(model);

  CHECK(next.services.at("front").calls.at("back").timeout == Duration::seconds(1));
  CHECK(next.services.at("front").queue.capacity == 10);
  CHECK_FALSE(next.services.at("back").queue.capacity.has_value());
  CHECK(next.evidence.at(timeout_to_back).note == "from the gateway");
  CHECK(next.evidence.at(timeout_to_back).value == Node::of_text("1s"));
}

TEST_CASE("tables that lead to a given value come with it, and lists are kept whole",
          "[scenarios]") {
  ModelSpec model = learned_model();
  ClientSpec& client = model.services["front"].calls["back"];
  client.retry = RetrySpec{};
  client.retry->max_attempts = 5;
  client.retry->per_try_timeout = Duration::milliseconds(70);
  auto& behaviours = model.services["front"].endpoints["serve"].behaviours;
  behaviours.front().steps = {work(constant(0.7)), call("back")};
  const std::string retry = "services.front.calls.back.retry";
  const std::string list = "services.front.endpoints.serve.behaviours";
  model.evidence[retry + ".max_attempts"] = {Basis::given, 0, ""};
  model.evidence[retry + ".per_try_timeout"] = {Basis::given, 0, ""};
  model.evidence[list + "[0].steps[0].work"] = {Basis::given, 0, "measured"};

  const ModelSpec next = kept(model);

  CHECK(next.services.at("front").calls.at("back").retry == client.retry);
  CHECK(next.services.at("front").endpoints.at("serve").behaviours == behaviours);
  CHECK(next.evidence.at(list).basis == Basis::given);
  CHECK(next.evidence.at(list).note == "measured");
}

TEST_CASE("a key that a person removed stays away", "[scenarios]") {
  ModelSpec model = learned_model();
  model.services["front"].calls["back"].timeout = Duration::seconds(1);
  model.evidence[timeout_to_back] = {Basis::observed, 7, ""};
  note_values(model);
  ModelSpec edited = model;
  edited.services["front"].calls["back"].timeout.reset();

  const ModelSpec next = kept(edited, model);

  CHECK_FALSE(next.services.at("front").calls.at("back").timeout.has_value());
  CHECK(next.evidence.at(timeout_to_back).note == "in place of \"1s\"");
}

TEST_CASE("files without values know no edits", "[scenarios]") {
  ModelSpec old = learned_model();
  for (auto& [path, evidence] : old.evidence) evidence.value.reset();
  old.services["front"].workers = 6;

  CHECK(paths_of(given_values(old)).empty());
}

TEST_CASE("given paths without a place are named, not dropped", "[scenarios]") {
  ModelSpec model = learned_model();
  add_service(model, "gone", {work(constant(0.1))}, 3);
  model.evidence["services.gone.workers"] = {Basis::given, 0, ""};
  model.evidence[rate].basis = Basis::given;
  model.evidence["services.front.nonsense"] = {Basis::given, 0, ""};
  ModelSpec learned = learned_model();
  learned.workloads["load"].arrivals = BatchSpec{Rate{3}, {}};
  const ModelSpec unspoilt = learned;

  const GivenValues given = given_values(model);
  const auto lost = put_given(given.values, learned, "m.toml");

  CHECK(given.without_value == std::vector<std::string>{"services.front.nonsense"});
  CHECK(lost == std::vector<std::string>{"services.gone.workers", rate});
  CHECK(learned.services == unspoilt.services);
  CHECK(learned.workloads == unspoilt.workloads);
}

TEST_CASE("a service that is given whole need not be learned", "[scenarios]") {
  ModelSpec model = learned_model();
  add_service(model, "planned", {work(constant(0.1))}, 3);
  model.evidence["services.planned"] = {Basis::given, 0, "next month"};

  CHECK(kept(model).services.at("planned") == model.services.at("planned"));
}

TEST_CASE("what callers do after failures is kept where it is one word", "[scenarios]") {
  ModelSpec model = learned_model();
  const std::string path = "services.front.calls.back.on_error";
  auto& steps = model.services["front"].endpoints["serve"].behaviours.front().steps;
  std::get<CallSpec>(steps[1].action).on_error = OnError::ignore;
  model.evidence[path] = {Basis::given, 9, ""};

  const ModelSpec next = kept(model);
  std::get<CallSpec>(steps[1].action).on_error = OnError::fallback;
  const GivenValues of_fallback = given_values(model);

  CHECK(next.services.at("front").endpoints.at("serve").behaviours == [&] {
    ModelSpec expected = learned_model();
    auto& call = expected.services["front"].endpoints["serve"].behaviours[0].steps[1];
    std::get<CallSpec>(call.action).on_error = OnError::ignore;
    return expected.services["front"].endpoints["serve"].behaviours;
  }());
  CHECK(next.evidence.at(path).basis == Basis::given);
  CHECK(of_fallback.without_value == std::vector<std::string>{path});
}

TEST_CASE("given values that cannot be read with what was learned are refused", "[scenarios]") {
  ModelSpec model = learned_model();
  ClientSpec& client = model.services["front"].calls["back"];
  client.retry = RetrySpec{};
  client.retry_budget = RetryBudgetSpec{};
  model.evidence["services.front.calls.back.retry_budget"] = {Basis::given, 0, ""};
  ModelSpec learned = learned_model();

  CHECK_THROWS_WITH(put_given(given_values(model).values, learned, "m.toml"),
                    Catch::Contains("'retry_budget' limits retries, and there are none"));
}

TEST_CASE("a contradiction lasts as long as the value that it is about", "[scenarios]") {
  ModelSpec model = learned_model();
  model.evidence[workers_of_front].basis = Basis::given;
  model.evidence[workers_of_front].contradicted = "9 at work at once";
  ModelSpec corrected = model;
  corrected.services["front"].workers = 10;

  CHECK(contradicted_values(model) ==
        std::vector<std::string>{
            "given workers = 4 at front: the recording contradicts it, 9 at work at once"});
  CHECK(contradicted_values(parse_model(write_model(model), "m.toml")).size() == 1);
  CHECK(contradicted_values(corrected).empty());
  CHECK_FALSE(kept(corrected).evidence.at(workers_of_front).contradicted.has_value());
  CHECK(contradiction_text(timeout_to_back, Node::of_text("1s"), "a good call took 3s") ==
        "given timeout = \"1s\" at front -> back: the recording contradicts it, a good call took "
        "3s");
}
