// Contracts of sim: what a caller must have done, each broken on purpose.

#include <array>
#include <catch2/catch.hpp>

#include "sim/events/bucket_ring.hpp"
#include "sim/events/bucket_width.hpp"
#include "sim/events/event_list.hpp"
#include "sim/events/far_wheel.hpp"
#include "sim/expects.hpp"
#include "sim/random/law_tables.hpp"
#include "sim/random/portable_math.hpp"
#include "sim/slab.hpp"
#include "sim/stats/latency_histogram.hpp"
#include "sim/stats/special_functions.hpp"
#include "sim/threads/parallel_for.hpp"
#include "sim/threads/replications.hpp"
#include "sim/threads/team.hpp"

using namespace rehearse;

namespace {

struct Record {
  std::uint32_t generation = 0;
};

}  // namespace

TEST_CASE("a contract holds while the compiler computes, too", "[sim]") {
  static constexpr std::uint64_t chosen = RandomStream(1, 2, 3).below(10);

  CHECK(chosen < 10);
  CHECK_THROWS_AS(RandomStream(1, 2, 3).below(0), ContractViolation);
}

TEST_CASE("a record is given back once", "[sim]") {
  Slab<Record> slab;
  const std::uint32_t slot = slab.take();
  slab.give_back(slot);

  CHECK_THROWS_AS(slab.give_back(slot), ContractViolation);
}

TEST_CASE("no event is taken where none is left", "[sim]") {
  EventList<std::uint64_t> events;
  CHECK_THROWS_AS(events.pop(), ContractViolation);
  events.schedule(Time(), 1, 7);
  CHECK(events.pop().payload == 7);
  CHECK_THROWS_AS(events.pop(), ContractViolation);
}

TEST_CASE("buckets are a power of two, in words", "[sim]") {
  BucketRing ring;
  for (const std::size_t buckets : {0, 32, 96}) {
    CHECK_THROWS_AS(ring.resize(buckets), ContractViolation);
  }
}

TEST_CASE("a width is learned from events", "[sim]") {
  std::array<std::uint64_t, 3> few{1, 2, 3};
  CHECK_THROWS_AS(BucketWidth::shift_for(100, 0), ContractViolation);
  CHECK_THROWS_AS(BucketWidth::shift_for_sample(few, 1), ContractViolation);
}

TEST_CASE("a wheel turns forward, and gives what was put there", "[sim]") {
  FarWheel wheel;
  std::uint32_t next = 0;
  wheel.restart(5);
  CHECK_THROWS_AS(wheel.push(5, 1, next), ContractViolation);
  CHECK_THROWS_AS(wheel.continue_at(4), ContractViolation);
  CHECK_THROWS_AS(wheel.take_first(), ContractViolation);
}

TEST_CASE("functions are asked where they are defined", "[sim]") {
  const std::array<QuantilePoint, 2> points{{{0, Duration()}, {1, Duration::seconds(1)}}};
  CHECK_THROWS_AS(portable_log1p(-1), ContractViolation);
  CHECK_THROWS_AS(portable_power(-1, 0.5), ContractViolation);
  CHECK_THROWS_AS(QuantileTable(points).value_at(1), ContractViolation);
  CHECK_THROWS_AS(beta_cdf(0.5, 0, 1), ContractViolation);
  CHECK_THROWS_AS(beta_cdf(1.5, 1, 1), ContractViolation);
  CHECK_THROWS_AS(beta_quantile(0.5, 1, 0), ContractViolation);
  CHECK_THROWS_AS(beta_quantile(-0.5, 1, 1), ContractViolation);
  CHECK_THROWS_AS(student_t_quantile(1, 3), ContractViolation);
  CHECK_THROWS_AS(student_t_quantile(0.5, 0), ContractViolation);
  CHECK_THROWS_AS(normal_quantile(0), ContractViolation);
}

TEST_CASE("a split and its histogram are of the same values", "[sim]") {
  LatencyRecorder recorder;
  recorder.add(Duration::seconds(1));
  const LatencySplit split{.limit = Duration::seconds(1), .at_or_below = 2};

  CHECK_THROWS_AS(recorder.histogram().quantile_with_unfinished(0.5, 0, &split), ContractViolation);
  CHECK_THROWS_AS(LatencyCounts().add(LatencyBins::count), ContractViolation);
}

TEST_CASE("threads are given something to do", "[sim]") {
  CHECK_THROWS_AS(parallel_for(1, nullptr), ContractViolation);
  CHECK_THROWS_AS(Team::run(1, nullptr), ContractViolation);
  CHECK_THROWS_AS(Team::run(0, [](int, Team&) {}), ContractViolation);
  CHECK_THROWS_AS(run_in_order(OrderedWork()), ContractViolation);
}
