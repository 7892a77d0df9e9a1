#include "calibrate/readers/csv.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <unordered_map>

#include <fmt/format.h>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/name_pattern.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

constexpr std::size_t longest_record = std::size_t{1} << 20;
constexpr std::size_t absent = static_cast<std::size_t>(-1);

/// Numbers of the columns of a mapping in one file.
struct Columns {
  std::size_t trace, span, parent, service, instance, operation, start, end, duration, kind, error,
      sampling;
};

class ColumnFinder {
 public:
  ColumnFinder(const ColumnMapping& mapping, const std::vector<std::string>& first_record)
      : mapping_(mapping), first_(first_record) {}

  std::size_t find(const std::string& name) {
    if (name.empty()) return absent;
    if (!mapping_.header) {
      std::size_t number = 0;
      const auto result = std::from_chars(name.data(), name.data() + name.size(), number);
      if (result.ptr == name.data() + name.size() && number >= 1 && number <= first_.size()) {
        return number - 1;
      }
    } else {
      const auto found = std::find(first_.begin(), first_.end(), name);
      if (found != first_.end()) return static_cast<std::size_t>(found - first_.begin());
    }
    missing_.push_back(name);
    return absent;
  }

  const std::vector<std::string>& missing() const { return missing_; }

 private:
  const ColumnMapping& mapping_;
  const std::vector<std::string>& first_;
  std::vector<std::string> missing_;
};

Columns find_columns(const ColumnMapping& mapping, const std::vector<std::string>& first_record,
                     const std::string& path) {
  if (mapping.trace.empty() || mapping.span.empty() || mapping.operation.empty() ||
      mapping.start.column.empty() || (!mapping.end && !mapping.duration) ||
      (mapping.service.empty() && mapping.instance.empty())) {
    throw InvalidInput(fmt::format(
        "{}: the column mapping needs trace, span, operation, a start, an end or a duration, and a "
        "service or an instance",
        path));
  }
  ColumnFinder finder(mapping, first_record);
  Columns columns{};
  columns.trace = finder.find(mapping.trace);
  columns.span = finder.find(mapping.span);
  columns.parent = finder.find(mapping.parent);
  columns.service = finder.find(mapping.service);
  columns.instance = finder.find(mapping.instance);
  columns.operation = finder.find(mapping.operation);
  columns.start = finder.find(mapping.start.column);
  columns.end = mapping.end ? finder.find(mapping.end->column) : absent;
  columns.duration = mapping.duration ? finder.find(mapping.duration->column) : absent;
  columns.kind = finder.find(mapping.kind);
  columns.error = finder.find(mapping.error);
  columns.sampling = finder.find(mapping.sampling_percent);
  if (!finder.missing().empty()) {
    throw InvalidInput(fmt::format("{}: no column {}; the first line is: {}", path,
                                   excerpt_of(fmt::format("{}", fmt::join(finder.missing(), ", "))),
                                   excerpt_of(fmt::format("{}", fmt::join(first_record, ", ")))));
  }
  return columns;
}

/// `text` in nanoseconds; -1 when it is no time. Whole numbers keep all their digits: nanoseconds
/// since 1970 do not fit a double.
std::int64_t nanoseconds(const std::string& text, double unit) {
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  const auto integer = std::from_chars(text.data(), end, whole);
  if (integer.ec == std::errc() && integer.ptr == end) {
    std::int64_t product = 0;
    const bool overflow = __builtin_mul_overflow(whole, static_cast<std::int64_t>(unit), &product);
    return overflow ? -1 : product;
  }
  double real = 0;
  const auto result = std::from_chars(text.data(), end, real);
  if (result.ec != std::errc() || result.ptr != end) return -1;
  real *= unit;
  return real >= 0 && real < 9.2e18 ? static_cast<std::int64_t>(real + 0.5) : -1;
}

/// Makes spans of records.
class SpanMaker {
 public:
  SpanMaker(const ColumnMapping& mapping, const Columns& columns, SpanSet& set)
      : mapping_(mapping), columns_(columns), set_(set) {
    if (!mapping.service_from_instance.empty()) pattern_.emplace(mapping.service_from_instance);
  }

  void add(const std::vector<std::string>& record) {
    Span span;
    span.trace = trace_id_of(field(record, columns_.trace));
    span.id = span_id_of(field(record, columns_.span));
    const std::string& parent = field(record, columns_.parent);
    if (!is_one_of(parent, mapping_.parent_none)) span.parent = span_id_of(parent);
    span.operation = set_.names.intern(operation_name_of(field(record, columns_.operation)));
    const std::string& instance = field(record, columns_.instance);
    span.instance = set_.names.intern(service_name_of(instance));
    const std::string& service = field(record, columns_.service);
    span.service =
        service.empty() ? service_of(instance) : set_.names.intern(service_name_of(service));
    read_times(record, span);
    span.kind = span_kind_of(field(record, columns_.kind));
    const std::string& error = field(record, columns_.error);
    span.error = !error.empty() && is_one_of(error, mapping_.error_values);
    read_sampling(record, span);
    keep_span(set_, span);
  }

 private:
  const std::string& field(const std::vector<std::string>& record, std::size_t column) const {
    return column < record.size() ? record[column] : nothing_;
  }

  static bool is_one_of(const std::string& text, const std::vector<std::string>& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
  }

