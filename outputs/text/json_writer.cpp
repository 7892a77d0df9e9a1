#include "outputs/text/json_writer.hpp"

#include <nlohmann/json.hpp>

#include "sim/expects.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

template <class Value>
std::string token_of(const Value& value) {
  using Json = nlohmann::json;
  const std::string token = Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
  // A report may be looked at on a terminal; what it would obey has another spelling in JSON.
  return visible_text(token);
}

}  // namespace

std::string json_text(std::string_view text) {
  return token_of(std::string(text));
}

JsonWriter& JsonWriter::begin_object() {
  return open('{');
}
JsonWriter& JsonWriter::end_object() {
  return close('}');
}
JsonWriter& JsonWriter::begin_array() {
  return open('[');
}
JsonWriter& JsonWriter::end_array() {
  return close(']');
}

JsonWriter& JsonWriter::key(std::string_view name) {
  expects(!levels_.empty() && levels_.back().closing == '}' && !after_key_,
          "a JSON key stands in an object, before its value");
  separate();
  text_ += json_text(name);
  text_ += ": ";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  return put(json_text(text));
}
JsonWriter& JsonWriter::value(double number) {
  return put(token_of(number));
}
JsonWriter& JsonWriter::value(std::uint64_t number) {
  return put(token_of(number));
}
JsonWriter& JsonWriter::value(std::int64_t number) {
  return put(token_of(number));
}
JsonWriter& JsonWriter::value(bool truth) {
  return put(truth ? "true" : "false");
}
JsonWriter& JsonWriter::null() {
  return put("null");
}

std::string JsonWriter::text() const {
  expects(levels_.empty(), "every JSON object and array is closed");
  return text_ + "\n";
}

JsonWriter& JsonWriter::put(std::string_view token) {
  separate();
  text_ += token;
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  levels_.push_back({.closing = bracket == '{' ? '}' : ']', .empty = true});
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  expects(!levels_.empty() && levels_.back().closing == bracket && !after_key_,
          "a JSON object or array is closed as it was opened");
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) {
    text_ += '\n';
    text_.append(2 * levels_.size(), ' ');
  }
  text_ += bracket;
  return *this;
}

/// What stands between the value before and the next one.
void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (levels_.empty()) return;
  if (!levels_.back().empty) text_ += ',';
  levels_.back().empty = false;
  text_ += '\n';
  text_.append(2 * levels_.size(), ' ');
}

}  // namespace rehearse
