#include "calibrate/readers/json.hpp"

#include <cstring>
#include <new>
#include <string>

#include <simdjson.h>

#include "calibrate/readers/values_in_text.hpp"

namespace rehearse {

using simdjson::dom::element;
static_assert(bytes_behind_json >= simdjson::SIMDJSON_PADDING);
static_assert(sizeof(element) == 16 && std::is_trivially_copyable_v<element>);

struct JsonAccess {
  static JsonValue wrap(const element& inner) {
    JsonValue value;
    std::memcpy(value.element_.data(), &inner, sizeof inner);
    return value;
  }
  static element unwrap(const JsonValue& value) {
    element inner;
    std::memcpy(static_cast<void*>(&inner), value.element_.data(), sizeof inner);
    return inner;
  }
};

namespace {

element inner(const JsonValue& value) {
  return JsonAccess::unwrap(value);
}

}  // namespace

std::optional<JsonValue> JsonValue::member(std::string_view key) const {
  simdjson::dom::object object;
  if (inner(*this).get(object) != simdjson::SUCCESS) return std::nullopt;
  element found;
  if (object.at_key(key).get(found) != simdjson::SUCCESS) return std::nullopt;
  return JsonAccess::wrap(found);
}

/// Of several members of one name the first, as `member` has it.
void JsonValue::find_members(std::span<const std::string_view> keys,
                             std::span<std::optional<JsonValue>> found) const {
  simdjson::dom::object object;
  if (inner(*this).get(object) != simdjson::SUCCESS) return;
  std::size_t expected = 0;
  for (const auto& field : object) {
    for (std::size_t tried = 0; tried < keys.size(); ++tried) {
      const std::size_t place = (expected + tried) % keys.size();
      if (keys[place] != field.key) continue;
      if (!found[place]) found[place] = JsonAccess::wrap(field.value);
      expected = place + 1;
      break;
    }
  }
}

void JsonValue::for_each(const std::function<void(const JsonValue&)>& visit) const {
  simdjson::dom::array array;
  if (inner(*this).get(array) != simdjson::SUCCESS) return;
  for (const element item : array) visit(JsonAccess::wrap(item));
}

void JsonValue::for_each_member(
    const std::function<void(std::string_view, const JsonValue&)>& visit) const {
  simdjson::dom::object object;
  if (inner(*this).get(object) != simdjson::SUCCESS) return;
  for (const auto& field : object) visit(field.key, JsonAccess::wrap(field.value));
}

bool JsonValue::is_object() const {
  return inner(*this).is_object();
}
bool JsonValue::is_array() const {
  return inner(*this).is_array();
}

std::optional<std::string_view> JsonValue::text() const {
  std::string_view text;
  if (inner(*this).get(text) != simdjson::SUCCESS) return std::nullopt;
  return text;
}

std::optional<std::int64_t> JsonValue::integer() const {
  std::int64_t number = 0;
  if (inner(*this).get(number) == simdjson::SUCCESS) return number;
  if (const auto digits = text()) return integer_in(*digits);
  double real = 0;
  if (inner(*this).get(real) != simdjson::SUCCESS) return std::nullopt;
  return integer_of(real);
}

std::optional<double> JsonValue::number() const {
  double real = 0;
  if (inner(*this).get(real) == simdjson::SUCCESS) return real;
  if (const auto digits = text()) return number_in(*digits);
  return std::nullopt;
}

std::optional<bool> JsonValue::boolean() const {
  bool flag = false;
  if (inner(*this).get(flag) == simdjson::SUCCESS) return flag;
  const auto word = text();
  return word ? boolean_in(*word) : std::nullopt;
}

std::string JsonValue::as_text() const {
  std::string storage;
  return std::string(as_text(storage));
}

std::string_view JsonValue::as_text(std::string& storage) const {
  if (const auto word = text()) return *word;
  storage.clear();
  std::int64_t whole = 0;
  if (inner(*this).is_int64() && inner(*this).get(whole) == simdjson::SUCCESS) {
    storage = std::to_string(whole);
  } else if (!is_object() && !is_array() && !inner(*this).is_null()) {
    storage = simdjson::minify(inner(*this));
  }
  return storage;
}

std::string JsonValue::text_of(std::string_view key) const {
  const auto found = member(key);
  return found ? found->as_text() : std::string();
}

struct JsonParser::State {
  simdjson::dom::parser parser;
  std::size_t depth_limit = 128;
};

JsonParser::JsonParser(std::size_t depth_limit) : state_(std::make_unique<State>()) {
  state_->depth_limit = depth_limit;
}

JsonParser::~JsonParser() = default;

void JsonParser::give_back() {
  constexpr std::size_t kept = std::size_t{8} << 20;
  if (state_->parser.capacity() > kept) state_->parser = simdjson::dom::parser();
}

std::optional<JsonValue> JsonParser::parse(std::string_view text) {
  return parse(text, true);
}

std::optional<JsonValue> JsonParser::parse_in_place(std::string_view text) {
  return parse(text, false);
}

std::optional<JsonValue> JsonParser::parse(std::string_view text, bool copied) {
  if (state_->parser.capacity() < text.size() || state_->parser.capacity() == 0) {
    const auto refused =
        state_->parser.allocate(text.size() + text.size() / 4 + 4096, state_->depth_limit);
    if (refused == simdjson::MEMALLOC) throw std::bad_alloc();
    if (refused != simdjson::SUCCESS) {
      why_ = simdjson::error_message(refused);
      return std::nullopt;
    }
  }
  element root;
  const auto error = state_->parser.parse(text.data(), text.size(), copied).get(root);
  if (error != simdjson::SUCCESS) {
    why_ = simdjson::error_message(error);
    while (!why_.empty() && why_.back() == ' ') why_.pop_back();
    return std::nullopt;
  }
  return JsonAccess::wrap(root);
}

}  // namespace rehearse
