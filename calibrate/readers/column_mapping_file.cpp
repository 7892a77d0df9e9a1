#include "calibrate/readers/column_mapping_file.hpp"

#include <fmt/format.h>

#include <array>

#include "calibrate/readers/name_pattern.hpp"
#include "language/table.hpp"
#include "language/text_file.hpp"
#include "language/toml_reader.hpp"
#include "language/value_kinds.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

/// A column by its name, or by its number from 1 in files without a header.
struct Column {};

void read(Reader& reader, const Node& node, std::string& value, const Column&) {
  if (node.type == Node::Type::integer && node.integer >= 1) {
    value = std::to_string(node.integer);
  } else if (node.type == Node::Type::text && !node.text.empty()) {
    value = node.text;
  } else {
    reader.wrong(node, "the name of a column, or its number from 1");
  }
}

struct ColumnUnit {
  const char* suffix;
  double nanoseconds;
};
constexpr std::array<ColumnUnit, 4> units = {{{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}}};

/// One moment of a span, in the unit that its key names.
struct TimeKeys {
  std::array<std::string, units.size()> columns;

  std::optional<TimeColumn> chosen() const {
    for (std::size_t i = 0; i < units.size(); ++i) {
      if (!columns[i].empty()) return TimeColumn{columns[i], units[i].nanoseconds};
    }
    return std::nullopt;
  }
  int count() const {
    int said = 0;
    for (const std::string& column : columns) said += column.empty() ? 0 : 1;
    return said;
  }
};

constexpr Choice<DateOrder> date_order_words{{DateOrder::unsaid, "found"},
                                             {DateOrder::month_first, "month_first"},
                                             {DateOrder::day_first, "day_first"}};

struct MappingFile {
  ColumnMapping mapping;
  TimeKeys start;
  TimeKeys end;
  TimeKeys duration;
  std::string delimiter;
};

void read_times(TableReader& visitor, const std::string& moment, TimeKeys& times) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::string name = moment + "_" + units[i].suffix;
    visitor.key({name, "When."}, times.columns[i], Column{});
  }
}

void read_columns(TableReader& visitor, MappingFile& file) {
  ColumnMapping& mapping = file.mapping;
  visitor.key({"trace", "The trace of a span.", Need::required}, mapping.trace, Column{});
  visitor.key({"span", "Its identity.", Need::required}, mapping.span, Column{});
  visitor.key({"parent", "The span that caused it."}, mapping.parent, Column{});
  visitor.key({"service", "Who did the work."}, mapping.service, Column{});
  visitor.key({"instance", "Which copy of it."}, mapping.instance, Column{});
  visitor.key({"operation", "What was done.", Need::required}, mapping.operation, Column{});
  visitor.key({"kind", "client, server, internal, ..."}, mapping.kind, Column{});
  visitor.key({"error", "Whether it failed."}, mapping.error, Column{});
  visitor.key({"sampling_percent", "How likely the trace was kept."}, mapping.sampling_percent,
              Column{});
  visitor.key({"sample_rate", "How many traces it stands for."}, mapping.sample_rate, Column{});
  visitor.key({"resource_attributes", "JSON: who did the work."}, mapping.resource_attributes,
              Column{});
  visitor.key({"attributes", "JSON: what is said of the span."}, mapping.attributes, Column{});
  read_times(visitor, "start", file.start);
  read_times(visitor, "end", file.end);
  read_times(visitor, "duration", file.duration);
}

void read_conventions(TableReader& visitor, MappingFile& file) {
  ColumnMapping& mapping = file.mapping;
  const Text word{"text", Text::Empty::allowed};
  visitor.key({"parent_none", "What stands for no parent."}, mapping.parent_none,
              List<Text>{word, 0, 1000});
  visitor.key({"error_values", "What stands for a failure."}, mapping.error_values,
              List<Text>{word, 0, 1000});
  visitor.key({"date_order", "Whether 1/2/2024 is of January or of February."}, mapping.date_order,
              date_order_words);
  visitor.key({"header", "Whether the first line names the columns."}, mapping.header, Flag{});
  visitor.key({"delimiter", "Between columns."}, file.delimiter, Text{"one character"});
  visitor.key({"service_from_instance", "A regular expression."}, mapping.service_from_instance,
              Text{"a regular expression"});
  visitor.key({"instance_suffix_parts", "So many parts behind a dash are no part of the name."},
              mapping.instance_suffix_parts, Whole{0, 100});
}

void check_times(Reader& reader, const Node& root, const MappingFile& file) {
  if (file.start.count() != 1) {
    reader.mistake(root, "exactly one of start_ns, start_us, start_ms and start_s must be given");
  }
  if (file.end.count() + file.duration.count() != 1) {
    reader.mistake(root,
                   "exactly one of end_ns, end_us, end_ms, end_s, duration_ns, duration_us, "
                   "duration_ms and duration_s must be given");
  }
}

void check_services(Reader& reader, const Node& root, const ColumnMapping& mapping) {
  if (mapping.service.empty() && mapping.instance.empty() && mapping.resource_attributes.empty()) {
    reader.mistake(root, "one of service, instance and resource_attributes must be given");
  }
  try {
    const NamePattern checked(mapping.service_from_instance);
  } catch (const InvalidInput& mistake) {
    reader.mistake(
        *root.find("service_from_instance"),
        fmt::format("'service_from_instance' is no regular expression (RE2): {}", mistake.what()));
  }
}

}  // namespace

ColumnMapping load_column_mapping(const std::string& path) {
  TextFile text = read_text_file(path);
  if (!text.text) throw InvalidInput(fmt::format("{}: {}", visible_line(path), text.complaint));
  Diagnostics diagnostics;
  const Node root = read_toml(diagnostics.add_source(path, std::move(*text.text)), diagnostics);
  diagnostics.throw_if_any();
  Reader reader(diagnostics, "");
  MappingFile file;
  TableReader visitor(reader, root);
  read_columns(visitor, file);
  read_conventions(visitor, file);
  visitor.finish();
  check_times(reader, root, file);
  check_services(reader, root, file.mapping);
  if (file.delimiter.size() > 1) {
    reader.mistake(*root.find("delimiter"), "'delimiter' must be one character");
  }
  diagnostics.throw_if_any();
  file.mapping.start = *file.start.chosen();
  file.mapping.end = file.end.chosen();
  file.mapping.duration = file.duration.chosen();
  if (!file.delimiter.empty()) file.mapping.delimiter = file.delimiter.front();
  return file.mapping;
}

}  // namespace rehearse
