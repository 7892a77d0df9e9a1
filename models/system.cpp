#include "models/system.hpp"

#include "models/compile.hpp"
#include "models/plan.hpp"

namespace rehearse {

System::System(const ModelSpec& model, const ExperimentSpec& experiment) {
  auto plan = std::make_unique<Plan>();
  compile_services(model, experiment, *plan);
  compile_workloads(model, experiment, *plan);
  compile_experiment(experiment, *plan);
  plan_ = std::move(plan);
}

System::~System() = default;
System::System(System&&) noexcept = default;
System& System::operator=(System&&) noexcept = default;

const OutcomeLayout& System::layout() const {
  return plan_->layout;
}

}  // namespace rehearse
