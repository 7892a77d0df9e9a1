#include "calibrate/readers/attribute_value.hpp"

#include <fmt/format.h>

#include "calibrate/readers/values_in_text.hpp"

namespace rehearse {

std::optional<std::string_view> AttributeValue::text() const {
  if (const auto* json = std::get_if<JsonValue>(&value_)) return json->text();
  if (const auto* text = std::get_if<std::string_view>(&value_)) return *text;
  return std::nullopt;
}

std::optional<std::int64_t> AttributeValue::integer() const {
  if (const auto* json = std::get_if<JsonValue>(&value_)) return json->integer();
  if (const auto* text = std::get_if<std::string_view>(&value_)) return integer_in(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) return *integer;
  if (const auto* number = std::get_if<double>(&value_)) return integer_of(*number);
  return std::nullopt;
}

std::optional<double> AttributeValue::number() const {
  if (const auto* json = std::get_if<JsonValue>(&value_)) return json->number();
  if (const auto* text = std::get_if<std::string_view>(&value_)) return number_in(*text);
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) {
    return static_cast<double>(*integer);
  }
  if (const auto* number = std::get_if<double>(&value_)) return *number;
  return std::nullopt;
}

std::optional<bool> AttributeValue::boolean() const {
  if (const auto* json = std::get_if<JsonValue>(&value_)) return json->boolean();
  if (const auto* text = std::get_if<std::string_view>(&value_)) return boolean_in(*text);
  if (const auto* flag = std::get_if<bool>(&value_)) return *flag;
  return std::nullopt;
}

std::string AttributeValue::as_text() const {
  std::string storage;
  return std::string(as_text(storage));
}

std::string_view AttributeValue::as_text(std::string& storage) const {
  if (const auto* json = std::get_if<JsonValue>(&value_)) return json->as_text(storage);
  if (const auto* text = std::get_if<std::string_view>(&value_)) return *text;
  storage.clear();
  if (const auto* integer = std::get_if<std::int64_t>(&value_)) storage = fmt::to_string(*integer);
  if (const auto* number = std::get_if<double>(&value_)) storage = fmt::to_string(*number);
  if (const auto* flag = std::get_if<bool>(&value_)) storage = *flag ? "true" : "false";
  return storage;
}

}  // namespace rehearse
