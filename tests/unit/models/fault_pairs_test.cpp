// Every pair of faults that overlap on one service, against what is right by hand.

#include <catch2/catch.hpp>

#include "models/checks/mistakes.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// One of each kind, the second of them stronger.
std::vector<FaultKind> every_kind(double factor) {
  return {LatencyFault{constant(0.1 * factor)},
          AbortFault{},
          SlowDown{factor},
          InstanceKill{},
          ZoneDown{},
          LoadSpike{factor},
          PacketLoss{},
          CpuStress{constant(0.01 * factor), factor}};
}

FaultSpec fault(const FaultKind& kind, const std::string& name, double begin, double end) {
  FaultSpec spec;
  spec.name = name;
  spec.kind = kind;
  if (std::holds_alternative<ZoneDown>(kind)) {
    spec.target.zone = "a";
  } else if (std::holds_alternative<LoadSpike>(kind)) {
    spec.target.workload = "load";
  } else {
    spec.target.service = "station";
  }
  spec.at = Duration::rounded_seconds(begin);
  spec.duration = Duration::rounded_seconds(end - begin);
  return spec;
}

/// What a request finds that arrives while these faults, and no others, are in force.
struct Expected {
  std::uint64_t requests = 1;
  bool aborted = false;
  bool killed = false;
  bool lost = false;
  double seconds = 0;
};

Expected by_hand(const std::vector<FaultSpec>& faults, double instant) {
  Expected expected;
  double work = 0.0625;
  for (const FaultSpec& each : faults) {
    const Duration now = Duration::rounded_seconds(instant);
    if (now < each.at || now >= each.at + each.duration) continue;
    if (std::holds_alternative<LatencyFault>(each.kind))
      expected.seconds += each.name == "second" ? 0.3 : 0.2;
    if (const auto* slow = std::get_if<SlowDown>(&each.kind)) work *= slow->factor;
    if (const auto* stress = std::get_if<CpuStress>(&each.kind)) {
      expected.seconds += each.name == "second" ? 0.03 : 0.02;
      work *= stress->factor;
    }
    if (std::holds_alternative<AbortFault>(each.kind)) expected.aborted = true;
    if (std::holds_alternative<InstanceKill>(each.kind)) expected.killed = true;
    if (is_silent(each.kind)) expected.lost = true;
    if (const auto* spike = std::get_if<LoadSpike>(&each.kind)) {
      expected.requests += static_cast<std::uint64_t>(spike->factor) - 1;
    }
  }
  expected.seconds += work;
  return expected;
}

void check(const std::vector<FaultSpec>& faults, double instant) {
  ModelSpec model = station(constant(0.0625), std::nullopt);
  model.services["station"].placement.zones = {"a"};
  add_replay(model, {instant}).calls["station"].timeout = Duration::milliseconds(950);
  ExperimentSpec experiment = quiet(6);
  experiment.faults = faults;
  REQUIRE(find_mistakes(model, experiment).empty());

  const Outcome outcome = run_replication(System(model, experiment), {.study = 72});

  const Expected expected = by_hand(faults, instant);
  const RequestCounts& counts = outcome.intervals.front().workloads.front().counts;
  // A lost zone is silent; a dead process in a living zone refuses to connect.
  const bool dead = expected.lost || expected.killed;
  const bool good = !dead && !expected.aborted;
  INFO("at " << instant << " s");
  CHECK(counts.timed_out == (expected.lost ? expected.requests : 0));
  CHECK(counts.unreachable == (expected.killed && !expected.lost ? expected.requests : 0));
  CHECK(counts.aborted == (expected.aborted && !dead ? expected.requests : 0));
  CHECK(counts.ok == (good ? expected.requests : 0));
  if (good) CHECK(slowest_request(outcome) == Approx(expected.seconds).epsilon(1e-6));
}

}  // namespace

TEST_CASE("each pair of faults that overlap does what both say", "[models][fault_pairs]") {
  REQUIRE(every_kind(1).size() == std::variant_size_v<FaultKind>);
  for (const FaultKind& one : every_kind(2)) {
    for (const FaultKind& other : every_kind(3)) {
      for (const double end_of_first : {3.0, 4.0}) {
        const double end_of_second = 7 - end_of_first;
        std::vector<FaultSpec> faults = {fault(one, "first", 1, end_of_first),
                                         fault(other, "second", 2, end_of_second)};
        for (int order = 0; order < 2; ++order) {
          INFO("kinds " << word_of(one) << " and " << word_of(other) << ", listed " << order
                        << ", first ends at " << end_of_first);
          for (const double instant : {0.5, 1.5, 2.5, 3.5, 4.5}) check(faults, instant);
          std::swap(faults[0], faults[1]);
        }
      }
    }
  }
}
