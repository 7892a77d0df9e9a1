// Contracts at the doors of the stations: what whoever stands above must have done, broken on
// purpose.

#include <catch2/catch.hpp>
#include <optional>

#include "models/control/stage.hpp"
#include "models/run/partition.hpp"
#include "sim/expects.hpp"
#include "tests/support/small_models.hpp"

using namespace rehearse;
using namespace rehearse::testing;

namespace {

/// A partition whose stations can be reached one by one.
class OpenPartition : public Partition {
 public:
  using Caller::give_up;
  using Caller::new_call;
  using Door::leave_cores;
  using Door::turn_away;
  using Partition::Partition;
  using Program::go_on;
  using Sources::user_thinks;
  using Wire::forget_job;
  using Wire::new_job;
  using Wire::send_attempt_away;
};

/// All hosts of a run of one station with two cores, before its first event.
struct Beginning {
  Beginning() {
    model.services["station"].cpu = CpuSpec{2};
    add_poisson(model, 10);
    system.emplace(model, quiet(1));
    stage.emplace(system->plan(), ReplicationSeed{.study = 1}, Threading{});
    partition.emplace(system->plan(), stage->cut, 0, stage->hosts, stage->surroundings);
  }

  ModelSpec model = station(constant(0.1), std::nullopt);
  std::optional<System> system;
  std::optional<Stage> stage;
  std::optional<OpenPartition> partition;
};

}  // namespace

TEST_CASE("a partition is one of its cut, and all its hosts are there", "[models]") {
  Beginning beginning;
  const Plan& plan = beginning.system->plan();
  Stage& stage = *beginning.stage;
  CHECK_THROWS_AS(OpenPartition(plan, stage.cut, 1, stage.hosts, stage.surroundings),
                  ContractViolation);
  Hosts fewer = stage.hosts;
  fewer.instances.clear();
  CHECK_THROWS_AS(OpenPartition(plan, stage.cut, 0, fewer, stage.surroundings), ContractViolation);
}

TEST_CASE("what is sent away goes to another partition", "[models]") {
  Beginning beginning;
  Job at_home;
  at_home.instance = InstanceId(0);
  CHECK_THROWS_AS(beginning.partition->send_attempt_away(at_home, 1, 1), ContractViolation);
}

TEST_CASE("nobody but a user of a closed loop thinks", "[models]") {
  Beginning beginning;
  CHECK_THROWS_AS(beginning.partition->user_thinks(SourceId(0), 0, 0), ContractViolation);
}

TEST_CASE("a call is given up once", "[models]") {
  Beginning beginning;
  const std::uint32_t call = beginning.partition->new_call(ClientId(0), EndpointId(0), 1, 1);
  beginning.partition->give_up(call);
  CHECK_THROWS_AS(beginning.partition->give_up(call), ContractViolation);
}

TEST_CASE("who leaves the cores has run on them, and nobody is turned away with a good answer",
          "[models]") {
  Beginning beginning;
  CHECK_THROWS_AS(beginning.partition->leave_cores(InstanceId(0)), ContractViolation);
  CHECK_THROWS_AS(beginning.partition->turn_away(0, Status::ok), ContractViolation);
}

TEST_CASE("paces change for instances in their order, and work takes some time", "[models]") {
  Beginning beginning;
  OpenPartition& partition = *beginning.partition;
  const InstanceId station(0);
  CHECK_THROWS_AS(partition.change_paces(Time(), {{station, 2}, {station, 2}}), ContractViolation);
  CHECK_THROWS_AS(partition.change_paces(Time(), {{station, 0}}), ContractViolation);
  CHECK_NOTHROW(partition.change_paces(Time(), {{station, 2}}));
}

TEST_CASE("who waits for a call lives until it is over", "[models]") {
  Beginning beginning;
  OpenPartition& partition = *beginning.partition;
  const std::uint32_t over = partition.new_job();
  partition.forget_job(over);
  CHECK_THROWS_AS(partition.go_on({.frame = over, .step = StepId(0), .good = true}),
                  ContractViolation);
}

TEST_CASE("a window does not end in the past", "[models]") {
  Beginning beginning;
  beginning.partition->clear_dead_instances(Time::after_start(Duration::seconds(2)));
  CHECK_THROWS_AS(beginning.partition->clear_dead_instances(Time()), ContractViolation);
}
