#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "calibrate/readers/json.hpp"

namespace rehearse {

/// The value of an attribute, whichever encoding it stood in: one of JSON, or a plain one. Asked
/// for what it is not it gives nothing, as a JsonValue does. Does not own its text; lives as long
/// as what it was made of.
class AttributeValue {
 public:
  /// Says nothing: a list, or what cannot be read.
  AttributeValue() = default;
  AttributeValue(const JsonValue& value) : value_(value) {}
  static AttributeValue of_text(std::string_view text) { return AttributeValue(Value(text)); }
  static AttributeValue of_integer(std::int64_t number) { return AttributeValue(Value(number)); }
  static AttributeValue of_number(double number) { return AttributeValue(Value(number)); }
  static AttributeValue of_flag(bool flag) { return AttributeValue(Value(flag)); }

  std::optional<std::string_view> text() const;
  /// A whole number that fits, or a text of decimal digits.
  std::optional<std::int64_t> integer() const;
  /// A number, or a text that is one.
  std::optional<double> number() const;
  /// A boolean, or the texts "true" and "false".
  std::optional<bool> boolean() const;
  /// Texts as they are, numbers and booleans as JSON has them; empty for anything else.
  std::string as_text() const;
  /// The same, kept in `storage` only where it does not stand in what this was made of.
  std::string_view as_text(std::string& storage) const;

 private:
  using Value =
      std::variant<std::monostate, JsonValue, std::string_view, std::int64_t, double, bool>;
  explicit AttributeValue(const Value& value) : value_(value) {}

  Value value_;
};

}  // namespace rehearse
