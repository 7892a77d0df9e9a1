#pragma once

#include <optional>
#include <string>
#include <vector>

#include "language/diagnostics.hpp"
#include "language/document.hpp"
#include "models/specs/model_spec.hpp"
#include "scenarios/given_values.hpp"

namespace rehearse {

/// What became of facts in a model.
struct LaidFacts {
  std::vector<GivenValue> values;   // in the order of their paths
  std::vector<std::string> doubts;  // allowed and probably not meant, or of manifests not used
};

/// Files in which a person writes what traces do not tell, in the words of a model: a table with
/// `rehearse_facts = 1`, [services], [workloads], [network] and [laws], and in them only what is
/// known. services.A.calls.B.on_error stands for the word of all calls from A to B, as in evidence.
/// Or manifests of Kubernetes, which say replicas and CPU (imports/manifests.hpp), known by what
/// they hold. Of two files the later one wins.
class Facts {
 public:
  Facts() = default;
  /// Reads the files. Throws InvalidInput with all that cannot be read of them.
  explicit Facts(const std::vector<std::string>& paths);

  bool empty() const { return files_.empty(); }

  /// Lays the facts over a model, key by key; what is one value (a law, arrivals, a mix, a list) is
  /// replaced whole. Each gets the evidence that it was given, and by which file. Files that values
  /// name are relative to the model's own. Throws InvalidInput with all mistakes of all files:
  /// services, workloads, endpoints and calls that the model does not have, keys that no model has,
  /// values that do not fit.
  LaidFacts lay_over(ModelSpec& model, const std::string& path_of_model);

 private:
  struct File {
    std::string name;  // without its folder
    Node root;
    std::optional<std::vector<Node>> manifests;  // in place of `root`
  };

  Diagnostics diagnostics_;
  std::vector<File> files_;
};

}  // namespace rehearse
