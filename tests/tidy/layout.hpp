#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace rehearse::tidy {

/// The law of the house, as docs/architecture.md tells it: what stands where and may include what.

/// Which rooms the files of a room may include, besides their own. Absent: not a room.
const std::map<std::string, std::vector<std::string>>& arrows();

/// The sub-rooms of a room, from the top: each may include what comes after it, and none what comes
/// before. The room's own name: the files that lie in no sub-room. Absent: a room without
/// sub-rooms.
const std::map<std::string, std::vector<std::string>>& floors();

/// The rooms and the tests.
std::vector<std::string> folders_with_code();

/// The only files that may include a library.
struct Door {
  std::string library;
  std::vector<std::string> includes;  // each a beginning of what stands between < and >
  std::vector<std::string> files;     // without extension: header and source alike
};
const std::vector<Door>& doors();

/// Sources that need no header of their own, without extension: verbs and `main`.
const std::vector<std::string>& sources_without_header();
/// Functions that only tests use, and why.
const std::vector<std::string>& names_of_tests();

/// A whole word that code must not use, and where. With "(" at its end only a call of it counts.
struct BannedWord {
  std::string word;
  std::vector<std::string> rooms;       // empty: everywhere
  std::vector<std::string> exceptions;  // files without extension
  std::string reason;
};
const std::vector<BannedWord>& banned_words();

}  // namespace rehearse::tidy
