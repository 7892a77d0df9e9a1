#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace rehearse {

/// A key of a table or an index of an array.
using PathPart = std::variant<std::string, std::size_t>;

/// Paths name values of specs as files do: services.cart.endpoints."GET /".behaviours[0].weight.
/// Parts that are not plain words are quoted.
std::string extended_path(const std::string& path, std::string_view key);
std::string indexed_path(const std::string& path, std::size_t index);

/// The parts of a path; an index is written [2] or .2 . Nothing when the text is not a path.
std::optional<std::vector<PathPart>> parse_path(std::string_view text);
std::string path_text(const std::vector<PathPart>& parts);

}  // namespace rehearse
