#pragma once

#include <cstddef>
#include <vector>

#include "language/diagnostics.hpp"
#include "language/document.hpp"

namespace rehearse {

/// How far a YAML file may be believed.
constexpr std::size_t most_yaml_values = 500'000;  // those that aliases repeat count again
constexpr std::size_t most_yaml_depth = 64;

/// Reads the documents of a registered source of YAML (or JSON, which is YAML). Every scalar is a
/// text, as its type is for whoever asks; nulls are nodes without a type. Aliases are resolved, so
/// that what they stand for is there as often as they are. Mistakes of syntax, and files beyond the
/// limits, are reported, and nothing comes back then.
std::vector<Node> read_yaml(int source, Diagnostics& diagnostics);

}  // namespace rehearse
