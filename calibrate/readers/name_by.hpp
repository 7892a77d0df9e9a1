#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

/// The attributes, of a resource or of a span, by which a person wants services and operations to
/// be named, best first; where a span has none of them it is named as ever.
struct NameBy {
  std::vector<std::string> service;
  std::vector<std::string> operation;

  bool is_asked() const { return !service.empty() || !operation.empty(); }
  bool mentions(std::string_view attribute) const {
    const auto is_there = [&](const std::vector<std::string>& attributes) {
      return std::find(attributes.begin(), attributes.end(), attribute) != attributes.end();
    };
    return is_there(service) || is_there(operation);
  }
};

}  // namespace rehearse
