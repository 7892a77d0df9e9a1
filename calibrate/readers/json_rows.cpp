#include "calibrate/readers/json_rows.hpp"

#include <fmt/format.h>

#include "calibrate/readers/identifiers.hpp"

namespace rehearse {
namespace {

std::vector<std::string> columns_of(const ColumnMapping& mapping) {
  std::vector<std::string> columns{mapping.trace,          mapping.span,
                                   mapping.parent,         mapping.service,
                                   mapping.instance,       mapping.operation,
                                   mapping.start.column,   mapping.kind,
                                   mapping.error,          mapping.sampling_percent,
                                   mapping.sample_rate,    mapping.resource_attributes,
                                   mapping.attributes,     mapping.caller,
                                   mapping.caller_instance};
  if (mapping.end) columns.push_back(mapping.end->column);
  if (mapping.duration) columns.push_back(mapping.duration->column);
  return columns;
}

std::optional<JsonValue> object_in(const JsonValue& row, const std::string& column) {
  if (column.empty()) return std::nullopt;
  const auto found = row.member(column);
  return found && found->is_object() ? found : std::nullopt;
}

}  // namespace

JsonRowReader::JsonRowReader(std::optional<ColumnMapping> mapping, const std::string& path,
                             SpanSet& set)
    : path_(path), set_(set), guesses_(!mapping) {
  if (mapping) use(*mapping);
}

/// The columns of a mapping are all there, by name: what a row has nothing in is often left out.
void JsonRowReader::use(const ColumnMapping& mapping) {
  mapping_ = mapping;
  mapping_->header = true;
  columns_ = columns_of(*mapping_);
  finish();
  rows_ =
      std::make_unique<RowReader>(*mapping_, find_columns(*mapping_, columns_, path_), path_, set_);
  needed_ = needed_columns(*mapping_);
}

void JsonRowReader::finish() const {
  if (rows_) rows_->finish();
}

bool JsonRowReader::read(const JsonValue& object) {
  flaw_ = {};
  if (!object.is_object() || !choose_mapping(object)) return false;
  row_.resize(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    row_[i] = columns_[i].empty() ? std::string() : object.text_of(columns_[i]);
  }
  flaw_ = rows_->add(row_, {object_in(object, mapping_->resource_attributes),
                            object_in(object, mapping_->attributes)});
  return true;
}

bool JsonRowReader::choose_mapping(const JsonValue& object) {
  if (rows_ && has_needed_columns(object)) return true;
  if (!guesses_) return false;
  std::vector<std::string> names;
  object.for_each_member(
      [&](std::string_view name, const JsonValue&) { names.emplace_back(name); });
  const auto guessed = guess_mapping(names);
  if (!guessed) return false;
  use(*guessed);
  return true;
}

bool JsonRowReader::has_needed_columns(const JsonValue& object) {
  for (const std::string& column : needed_) {
    if (object.member(column)) continue;
    flaw_ = {"no row of the table", fmt::format("no column {}", excerpt_of(column))};
    return false;
  }
  return true;
}

}  // namespace rehearse
