#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>
#include <limits>

#include "cli/difference_text.hpp"
#include "cli/inspect_outcomes.hpp"
#include "cli/verb.hpp"
#include "language/suggestions.hpp"
#include "outputs/text/graph_formats.hpp"
#include "outputs/text/model_drawing.hpp"
#include "scenarios/model_difference.hpp"
#include "scenarios/scenario.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_lines_of_part = 200;
constexpr std::size_t most_differences = 40;

std::size_t limit(const Invocation& invocation, std::size_t usual) {
  return invocation.arguments.has("all") ? std::numeric_limits<std::size_t>::max() : usual;
}

/// Options that would say nothing of what is inspected.
void refuse_options(const Invocation& invocation, std::initializer_list<const char*> options,
                    const std::string& reason) {
  for (const char* option : options) {
    if (!invocation.arguments.has(option)) continue;
    throw InvalidInput(fmt::format("rehearse inspect: --{} is {}", option, reason));
  }
}

int inspect_model(const Invocation& invocation, const std::string& path) {
  const std::string format = invocation.arguments.text("format").value_or("text");
  const std::vector<std::string> formats = {"text", "dot", "mermaid"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end()) {
    throw InvalidInput(fmt::format("rehearse inspect: there is no format '{}'\nhint: {}",
                                   visible_name(format),
                                   did_you_mean(format, formats, "text, dot or mermaid")));
  }
  if (format != "text") refuse_options(invocation, {"all"}, "of text; a graph is always whole");
  const Model model = load_model(path);
  if (format == "text") {
    print(visible_line(path) + ": model\n" +
          model_drawing(model.spec, limit(invocation, most_lines_of_part)));
    return 0;
  }
  const ServiceGraph graph = service_graph_of(model.spec, call_graph_of(model.spec));
  print(format == "dot" ? graphviz_text(graph, model.spec) : mermaid_text(graph, model.spec));
  return 0;
}

int inspect_difference(const Invocation& invocation, const std::string& before,
                       const std::string& after) {
  refuse_options(invocation, {"layout"}, "of outcome files");
  refuse_options(invocation, {"format"}, "of one model");
  for (const std::string& path : {before, after}) {
    if (!is_hdf5(path)) continue;
    throw InvalidInput(
        fmt::format("rehearse inspect: {} is an outcome file; only models are compared\nhint: "
                    "inspect it alone, or give two models",
                    visible_line(path)));
  }
  const ModelSpec old_model = load_model(before).spec;
  const ModelSpec new_model = load_model(after).spec;
  print(fmt::format("{} -> {}\n", visible_line(before), visible_line(after)) +
        difference_text(differences(old_model, new_model), limit(invocation, most_differences),
                        "; --all lists them"));
  return 0;
}

int run(const Invocation& invocation) {
  const auto& paths = invocation.arguments.positional();
  if (paths.size() == 2) return inspect_difference(invocation, paths[0], paths[1]);
  const std::string path =
      only_argument(invocation, "inspect", "one outcome file, or one or two models");
  if (!is_hdf5(path)) {
    refuse_options(invocation, {"layout"}, "of outcome files");
    return inspect_model(invocation, path);
  }
  refuse_options(invocation, {"format", "all"}, "of models");
  const bool layout = invocation.arguments.has("layout");
  return inspect_outcomes(path, layout ? OutcomeView::layout : OutcomeView::summary);
}

}  // namespace

Verb inspect_verb() {
  Verb verb;
  verb.name = "inspect";
  verb.usage = "OUT.h5|MODEL.toml [OTHER.toml]";
  verb.summary =
      "Prints an outcome file's summary again, a model's calls, or how two models differ.";
  verb.example = "rehearse inspect shop.model.toml --format mermaid";
  verb.options = {
      {"format", 0, "FORMAT", "of one model: text, or as a graph: dot (Graphviz), mermaid"},
      {"all", 0, "", "every line of a large model, or of a difference"},
      {"layout", 0, "", "every dataset of an outcome file, with its shape, unit and meaning"},
  };
  verb.run = run;
  return verb;
}

}  // namespace rehearse
