// Errors of endpoints themselves, and of each thing that they do.

#include <catch2/catch.hpp>

#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

double share_failed(const Outcome& outcome) {
  const RequestCounts& users = outcome.intervals.front().workloads.front().counts;
  return static_cast<double>(users.failed) / static_cast<double>(users.arrived);
}

}  // namespace

TEST_CASE("each behaviour fails as often as it says, at the start and at the end", "[models]") {
  ModelSpec model = station(constant(0.001), std::nullopt);
  EndpointSpec& serve = model.services["station"].endpoints["serve"];
  serve.errors = {50, GENERATE(OwnErrorsSpec::At::start, OwnErrorsSpec::At::end)};
  serve.behaviours = {{1, {work(constant(0.001))}, 0.0},
                      {3, {work(constant(0.002))}, 40.0},
                      {1, {work(constant(0.003))}, std::nullopt}};
  add_poisson(model, 200);

  const Estimate failed = replicated(System(model, quiet(10)), 40, 86, share_failed);

  CHECK(agrees(failed, 0.6 * 0.4 + 0.2 * 0.5));
  CHECK_FALSE(agrees(failed, 0.5));                    // all by the endpoint's
  CHECK_FALSE(agrees(failed, 0.2 * 0.4 + 0.2 * 0.5));  // behaviours mixed up
}
