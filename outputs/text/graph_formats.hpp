#pragma once

#include <string>

#include "models/checks/service_graph.hpp"
#include "models/specs/model_spec.hpp"

/// The graph of services and calls, for programs that draw. Names are labels, never identifiers, so
/// that they may hold anything.
namespace rehearse {

/// For Graphviz, in its language DOT.
std::string graphviz_text(const ServiceGraph& graph, const ModelSpec& model);

/// For Mermaid, as a flowchart.
std::string mermaid_text(const ServiceGraph& graph, const ModelSpec& model);

}  // namespace rehearse
