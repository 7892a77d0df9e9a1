#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "language/document.hpp"
#include "language/reader.hpp"
#include "language/schema.hpp"

namespace rehearse {

/// Names an endpoint; written "service/operation" in files. The service is what stands before the
/// first slash, so an operation may hold slashes and a service may not.
struct EndpointName {
  std::string service;
  std::string operation;
  auto operator<=>(const EndpointName&) const = default;
  std::string text() const { return service + "/" + operation; }
};

/// "service/operation".
struct EndpointText {};
void read(Reader& reader, const Node& node, EndpointName& value, const EndpointText& kind);
Node written(const EndpointName& value, const EndpointText& kind);
SchemaNode schema(const EndpointName& value, const EndpointText& kind);

/// The two parts of "service/operation"; nothing when there is no slash or a part is empty.
std::optional<EndpointName> parse_endpoint(std::string_view text);

}  // namespace rehearse
