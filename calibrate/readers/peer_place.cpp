#include "calibrate/readers/peer_place.hpp"

#include <algorithm>

namespace rehearse {
namespace {

constexpr char between_parts = '\x1F';

std::string without_separators(std::string text) {
  std::erase(text, between_parts);
  return text;
}

}  // namespace

std::string place_text(const PeerPlace& place) {
  return between_parts + without_separators(place.address) + between_parts +
         without_separators(place.port) + between_parts + without_separators(place.database);
}

std::optional<PeerPlace> place_of(std::string_view text) {
  if (!text.starts_with(between_parts)) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t port = text.find(between_parts);
  if (port == std::string_view::npos) return std::nullopt;
  const std::size_t database = text.find(between_parts, port + 1);
  if (database == std::string_view::npos) return std::nullopt;
  return PeerPlace{std::string(text.substr(0, port)),
                   std::string(text.substr(port + 1, database - port - 1)),
                   std::string(text.substr(database + 1))};
}

std::string shown_address(const PeerPlace& place) {
  const bool has_colons = place.address.find(':') != std::string::npos;
  const bool has_port = has_colons && place.address.find('.') != std::string::npos;
  if (place.port.empty() || has_port) return place.address;
  const bool brackets = has_colons && !place.address.starts_with('[');
  return (brackets ? "[" + place.address + "]" : place.address) + ":" + place.port;
}

}  // namespace rehearse
