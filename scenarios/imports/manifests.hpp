#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "language/diagnostics.hpp"
#include "language/document.hpp"

/// What Kubernetes manifests say of the services of a model.
namespace rehearse {

/// Whether a text is YAML or JSON that says of what kind it is, as manifests do.
bool looks_like_manifests(std::string_view text);

struct ManifestFacts {
  Node root;                                   // as a file of facts says it
  std::map<std::string, std::string> origins;  // by path: what that value was in the manifest
  std::vector<std::string> left_out;           // what was read and not used, as sentences
};

/// Of each Deployment and StatefulSet (alone, or in a List): its replicas as instances, and as
/// cores the limit of CPU, or else the request, of the container that is called like the service,
/// or of the only one, or else the sum over all. It is the service of its name, or else of its
/// label app.kubernetes.io/name or app. Of several that are one service only the first counts.
/// Reports what is no manifest, and numbers that are none.
ManifestFacts facts_of_manifests(const std::vector<Node>& documents,
                                 const std::vector<std::string>& services,
                                 Diagnostics& diagnostics);

}  // namespace rehearse