  void read_times(const std::vector<std::string>& record, Span& span) const {
    span.start = nanoseconds(field(record, columns_.start), mapping_.start.nanoseconds_per_unit);
    if (columns_.end != absent) {
      span.end = nanoseconds(field(record, columns_.end), mapping_.end->nanoseconds_per_unit);
      return;
    }
    const std::int64_t duration =
        nanoseconds(field(record, columns_.duration), mapping_.duration->nanoseconds_per_unit);
    if (duration < 0 || __builtin_add_overflow(span.start, duration, &span.end)) span.start = -1;
  }

  /// An empty field says nothing; what is no number at all cannot be.
  void read_sampling(const std::vector<std::string>& record, Span& span) {
    const std::string& text = field(record, columns_.sampling);
    if (text.empty()) return;
    double percent = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), percent);
    take_adjusted_count(set_, span, result.ec == std::errc() ? 100 / percent : 0);
  }

  NameId service_of(const std::string& instance) {
    const auto known = services_.find(instance);
    if (known != services_.end()) return known->second;
    std::string service = instance;
    if (pattern_) service = pattern_->find_in(instance);
    for (int part = 0; part < mapping_.instance_suffix_parts; ++part) {
      const std::size_t dash = service.rfind('-');
      if (dash == std::string::npos || dash == 0) break;
      service.resize(dash);
    }
    return services_[instance] = set_.names.intern(service_name_of(service));
  }

  const ColumnMapping& mapping_;
  const Columns& columns_;
  SpanSet& set_;
  std::optional<NamePattern> pattern_;
  std::unordered_map<std::string, NameId> services_;
  const std::string nothing_;
};

}  // namespace

int CsvReader::letter() {
  if (waiting_ >= 0) {
    const int letter = waiting_;
    waiting_ = -1;
    return letter;
  }
  if (position_ == filled_) {
    read_ += filled_;
    position_ = 0;
    filled_ = input_.read(buffer_.data(), buffer_.size());
    if (filled_ == 0) return -1;
  }
  return static_cast<unsigned char>(buffer_[position_++]);
}

/// Counts a letter of the record, whether it is kept or not.
void CsvReader::count_letter() {
  if (++record_bytes_ > longest_record) {
    throw InvalidInput(fmt::format("{}: byte {}: a record longer than {} bytes", input_.path(),
                                   record_offset_, longest_record));
  }
}

void CsvReader::add(std::vector<std::string>& fields, std::size_t& used, char letter) {
  count_letter();
  fields[used - 1] += letter;
}

/// Behind empty lines and zeros; -1 at the end.
int CsvReader::first_letter() {
  int current = letter();
  for (std::uint64_t skipped = 0; current == '\n' || current == '\r' || current == 0; ++skipped) {
    if (skipped == most_skipped) {
      throw InvalidInput(fmt::format("{}: byte {}: more than {} MiB of blanks", input_.path(),
                                     read_ + position_, most_skipped >> 20));
    }
    current = letter();
  }
  return current;
}

bool CsvReader::next(std::vector<std::string>& fields) {
  const int first = first_letter();
  if (first < 0) return false;
  record_offset_ = read_ + position_ - 1;
  record_bytes_ = 0;
  std::size_t used = 1;
  fields.resize(std::max<std::size_t>(fields.size(), 1));
  fields[0].clear();
  bool quoted = false;
  for (int current = first; current >= 0; current = letter()) {
    if (quoted) {
      if (current != '"') {
        add(fields, used, static_cast<char>(current));
        continue;
      }
      waiting_ = letter();
      if (waiting_ == '"') {
        waiting_ = -1;
        add(fields, used, '"');
      } else {
        quoted = false;
      }
    } else if (current == '"' && fields[used - 1].empty()) {
      quoted = true;
    } else if (current == delimiter_) {
      if (++used > fields.size()) fields.emplace_back();
      fields[used - 1].clear();
      if (used > longest_record / 16) add(fields, used, ' ');
    } else if (current == '\n') {
      break;
    } else if (current == '\r' || current == 0) {
      count_letter();
    } else {
      add(fields, used, static_cast<char>(current));
    }
  }
  if (quoted) {
    throw InvalidInput(
        fmt::format("{}: byte {}: a quote that is never closed", input_.path(), record_offset_));
  }
  fields.resize(used);
  return true;
}

void read_csv(Input& input, const std::optional<ColumnMapping>& mapping, SpanSet& set) {
  CsvReader reader(input, mapping ? mapping->delimiter : ',');
  std::vector<std::string> record;
  if (!reader.next(record)) throw InvalidInput(fmt::format("{}: is empty", input.path()));
  if (record[0].starts_with("\xEF\xBB\xBF")) record[0].erase(0, 3);
  const auto chosen = mapping ? mapping : guess_mapping(record);
  if (!chosen) {
    throw InvalidInput(fmt::format(
        "{}: neither JSON nor a table whose columns are known; it begins with \"{}\". Name its "
        "columns with --columns",
        input.path(), excerpt_of(record[0])));
  }
  const Columns columns = find_columns(*chosen, record, input.path());
  SpanMaker maker(*chosen, columns, set);
  if (!chosen->header) maker.add(record);
  const std::vector<std::string> first = record;
  while (reader.next(record)) {
    // Files that were joined bring their headers with them.
    if (!chosen->header || record != first) maker.add(record);
  }
}

}  // namespace rehearse
