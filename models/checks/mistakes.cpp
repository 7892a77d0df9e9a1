#include "models/checks/mistakes.hpp"

#include "language/spec_path.hpp"
#include "models/checks/experiment_mistakes.hpp"
#include "models/checks/feedback_mistakes.hpp"
#include "models/checks/hints.hpp"
#include "models/checks/service_mistakes.hpp"
#include "sim/expects.hpp"

namespace rehearse {

Mistake missing_endpoint(Mistake::Document document, const std::string& path,
                         const EndpointName& endpoint, const ServiceSpec& spec) {
  expects(!spec.endpoints.contains(endpoint.operation), "an endpoint that is missed is not there");
  Mistake mistake;
  mistake.document = document;
  mistake.path = path;
  mistake.sentence =
      "the service '" + endpoint.service + "' has no endpoint '" + endpoint.operation + "'";
  mistake.late_hint = [endpoints = &spec.endpoints, operation = endpoint.operation] {
    return hint_towards(operation, names_of(*endpoints));
  };
  mistake.premises.push_back({Mistake::Document::model,
                              extended_path("services", endpoint.service) + ".endpoints",
                              Mistake::Premise::Extent::itself});
  return mistake;
}

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
