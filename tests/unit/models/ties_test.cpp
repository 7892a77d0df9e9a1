// What happens at one instant is ordered by what it is, and by lot: never by a name.

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// `caller` asks m, whose work takes exactly as long as the caller waits.
ModelSpec deadline_at_the_answer(const std::string& caller) {
  ModelSpec model;
  add_service(model, caller, {call("m")}).calls["m"].timeout = Duration::seconds(1);
  add_service(model, "m", {work(constant(1))});
  add_replay(model, {1}, caller);
  return model;
}

RequestCounts requests_of(const ModelSpec& model, std::uint64_t replication = 0) {
  const System system(model, quiet(10));
  const Outcome outcome = run_replication(system, {.study = 3, .replication = replication});
  return outcome.intervals.front().workloads.front().counts;
}

}  // namespace

TEST_CASE("an answer at the very deadline is in time, whatever the caller is called", "[models]") {
  for (const std::string caller : {"a", "z"}) {
    INFO(caller);
    CHECK(requests_of(deadline_at_the_answer(caller)).ok == 1);
  }
}

TEST_CASE("a worker is free for who comes when its work ends", "[models]") {
  // Back to back: each request arrives at the instant at which the one before is done.
  for (const std::string name : {"a", "z"}) {
    INFO(name);
    ModelSpec model;
    add_service(model, name, {work(constant(1))}, 1).queue.capacity = 0;
    add_replay(model, {1, 2, 3, 4}, name, "m");

    CHECK(requests_of(model).ok == 4);
  }
}

TEST_CASE("who comes first of two at one instant is luck, not a name", "[models]") {
  ModelSpec model;
  add_service(model, "m", {work(constant(1))}, 1).queue.capacity = 0;
  add_replay(model, {1}, "m", "a");
  add_replay(model, {1}, "m", "z");

  constexpr int replications = 400;
  int first = 0;
  for (int i = 0; i < replications; ++i) {
    first += static_cast<int>(requests_of(model, static_cast<std::uint64_t>(i)).ok);
  }

  CHECK(std::abs(first - replications / 2) < 4.5 * std::sqrt(replications / 4.0));
}

TEST_CASE("one host more does not change who of two others comes first", "[models]") {
  ModelSpec model;
  add_service(model, "m", {work(constant(1))}, 1).queue.capacity = 0;
  add_replay(model, {1}, "m", "a");
  add_replay(model, {1}, "m", "z");
  ModelSpec larger = model;
  add_service(larger, "bystander", {work(constant(1))}).instances = 3;

  for (std::uint64_t i = 0; i < 50; ++i) {
    CHECK(requests_of(model, i) == requests_of(larger, i));
  }
}
