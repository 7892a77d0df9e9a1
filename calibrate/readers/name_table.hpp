#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace rehearse {

/// A number that stands for a text of a NameTable; 0 is the empty text.
using NameId = std::uint32_t;

/// What a name is made for, each by a function of its own.
enum class NameUse : std::uint8_t { none, service, operation, in_namespace };

/// Keeps each text once.
class NameTable {
 public:
  NameTable();

  NameId intern(std::string_view text);
  /// The number of what `make` makes of two texts, each up to some length kept with what was made
  /// of it lately. All that is asked of one table for one `use` is made by the same function of the
  /// texts.
  template <class Make>
  NameId intern_made(NameUse use, std::string_view text, std::string_view other, const Make& make) {
    if (text.size() + other.size() > longest_remembered) return intern(make(text, other));
    Remembered& last = remembered(use, text, other);
    if (last.use != use || last.text != text || last.other != other) {
      last = {std::string(text), std::string(other), intern(make(text, other)), use};
    }
    return last.name;
  }
  const std::string& text(NameId name) const { return texts_[name]; }
  std::size_t size() const { return texts_.size(); }

  /// Renumbers the names by the order of their texts and returns the new number of each old one, so
  /// that what is learned does not depend on the order in which names were met.
  std::vector<NameId> sort();
  /// Forgets the texts whose number is not `used`, and returns the new number of each old one.
  std::vector<NameId> keep_only(const std::vector<bool>& used);
  /// How often numbers changed: those of before mean something else.
  std::uint64_t renumberings() const { return renumberings_; }
  /// How many there were when the unused were forgotten last.
  std::size_t size_once_used() const { return size_once_used_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Remembered {
    std::string text;
    std::string other;
    NameId name = 0;
    NameUse use = NameUse::none;
  };
  static constexpr std::size_t longest_remembered = 256;
  Remembered& remembered(NameUse use, std::string_view text, std::string_view other);

  std::vector<std::string> texts_;
  std::unordered_map<std::string, NameId, Hash, std::equal_to<>> numbers_;
  std::uint64_t renumberings_ = 0;
  std::size_t size_once_used_ = 0;
  std::vector<Remembered> remembered_;  // at the place of their hash; empty: nothing is
};

}  // namespace rehearse
