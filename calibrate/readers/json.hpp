#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace rehearse {

/// A value of a parsed JSON text; valid as long as its JsonParser has not parsed the next one.
/// Asking a value for what it is not gives nothing: recordings hold numbers as texts and texts as
/// numbers.
class JsonValue {
 public:
  /// The member of that name; nothing when there is none, or when this is no object.
  std::optional<JsonValue> member(std::string_view key) const;
  /// The members of several names, all different, in one go: a member of an object costs one look
  /// where objects have them in the order in which they are asked for.
  template <std::size_t N>
  std::array<std::optional<JsonValue>, N> members(
      const std::array<std::string_view, N>& keys) const {
    std::array<std::optional<JsonValue>, N> found;
    find_members(keys, found);
    return found;
  }
  /// Calls `visit` for each element; does nothing when this is no array.
  void for_each(const std::function<void(const JsonValue&)>& visit) const;
  /// Calls `visit` for each member; does nothing when this is no object.
  void for_each_member(const std::function<void(std::string_view, const JsonValue&)>& visit) const;

  bool is_object() const;
  bool is_array() const;
  std::optional<std::string_view> text() const;
  /// A whole number that fits, or a text of decimal digits.
  std::optional<std::int64_t> integer() const;
  /// A number, or a text that is one.
  std::optional<double> number() const;
  /// A boolean, or the texts "true" and "false".
  std::optional<bool> boolean() const;
  /// Texts as they are, numbers and booleans as written; empty for anything else, and for null.
  std::string as_text() const;
  /// The same, kept in `storage` only where it does not stand in the document so.
  std::string_view as_text(std::string& storage) const;
  /// Those of a member; empty when there is none.
  std::string text_of(std::string_view key) const;

 private:
  friend struct JsonAccess;
  JsonValue() = default;
  void find_members(std::span<const std::string_view> keys,
                    std::span<std::optional<JsonValue>> found) const;

  /// The bytes of the parser library's own element, so that nobody else includes its header.
  alignas(8) std::array<std::byte, 16> element_{};
};

/// What JsonParser::parse_in_place reads behind a text, whatever it holds.
constexpr std::size_t bytes_behind_json = 64;

/// Parses one text after another, reusing its memory.
class JsonParser {
 public:
  explicit JsonParser(std::size_t depth_limit);
  ~JsonParser();

  /// Nothing when `text` is not valid JSON (valid UTF-8 and the depth limit included); why() says
  /// it.
  std::optional<JsonValue> parse(std::string_view text);
  /// Frees what a large text made it take. Its values are no longer valid.
  void give_back();
  /// The same without a copy. Expects `bytes_behind_json` readable bytes behind the text.
  std::optional<JsonValue> parse_in_place(std::string_view text);
  const std::string& why() const { return why_; }

 private:
  struct State;
  std::optional<JsonValue> parse(std::string_view text, bool copied);

  std::unique_ptr<State> state_;
  std::string why_;
};

}  // namespace rehearse
