#include "models/values/endpoint_name.hpp"

#include "language/value_kinds.hpp"

namespace rehearse {

std::optional<EndpointName> parse_endpoint(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == text.size()) {
    return std::nullopt;
  }
  return EndpointName{std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

void read(Reader& reader, const Node& node, EndpointName& value, const EndpointText&) {
  const auto endpoint =
      node.type == Node::Type::text ? parse_endpoint(node.text) : std::optional<EndpointName>();
  if (!endpoint) {
    reader.wrong(node, "an endpoint",
                 "endpoints are written \"service/operation\": \"cart/GetCart\"");
    return;
  }
  value = *endpoint;
}

Node written(const EndpointName& value, const EndpointText&) {
  return Node::of_text(value.text());
}

SchemaNode schema(const EndpointName&, const EndpointText&) {
  return schema_of_text("endpoint", "^[^/]+/.+$");
}

}  // namespace rehearse
