#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rehearse {

/// Where a database is whose host has no name: numbers, and what of it was asked. Empty: not said.
struct PeerPlace {
  std::string address;
  std::string port;
  std::string database;
};

/// In one text, which no name of a host is.
std::string place_text(const PeerPlace& place);
/// Nothing when it is a name.
std::optional<PeerPlace> place_of(std::string_view text);

/// "10.0.0.1:5432".
std::string shown_address(const PeerPlace& place);

}  // namespace rehearse
