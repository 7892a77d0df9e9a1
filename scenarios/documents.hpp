#pragma once

#include "models/model_spec.hpp"
#include "scenarios/document.hpp"
#include "scenarios/reader.hpp"
#include "scenarios/scenario.hpp"

/// The two kinds of documents as wholes; here the tables of models and scenarios are put to use.
namespace rehearse {

ModelSpec read_model(Reader& reader, const Node& root);
Node written_model(const ModelSpec& model);

/// Fills name, seed, replications and experiment.
void read_experiment(Reader& reader, const Node& root, Scenario& scenario);
Node written_experiment(const Scenario& scenario);

}  // namespace rehearse
