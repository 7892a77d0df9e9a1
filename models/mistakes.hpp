#pragma once

#include <string>
#include <vector>

#include "models/experiment_spec.hpp"
#include "models/model_spec.hpp"

namespace rehearse {

/// Something in a spec that cannot be, found after its parts were read: a dangling name, a feedback
/// that never ends, an impossible combination.
struct Mistake {
  enum class Document { model, scenario };
  Document document = Document::model;
  std::string path;  // of the offending value, as in files: services.payment.calls.bank
  std::string sentence;
  std::string hint;
};

/// All mistakes at once; none: `System` accepts the pair. Dangling names come with the nearest
/// existing one as a hint.
std::vector<Mistake> find_mistakes(const ModelSpec& model);
std::vector<Mistake> find_mistakes(const ModelSpec& model, const ExperimentSpec& experiment);

/// Of the `candidates`, the one that `word` was probably meant to be; empty when none is near.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace rehearse
