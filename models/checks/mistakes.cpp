#include "models/checks/mistakes.hpp"

#include "models/checks/experiment_mistakes.hpp"
#include "models/checks/feedback_mistakes.hpp"
#include "models/checks/service_mistakes.hpp"

namespace rehearse {

std::vector<Mistake> find_mistakes(const ModelSpec& model) {
  std::vector<Mistake> mistakes;
  find_service_mistakes(model, mistakes);
  find_feedback_mistakes(model, mistakes);
  return mistakes;
}

std::vector<Mistake> find_mistakes(const ModelSpec& model, const ExperimentSpec& experiment) {
  std::vector<Mistake> mistakes = find_mistakes(model);
  find_experiment_mistakes(model, experiment, mistakes);
  return mistakes;
}

}  // namespace rehearse
