#pragma once

#include "language/document.hpp"
#include "language/reader.hpp"
#include "language/schema.hpp"
#include "models/specs/model_spec.hpp"
#include "scenarios/scenario.hpp"

/// The two kinds of documents as wholes; here the tables of models and scenarios are put to use.
namespace rehearse {

ModelSpec read_model(Reader& reader, const Node& root);
Node written_model(const ModelSpec& model);

/// Fills name, seed, replications and experiment.
void read_experiment(Reader& reader, const Node& root, Scenario& scenario);
Node written_experiment(const Scenario& scenario);

/// Of both kinds of files. What a schema cannot say (a timeout below another) only the parser
/// checks.
SchemaNode schema_of_models();
SchemaNode schema_of_scenarios();

}  // namespace rehearse
