#include "models/system.hpp"

#include "models/plan/compile_experiment.hpp"
#include "models/plan/compile_services.hpp"
#include "models/plan/compile_workloads.hpp"
#include "models/plan/completeness.hpp"
#include "models/plan/cut.hpp"
#include "models/plan/expected_load.hpp"
#include "models/plan/lanes.hpp"
#include "models/plan/plan.hpp"
#include "sim/error.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

/// So many fit into the upper bits of an event's order.
constexpr std::size_t most_hosts = std::size_t{1} << 24;

}  // namespace

System::System(const ModelSpec& model, const ExperimentSpec& experiment) {
  auto plan = std::make_unique<Plan>();
  compile_services(model, experiment, *plan);
  compile_workloads(model, experiment, *plan);
  compile_experiment(experiment, *plan);
  assign_lanes(*plan);
  if (plan->instances.size() + plan->workloads.size() > most_hosts) {
    throw InvalidInput("a model has at most 16 million instances and workloads, all together");
  }
  expect_complete(*plan);
  plan_ = std::move(plan);
}

System::~System() = default;
System::System(System&&) noexcept = default;
System& System::operator=(System&&) noexcept = default;

const OutcomeLayout& System::layout() const {
  return plan_->layout;
}

CutReport System::cut_report(int wanted) const {
  expects(wanted >= 1, "a run has a partition");
  const Cut made = cut(*plan_, static_cast<Index>(wanted));
  return {static_cast<int>(made.partitions), made.lookahead, made.crossing, made.events_per_window,
          made.obstacle};
}

double System::expected_events() const {
  return expected_load(*plan_).events_per_second * plan_->end.since_start().in_seconds();
}

}  // namespace rehearse
