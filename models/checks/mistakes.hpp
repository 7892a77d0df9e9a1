#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/specs/experiment_spec.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// Something in a spec that cannot be, found after its parts were read: a dangling name, a feedback
/// that never ends, an impossible combination.
struct Mistake {
  enum class Document { model, scenario };
  /// A place that must have been read for the mistake to be one. `whole`: all inside of it, too; a
  /// name needs only the table of names.
  struct Premise {
    enum class Extent { itself, whole };
    Document document = Document::model;
    std::string path;
    Extent extent = Extent::itself;
  };
  Document document = Document::model;
  std::string path;  // of the offending value, as in files: services.payment.calls.bank
  std::string sentence;
  std::string hint;
  /// Where there is no `hint`: finds one among all names there are, which costs as much as those
  /// are many. So it is asked only where the mistake is shown, and while the specs are there.
  std::function<std::string()> late_hint;
  /// What it rests on: the mistake may follow from another one that was reported there.
  std::vector<Premise> premises;

  std::string advice() const { return hint.empty() && late_hint ? late_hint() : hint; }
};

/// That the service of an endpoint, which is there, has no such operation. `spec` is that of the
/// service, and must be there until the hint was asked for.
Mistake missing_endpoint(Mistake::Document document, const std::string& path,
                         const EndpointName& endpoint, const ServiceSpec& spec);

/// All mistakes at once; none: `System` accepts the pair. Dangling names come with the nearest
/// existing one as a hint.
std::vector<Mistake> find_mistakes(const ModelSpec& model);
std::vector<Mistake> find_mistakes(const ModelSpec& model, const ExperimentSpec& experiment);

}  // namespace rehearse
