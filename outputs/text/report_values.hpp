#pragma once

#include <cmath>
#include <optional>
#include <vector>

#include "outputs/text/json_writer.hpp"
#include "outputs/text/report_table.hpp"
#include "studies/bootstrap.hpp"

namespace rehearse {

/// JSON has no infinity. A word stands above all numbers where jq sorts, and is no number by
/// accident; null would stand below them.
inline void write(JsonWriter& json, double number) {
  std::isinf(number) ? json.value("infinite") : json.value(number);
}

inline void write(JsonWriter& json, const Interval& interval) {
  json.begin_array();
  write(json, interval.lower);
  write(json, interval.upper);
  json.end_array();
}

template <class Value>
void write(JsonWriter& json, const std::optional<Value>& value) {
  if (value) {
    write(json, *value);
  } else {
    json.null();
  }
}

inline void write(JsonWriter& json, const Estimate& estimate) {
  json.begin_object().key("estimate");
  write(json, estimate.value);
  json.key("interval");
  write(json, estimate.interval);
  json.end_object();
}

/// A list of objects.
template <class Of>
void write_list(JsonWriter& json, const ReportMembers<Of>& members, const std::vector<Of>& list) {
  json.begin_array();
  for (const Of& one : list) write_object(json, members, one);
  json.end_array();
}

/// Objects by their names.
template <class Of>
void write_named(JsonWriter& json, const ReportMembers<Of>& members, const std::vector<Of>& list) {
  json.begin_object();
  for (const Of& one : list) {
    json.key(one.name);
    write_object(json, members, one);
  }
  json.end_object();
}

}  // namespace rehearse
