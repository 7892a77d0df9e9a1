#pragma once

#include <string>
#include <vector>

#include "outputs/text/json_writer.hpp"

namespace rehearse {

/// A member of an object of the JSON report: the writer and the page read the same row.
template <class Of>
struct ReportMember {
  const char* key;
  const char* meaning;
  void (*write)(JsonWriter& json, const Of& of);
  /// Whether it is there; null: always.
  bool (*is_there)(const Of& of) = nullptr;
};

template <class Of>
using ReportMembers = std::vector<ReportMember<Of>>;

/// Writes the members that are there into the open object.
template <class Of>
void write_members(JsonWriter& json, const ReportMembers<Of>& members, const Of& of) {
  for (const ReportMember<Of>& member : members) {
    if (member.is_there != nullptr && !member.is_there(of)) continue;
    json.key(member.key);
    member.write(json, of);
  }
}

template <class Of>
void write_object(JsonWriter& json, const ReportMembers<Of>& members, const Of& of) {
  json.begin_object();
  write_members(json, members, of);
  json.end_object();
}

/// What the page says of one object: where it stands, and its keys.
struct ReportSection {
  struct Row {
    std::string key;
    std::string meaning;
  };
  std::string object;  // "objectives[]"; empty: the report itself
  std::vector<Row> rows;
};

template <class Of>
ReportSection section_of(std::string object, const ReportMembers<Of>& members) {
  ReportSection section{std::move(object), {}};
  for (const ReportMember<Of>& member : members) {
    section.rows.push_back({member.key, member.meaning});
  }
  return section;
}

}  // namespace rehearse
