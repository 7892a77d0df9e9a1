#include <chrono>

#include "calibrate/traces/roles.hpp"
#include "calibrate/traces/trace_forest.hpp"
#include "calibrate/traces/visits.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;

TraceForest planted(SpanBuilder& builder) {
  normalise(builder.set);
  return plant(builder.set.spans);
}

}  // namespace

TEST_CASE("exact and differing duplicates are dropped, and the longest report is kept",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "x", 0, 50);
  builder.add(1, 1, 0, "a", "x", 0, 50);
  builder.add(1, 1, 0, "a", "x", 0, 70);

  const TraceForest forest = planted(builder);

  REQUIRE(forest.spans.size() == 1);
  CHECK(forest.spans[0].end == 70);
  CHECK(forest.counts.duplicates == 2);
  CHECK(forest.counts.differing_duplicates == 2);
}

TEST_CASE("a client and a server that report under one id become parent and child", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 7, 0, "a", "call", 0, 50, SpanKind::client);
  builder.add(1, 7, 0, "b", "serve", 10, 40, SpanKind::server);
  builder.add(1, 8, 7, "b", "work", 20, 30);

  const TraceForest forest = planted(builder);

  REQUIRE(forest.spans.size() == 3);
  CHECK(forest.counts.roots == 1);
  CHECK(forest.counts.ids_shared_by_two_sides == 1);
  for (std::uint32_t i = 0; i < 3; ++i) {
    if (forest.spans[i].id != 8) continue;
    CHECK(forest.spans[forest.parent[i]].kind == SpanKind::server);
  }
}

TEST_CASE("orphans, several roots, self-parents and circles are counted and survived",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "x", 0, 9);
  builder.add(1, 2, 0, "a", "x", 0, 9);
  builder.add(1, 3, 99, "a", "x", 0, 9);
  builder.add(2, 1, 1, "a", "x", 0, 9);  // its own parent
  const std::uint64_t circle = 1000;
  for (std::uint64_t i = 1; i <= circle; ++i) {
    builder.add(3, i, i % circle + 1, "a", "x", static_cast<std::int64_t>(2 * circle - i), 5000);
  }

  const TraceForest forest = planted(builder);

  CHECK(forest.counts.roots == 2);
  CHECK(forest.counts.orphans == 1);
  CHECK(forest.counts.cycles == 2);
  CHECK(forest.counts.traces == 3);
  CHECK(forest.counts.traces_without_root == 2);
  CHECK(forest.counts.traces_with_several_roots == 1);
}

TEST_CASE("chains of 1e5 spans and 1e6 children of one span are walked in seconds", "[calibrate]") {
  SpanBuilder builder;
  const std::uint64_t chain = 100'000;
  for (std::uint64_t i = 1; i <= chain; ++i) {
    const auto depth = static_cast<std::int64_t>(i);
    builder.add(1, i, i - 1, i % 2 == 0 ? "a" : "b", "deep", depth, 1'000'000 - depth);
  }
  const std::uint64_t children = 1'000'000;
  builder.add(2, 1, 0, "a", "wide", 0, 2'000'000);
  for (std::uint64_t i = 2; i < children; ++i) {
    builder.add(2, i, 1, i % 2 == 0 ? "b" : "c", "leaf", static_cast<std::int64_t>(i),
                static_cast<std::int64_t>(i + 1));
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(calibration.account.forest.orphans == 0);
  for (const auto& [service, spec] : calibration.model.services) {
    for (const auto& [operation, endpoint] : spec.endpoints) {
      for (const BehaviourSpec& behaviour : endpoint.behaviours) CHECK(behaviour.steps.size() < 10);
    }
  }
}

TEST_CASE("the sampling weight found at one span counts for its whole trace", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "x", 0, 9);
  builder.add(1, 2, 1, "a", "y", 0, 9).adjusted_count = 5;

  const TraceForest forest = planted(builder);

  CHECK(forest.spans[0].adjusted_count == 5);
}

TEST_CASE("sides of calls are told by kind, and by change of service without one", "[calibrate]") {
  const bool with_kinds = GENERATE(true, false);
  const auto kind = [&](SpanKind of) { return with_kinds ? of : SpanKind::unknown; };
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100, kind(SpanKind::server));
  builder.add(1, 2, 1, "a", "internal", 5, 95, kind(SpanKind::internal));
  builder.add(1, 3, 2, "a", "call b", 10, 50, kind(SpanKind::client));
  builder.add(1, 4, 3, "b", "serve", 20, 40, kind(SpanKind::server));
  builder.add(1, 5, 4, "b", "query", 25, 30, kind(SpanKind::internal));

  const TraceForest forest = planted(builder);
  const std::vector<Role> roles = assign_roles(forest);

  CHECK(roles == std::vector<Role>{Role::endpoint, Role::internal, Role::client, Role::endpoint,
                                   Role::internal});
}

TEST_CASE("a second server span of the same visit is internal", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "GET", 0, 100, SpanKind::server);
  builder.add(1, 2, 1, "a", "GET /x", 1, 99, SpanKind::server);

  CHECK(assign_roles(planted(builder))[1] == Role::internal);
}

TEST_CASE("orphans without a kind follow the examples of their service and operation",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100);
  builder.add(1, 2, 1, "b", "serve", 20, 40);
  builder.add(1, 3, 2, "b", "query", 25, 30);
  builder.add(2, 1, 77, "b", "serve", 20, 40);
  builder.add(2, 2, 78, "b", "query", 25, 30);
  const TraceForest forest = planted(builder);

  const std::vector<Role> roles = assign_roles(forest);
  const VisitTable visits = find_visits(forest, roles);

  CHECK(roles[3] == Role::endpoint);
  CHECK(roles[4] == Role::internal);
  CHECK(visits.counts.fragments == 1);
  CHECK(visits.visits.size() == 3);
}

TEST_CASE("a call without a server span goes to a peer by its name, or to the usual endpoint",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "a", "root", 0, 100, SpanKind::server);
  builder.add(1, 2, 1, "a", "SELECT", 10, 20, SpanKind::client).peer =
      builder.set.names.intern("mysql");
  builder.add(1, 3, 1, "a", "call b", 30, 40, SpanKind::client);
  builder.add(1, 4, 3, "b", "serve", 31, 39, SpanKind::server);
  builder.add(1, 5, 1, "a", "call b", 50, 60, SpanKind::client);
  builder.add(1, 6, 1, "a", "who knows", 70, 80, SpanKind::client);

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(calibration.account.visits.peers_called == 1);
  CHECK(calibration.account.visits.servers_not_recorded == 1);
  CHECK(calibration.account.visits.unnamed_peers == 1);
  CHECK(calibration.model.services.at("mysql").endpoints.count("SELECT") == 1);
}

}  // namespace rehearse
