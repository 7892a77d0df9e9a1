// What each kind of fault does when it starts, and that it takes it back.

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <vector>

#include "models/control/faults.hpp"
#include "models/faults/fault_spec.hpp"
#include "sim/expects.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// Writes down what it is asked to do.
class ScriptedStage final : public FaultStage {
 public:
  std::vector<std::string> asked;

  void kill(Death death, Duration) override { asked.push_back("kill" + of(death)); }
  void revive(Death death) override { asked.push_back("revive" + of(death)); }
  void stand_at_doors() override { asked.emplace_back("stand at doors"); }
  void leave_doors() override { asked.emplace_back("leave doors"); }
  void disturb_links() override { asked.emplace_back("disturb links"); }
  void leave_links() override { asked.emplace_back("leave links"); }
  void slow_work(double) override { asked.emplace_back("slow work"); }
  void restore_work() override { asked.emplace_back("restore work"); }
  void stop_arrivals() override { asked.emplace_back("stop arrivals"); }

 private:
  static std::string of(Death death) { return death == Death::silent ? " silently" : ""; }
};

std::vector<std::string> done_by(const FaultKind& kind) {
  ScriptedStage stage;
  std::visit(
      [&](const auto& one) {
        one.start(stage);
        one.end(stage);
      },
      kind);
  return stage.asked;
}

/// A run with one fault of the station, which lasts from 0 to 1 s.
struct OneFault {
  explicit OneFault(const FaultKind& kind) {
    add_poisson(model, 10);
    ExperimentSpec experiment = quiet(2);
    experiment.faults = {fault_at_station("it", kind, 0, 1)};
    system.emplace(model, experiment);
    stage.emplace(system->plan(), ReplicationSeed{.study = 1}, Threading{});
    faults.begin(*stage, FaultId(0));
  }

  ModelSpec model = station(constant(0.01));
  std::optional<System> system;
  std::optional<Stage> stage;
  Faults faults;
};

}  // namespace

TEST_CASE("what a fault began it takes back", "[models]") {
  using Asked = std::vector<std::string>;
  CHECK(done_by(LatencyFault{}) == Asked{"stand at doors", "leave doors"});
  CHECK(done_by(AbortFault{}) == Asked{"stand at doors", "leave doors"});
  CHECK(done_by(InstanceKill{}) == Asked{"kill", "revive"});
  CHECK(done_by(ZoneDown{}) == Asked{"kill silently", "revive silently"});
  CHECK(done_by(SlowDown{2}) == Asked{"slow work", "restore work"});
  CHECK(done_by(LoadSpike{2}) == Asked{"stop arrivals"});
  CHECK(done_by(PacketLoss{}) == Asked{"disturb links", "leave links"});
  CHECK(done_by(CpuStress{}) ==
        Asked{"stand at doors", "disturb links", "leave links", "leave doors"});
  CHECK(done_by(CpuStress{constant(1), 2}) == Asked{"stand at doors", "disturb links", "slow work",
                                                    "restore work", "leave links", "leave doors"});
}

TEST_CASE("who leaves a door has stood there", "[models]") {
  for (const FaultKind& kind : {FaultKind(LatencyFault{constant(1)}), FaultKind(AbortFault{})}) {
    OneFault one(kind);
    one.stage->hosts.instances.front().door_faults = 0;
    CHECK_THROWS_AS(one.faults.end(*one.stage, FaultId(0)), ContractViolation);
  }
}

TEST_CASE("who leaves links has disturbed them", "[models]") {
  OneFault one(PacketLoss{});
  one.stage->surroundings.disturbed_links = 0;
  CHECK_THROWS_AS(one.faults.end(*one.stage, FaultId(0)), ContractViolation);
}

TEST_CASE("who is revived was killed, silently or not", "[models]") {
  OneFault killed(InstanceKill{});
  killed.stage->hosts.instances.front().kills = 0;
  CHECK_THROWS_AS(killed.faults.end(*killed.stage, FaultId(0)), ContractViolation);

  OneFault lost(ZoneDown{});
  lost.stage->hosts.instances.front().blackouts = 0;
  CHECK_THROWS_AS(lost.faults.end(*lost.stage, FaultId(0)), ContractViolation);
}

TEST_CASE("who stands at doors or disturbs links does something there", "[models]") {
  OneFault one(CpuStress{constant(1)});
  for (const bool at_door : {true, false}) {
    Plan plan = one.system->plan();
    if (at_door) plan.faults.front().door.reset();
    if (!at_door) plan.faults.front().link.reset();
    Stage stage(plan, {.study = 1}, {});
    CHECK_THROWS_AS(one.faults.begin(stage, FaultId(0)), ContractViolation);
  }
}

TEST_CASE("slowed work takes some time, and a spike adds to the load", "[models]") {
  CHECK_THROWS_AS(OneFault(SlowDown{0}), ContractViolation);
  CHECK_THROWS_AS(OneFault(CpuStress{constant(1), 0}), ContractViolation);
  CHECK_THROWS_AS(OneFault(LoadSpike{0.5}), ContractViolation);
}

TEST_CASE("a share is a percentage", "[models]") {
  CHECK_THROWS_AS(OneFault(AbortFault{101}), ContractViolation);
  CHECK_THROWS_AS(OneFault(LatencyFault{constant(1), -1}), ContractViolation);
  CHECK_THROWS_AS(OneFault(PacketLoss{101}), ContractViolation);
}
