// Tracing, on random scenarios with everything in them: it changes nothing, and traces hold
// together.

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "models/plan/plan.hpp"
#include "models/replication.hpp"
#include "models/run/traced_span.hpp"
#include "models/traced_replication.hpp"
#include "tests/support/random_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

constexpr std::uint64_t scenarios = 40;

using Spans = std::vector<TracedSpan>;

System system_of(std::uint64_t number) {
  const RandomScenario scenario = random_scenario(
      number,
      {.throttled = true, .lossy = true, .stressed = true, .guarded = true, .dropping = true});
  return System(scenario.model, scenario.experiment);
}

/// Who has a parent has it in the same trace, on the other side, and began no earlier.
bool holds_together(const Spans& request) {
  std::map<std::uint64_t, const TracedSpan*> by_id;
  for (const TracedSpan& span : request) {
    if (!by_id.emplace(span.id, &span).second || span.id == 0 || span.end < span.start)
      return false;
  }
  for (const TracedSpan& span : request) {
    const bool is_called =
        span.kind == TracedSpan::Kind::server || span.kind == TracedSpan::Kind::consumer;
    if (span.parent == 0) {
      if (span.kind != TracedSpan::Kind::server) return false;
      continue;
    }
    const auto parent = by_id.find(span.parent);
    if (parent == by_id.end()) return false;
    const TracedSpan& above = *parent->second;
    const bool same_side = above.instance == span.instance;
    const bool fits = is_called ? above.endpoint == span.endpoint : same_side;
    if (!fits || !(above.trace == span.trace) || span.start < above.start) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("tracing changes nothing and traces hold together", "[property]") {
  std::uint64_t spans = 0;
  for (std::uint64_t number = 0; number < scenarios; ++number) {
    CAPTURE(number);
    const System system = system_of(number);
    const ReplicationSeed seed{.study = 5, .replication = number};
    std::uint64_t torn = 0;

    const TracedReplication traced =
        trace_replication(system, seed, {.share = number % 2 == 0 ? 1 : 0.3},
                          [&](const Spans& request) { torn += holds_together(request) ? 0 : 1; });

    const Outcome plain = run_replication(system, seed);
    CHECK(traced.outcome.digest() == plain.digest());
    CHECK(traced.outcome == plain);
    CHECK(torn == 0);
    CHECK(traced.counts.too_large == 0);
    spans += traced.counts.spans;
  }
  CHECK(spans > 10'000);
}

TEST_CASE("a trace that is torn is told from one that holds together", "[property]") {
  Spans whole;
  static_cast<void>(trace_replication(system_of(3), {.study = 5}, {}, [&](const Spans& request) {
    if (request.size() > whole.size()) whole = request;
  }));
  REQUIRE(whole.size() > 2);
  REQUIRE(holds_together(whole));

  Spans torn = whole;
  torn.erase(std::find_if(torn.begin(), torn.end(),
                          [](const TracedSpan& span) { return span.parent == 0; }));
  Spans twice = whole;
  twice.push_back(whole.front());

  CHECK_FALSE(holds_together(torn));
  CHECK_FALSE(holds_together(twice));
}
