#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rehearse {

/// A text as JSON has it, in quotes; bytes that are not UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

/// Builds a JSON document piece by piece, in the order of the calls, indented for people. Numbers
/// are written so that reading them back gives the same bits; what JSON has no number for (NaN,
/// infinity) becomes null; bytes that are not UTF-8 become U+FFFD.
class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();

  /// Names the next value. Expects to stand in an object.
  JsonWriter& key(std::string_view name);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(double number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(bool truth);
  JsonWriter& null();

  /// key(name).value(what), or null for nothing.
  template <class Value>
  JsonWriter& member(std::string_view name, const Value& what) {
    return key(name).value(what);
  }
  template <class Value>
  JsonWriter& member(std::string_view name, const std::optional<Value>& what) {
    return what ? key(name).value(*what) : key(name).null();
  }

  /// The document with a newline at its end. Expects every object and array to be closed.
  std::string text() const;

 private:
  JsonWriter& put(std::string_view token);
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  struct Level {
    char closing = '}';
    bool empty = true;
  };
  std::string text_;
  std::vector<Level> levels_;
  bool after_key_ = false;
};

}  // namespace rehearse
