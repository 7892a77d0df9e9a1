#pragma once

#include "language/document.hpp"
#include "language/reader.hpp"
#include "models/specs/model_spec.hpp"

namespace rehearse {

/// Puts the values of a [set] table where their paths say, in the document of a model: before that
/// is read, so that an override is checked like anything else and mistakes point at the override.
/// A table is set key by key, and what it does not say stays as it was; only what is one value (a
/// law, arrivals, a mix) is replaced whole. Tables that lead to a key are made where they are
/// missing, but services, workloads and endpoints must exist.
void apply_overrides(Reader& reader, const Node& set, Node& model);

/// What a [set] table gives is a person's word: evidence of it, and of what is below it, is `given`
/// from here on, whatever the model says; also of workers whose evidence it has lost.
void mark_given(const Node& set, ModelSpec& model);

}  // namespace rehearse
