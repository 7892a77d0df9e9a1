#include "outputs/text/graph_formats.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>
#include <vector>

#include "sim/counted_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// What an edge says: how often, and how fast. Several lines where workloads stand apart.
std::vector<std::string> edge_label(const ServiceGraph& graph, const ModelSpec& model,
                                    const ServiceEdge& edge) {
  if (!edge.awaited && !edge.spawned) return {"after failures only"};
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < edge.calls.size(); ++i) {
    const bool apart = !edge.from_workload && !graph.groups[i].workload.empty();
    if (apart && edge.calls[i] <= 0) continue;
    lines.push_back(times_text(edge.calls[i]) + " a request" +
                    (apart ? " of " + visible_name(graph.groups[i].workload) : ""));
  }
  if (lines.empty()) lines.emplace_back("no request that is known of");
  const std::optional<double> rate = calls_per_second(graph, model, edge);
  if (rate) lines.push_back(times_text(*rate) + "/s");
  return lines;
}

std::vector<std::string> service_label(const ModelSpec& model, const std::string& name) {
  const int instances = model.services.at(name).instances;
  return {visible_name(name), counted(static_cast<std::uint64_t>(instances), "instance")};
}

/// Waited for, or not.
bool is_dotted(const ServiceEdge& edge) {
  return !edge.awaited;
}

/// Within double quotes of DOT: a backslash begins an escape there, an ampersand an entity.
std::string graphviz_escaped(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    if (letter == '&') {
      escaped += "&amp;";
      continue;
    }
    if (letter == '"' || letter == '\\') escaped += '\\';
    escaped += letter;
  }
  return escaped;
}

std::string graphviz_label(const std::vector<std::string>& lines) {
  std::string label;
  for (const std::string& line : lines) {
    if (!label.empty()) label += "\\n";
    label += graphviz_escaped(line);
  }
  return "\"" + label + "\"";
}

/// Mermaid looks for its own words, Markdown and HTML even within quotes: what is neither letter
/// nor digit nor harmless is written by its number.
std::string mermaid_escaped(std::string_view text) {
  constexpr std::string_view harmless = " ,/:+-_.";
  std::string escaped;
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    const bool plain = code >= 0x80 || (letter >= 'a' && letter <= 'z') ||
                       (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
                       harmless.find(letter) != std::string_view::npos;
    if (plain) {
      escaped += letter;
    } else {
      escaped += fmt::format("#{};", static_cast<unsigned>(code));
    }
  }
  return escaped;
}

std::string mermaid_label(const std::vector<std::string>& lines) {
  std::string label;
  for (const std::string& line : lines) {
    if (!label.empty()) label += "<br/>";
    label += mermaid_escaped(line);
  }
  return "\"" + label + "\"";
}

std::string workload_id(std::size_t index) {
  return fmt::format("workload{}", index);
}

std::string service_id(std::size_t index) {
  return fmt::format("service{}", index);
}

std::string caller_id(const ServiceEdge& edge) {
  return edge.from_workload ? workload_id(edge.from) : service_id(edge.from);
}

}  // namespace

std::string graphviz_text(const ServiceGraph& graph, const ModelSpec& model) {
  std::string text = "digraph model {\n  rankdir=LR;\n  node [shape=box];\n";
  for (std::size_t i = 0; i < graph.workloads.size(); ++i) {
    text += fmt::format("  {} [label={}, shape=ellipse];\n", workload_id(i),
                        graphviz_label({visible_name(graph.workloads[i])}));
  }
  for (std::size_t i = 0; i < graph.services.size(); ++i) {
    text += fmt::format("  {} [label={}];\n", service_id(i),
                        graphviz_label(service_label(model, graph.services[i])));
  }
  for (const ServiceEdge& edge : graph.edges) {
    text += fmt::format("  {} -> {} [label={}{}];\n", caller_id(edge), service_id(edge.to),
                        graphviz_label(edge_label(graph, model, edge)),
                        is_dotted(edge) ? ", style=dotted" : "");
  }
  return text + "}\n";
}

std::string mermaid_text(const ServiceGraph& graph, const ModelSpec& model) {
  std::string text = "flowchart LR\n";
  for (std::size_t i = 0; i < graph.workloads.size(); ++i) {
    text += fmt::format("  {}([{}])\n", workload_id(i),
                        mermaid_label({visible_name(graph.workloads[i])}));
  }
  for (std::size_t i = 0; i < graph.services.size(); ++i) {
    text += fmt::format("  {}[{}]\n", service_id(i),
                        mermaid_label(service_label(model, graph.services[i])));
  }
  for (const ServiceEdge& edge : graph.edges) {
    text += fmt::format("  {} {}|{}| {}\n", caller_id(edge), is_dotted(edge) ? "-.->" : "-->",
                        mermaid_label(edge_label(graph, model, edge)), service_id(edge.to));
  }
  return text;
}

}  // namespace rehearse
