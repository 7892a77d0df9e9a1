#include "calibrate/readers/elasticsearch.hpp"

#include <string_view>

namespace rehearse {

JsonValue stored_document(const JsonValue& value) {
  for (const std::string_view key : {"_source", "doc"}) {
    const auto document = value.member(key);
    if (document && document->is_object()) return *document;
  }
  return value;
}

bool is_bulk_action(const JsonValue& value) {
  int members = 0;
  bool says_what_to_do = false;
  value.for_each_member([&](std::string_view key, const JsonValue& action) {
    ++members;
    const bool known = key == "index" || key == "create" || key == "update" || key == "delete";
    says_what_to_do = known && action.is_object();
  });
  return members == 1 && says_what_to_do;
}

}  // namespace rehearse
