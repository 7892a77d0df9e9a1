#include "outputs/text/model_drawing.hpp"

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using testing::add_poisson;
using testing::add_service;
using testing::call;

namespace {

constexpr std::size_t without_limit = 1'000'000;

/// A chain of so many services, each of which calls the next one.
ModelSpec chain(int length) {
  ModelSpec model;
  for (int i = 0; i < length; ++i) {
    StepSequence steps;
    if (i + 1 < length) steps.push_back(call("s" + std::to_string(i + 1)));
    add_service(model, "s" + std::to_string(i), std::move(steps));
  }
  add_poisson(model, 10, "s0");
  return model;
}

}  // namespace

TEST_CASE("a model is drawn as a tree of calls, and its services with what is assumed",
          "[outputs]") {
  ModelSpec model;
  ServiceSpec& front = add_service(model, "front", {call("back", 0.25), call("log")});
  front.calls["back"].timeout = Duration::seconds(1);
  front.calls["back"].retry = RetrySpec{};
  front.calls["back"].retry->per_try_timeout = Duration::milliseconds(300);
  add_service(model, "back", {call("log"), call("front", 0.1)}, 8).instances = 3;
  add_service(model, "log", {call("disk")});
  add_service(model, "disk", {});
  add_service(model, "idle", {});
  add_poisson(model, 10, "front", "users");
  model.evidence["services.back.workers"] = {Basis::assumed, 0, "a guess"};
  model.evidence["network.latency"] = {Basis::assumed, 0, ""};
  model.evidence["services.back.instances"] = {Basis::observed, 5, ""};

  CHECK(model_drawing(model, without_limit) ==
        R"(  evidence for 3 values, of which 2 are assumed

Requests, and the calls they cause
  users                                     Poisson, 10 a second
    front/serve                             100 % of requests
      back/serve                            in 25 %, awaited, timeout 1s, up to 2 attempts of 300ms
        log/serve                           once, awaited
          disk/serve                        once, awaited
        front/serve                         in 10 %, awaited (above: a cycle)
      log/serve                             once, awaited (above)

Reached by no request
  idle/serve

Services
  back                     3 instances of 8 workers, 1 endpoint, 0.256 calls a request
    assumed workers: a guess
  disk                     1 instance of unlimited workers, 1 endpoint, 1.28 calls a request
  front                    1 instance of unlimited workers, 1 endpoint, 1.03 calls a request
  idle                     1 instance of unlimited workers, 1 endpoint, 0 calls a request
  log                      1 instance of unlimited workers, 1 endpoint, 1.28 calls a request

Also assumed
  network.latency
)");
}

TEST_CASE("a drawing of a large model ends, and says what is missing", "[outputs]") {
  const ModelSpec model = chain(20'000);

  const std::string some = model_drawing(model, 100);
  const std::string all = model_drawing(model, without_limit);

  CHECK(some.size() < 30'000);
  CHECK_THAT(some, Catch::Contains("and 19,901 lines more; --all lists them"));
  CHECK_THAT(some, Catch::Contains("and 19,900 lines more; --all lists them"));
  CHECK_THAT(all, Catch::Contains("[20000 deep] s19999/serve"));
  CHECK(all.size() < 200 * 2 * 20'000);
}

TEST_CASE("names in a drawing make no lines of their own", "[outputs]") {
  ModelSpec model;
  add_service(model, "a\nServices", {});
  add_poisson(model, 10, "a\nServices", "w\nx");
  model.evidence["services.\"a\nServices\".workers"] = {Basis::assumed, 0, "b\nc"};

  const std::string text = model_drawing(model, without_limit);

  CHECK_THAT(text, Catch::Contains("w\\nx") && Catch::Contains("a\\nServices/serve") &&
                       Catch::Contains("assumed workers: b\\nc"));
}
