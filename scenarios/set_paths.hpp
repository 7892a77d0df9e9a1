#pragma once

#include <string_view>

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

/// Whether a table of this key takes the place of the one before it: laws, counts, arrivals and a
/// mix are one value each, and half of an old one beside a new one means nothing.
bool holds_one_value(std::string_view key);

/// What a [set] table gives is a person's word: evidence of it, and of what is below it, is `given`
/// from here on, whatever the model says; also of workers whose evidence it has lost.
void mark_given(const Node& set, ModelSpec& model);

}  // namespace rehearse
