#include "models/checks/assumed_limit.hpp"

#include "language/spec_path.hpp"
#include "sim/expects.hpp"

namespace rehearse {

bool limit_is_assumed(const ModelSpec& model, const std::string& service) {
  const auto said = model.services.find(service);
  expects(said != model.services.end(), "the model has the service whose limit is asked for");
  if (said->second.workers) return false;
  const auto evidence =
      model.evidence.find(extended_path(extended_path("services", service), "workers"));
  if (evidence == model.evidence.end()) return !model.provenance.calibrated_by.empty();
  return evidence->second.basis == Basis::assumed;
}

}  // namespace rehearse
