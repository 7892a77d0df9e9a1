#include "calibrate/readers/table_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/date.hpp"
#include "calibrate/readers/identifiers.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

constexpr std::size_t absent = static_cast<std::size_t>(-1);
constexpr std::size_t attribute_depth = 128;

bool is_one_of(const std::string& text, const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

class ColumnFinder {
 public:
  ColumnFinder(const ColumnMapping& mapping, const std::vector<std::string>& first_record)
      : mapping_(mapping), first_(first_record) {}

  std::size_t find(const std::string& name) {
    const std::size_t found = find_if_there(name);
    if (found == absent && !name.empty()) missing_.push_back(name);
    return found;
  }

  /// Of a column that not every table has.
  std::size_t find_other(const std::string& name) {
    return mapping_.may_lack_columns ? find_if_there(name) : find(name);
  }

  const std::vector<std::string>& missing() const { return missing_; }

 private:
  std::size_t find_if_there(const std::string& name) const {
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
    return absent;
  }

  const ColumnMapping& mapping_;
  const std::vector<std::string>& first_;
  std::vector<std::string> missing_;
};

std::string shown_field(const std::string& column, const std::string& text) {
  return fmt::format("column {}: \"{}\"", excerpt_of(column), excerpt_of(text));
}

/// A number that is written as digits with or without a point; nothing when it is not.
std::optional<std::int64_t> nanoseconds_of_digits(std::string_view text, std::int64_t unit) {
  std::int64_t result = 0;
  bool fits = true;
  std::size_t next = 0;
  const auto append = [&](int digit) {
    fits = fits && !__builtin_mul_overflow(result, 10, &result) &&
           !__builtin_add_overflow(result, digit, &result);
  };
  while (next < text.size() && is_digit(text[next])) append(text[next++] - '0');
  if (next == 0) return std::nullopt;
  if (next < text.size() && text[next] == '.') ++next;
  const auto digit_behind_point = [&] {
    return next < text.size() && is_digit(text[next]) ? text[next++] - '0' : 0;
  };
  for (; unit > 1; unit /= 10) append(digit_behind_point());
  const bool up = digit_behind_point() >= 5;
  while (next < text.size() && is_digit(text[next])) ++next;
  if (next < text.size()) return std::nullopt;
  if (up) fits = fits && !__builtin_add_overflow(result, 1, &result);
  return fits ? result : -1;
}

}  // namespace

std::optional<std::int64_t> nanoseconds_of_number(const std::string& text,
                                                  double nanoseconds_per_unit) {
  const auto exact = nanoseconds_of_digits(text, static_cast<std::int64_t>(nanoseconds_per_unit));
  if (exact) return exact;
  const char* end = text.data() + text.size();
  double real = 0;
  const auto result = std::from_chars(text.data(), end, real);
  if (result.ptr != end || text.empty() || result.ec == std::errc::invalid_argument) return {};
  real *= nanoseconds_per_unit;
  const bool fits = result.ec == std::errc() && real >= 0 && real < 9.2e18;
  return fits ? static_cast<std::int64_t>(real + 0.5) : -1;
}

TableColumns find_columns(const ColumnMapping& mapping, const std::vector<std::string>& first_row,
                          const std::string& path) {
  if (mapping.trace.empty() || mapping.span.empty() || mapping.operation.empty() ||
      mapping.start.column.empty() || (!mapping.end && !mapping.duration) ||
      (mapping.service.empty() && mapping.instance.empty() &&
       mapping.resource_attributes.empty())) {
    throw InvalidInput(fmt::format(
        "{}: the column mapping needs trace, span, operation, a start, an end or a duration, and a "
        "service or an instance",
        path));
  }
  ColumnFinder finder(mapping, first_row);
  TableColumns columns{};
  columns.trace = finder.find(mapping.trace);
  columns.span = finder.find(mapping.span);
  columns.parent = finder.find(mapping.parent);
  columns.service = finder.find(mapping.service);
  columns.instance =
      mapping.caller.empty() ? finder.find(mapping.instance) : finder.find_other(mapping.instance);
  columns.operation = finder.find(mapping.operation);
  columns.start = finder.find(mapping.start.column);
  columns.end = mapping.end ? finder.find(mapping.end->column) : absent;
  columns.duration = mapping.duration ? finder.find(mapping.duration->column) : absent;
  columns.kind = finder.find_other(mapping.kind);
  columns.error = finder.find_other(mapping.error);
  columns.sampling_percent = finder.find_other(mapping.sampling_percent);
  columns.sample_rate = finder.find_other(mapping.sample_rate);
  columns.resource_attributes = finder.find_other(mapping.resource_attributes);
  columns.attributes = finder.find_other(mapping.attributes);
  columns.caller = finder.find(mapping.caller);
  columns.caller_instance = finder.find_other(mapping.caller_instance);
  if (!finder.missing().empty()) {
    throw InvalidInput(fmt::format("{}: no column {}; the first line is: {}", path,
                                   excerpt_of(fmt::format("{}", fmt::join(finder.missing(), ", "))),
                                   excerpt_of(fmt::format("{}", fmt::join(first_row, ", ")))));
  }
  return columns;
}

RowReader::RowReader(const ColumnMapping& mapping, const TableColumns& columns,
                     const std::string& path, SpanSet& set)
    : mapping_(mapping),
      columns_(columns),
      set_(set),
      calls_(set),
      resource_parser_(attribute_depth),
      attribute_parser_(attribute_depth),
      path_(path),
      date_order_(mapping.date_order) {
  if (set.name_by.is_asked() && columns.attributes == absent &&
      columns.resource_attributes == absent) {
    throw InvalidInput(
        "--name-by: a table without columns of attributes has nothing to name by; say with "
        "--columns which of its columns are `service` and `operation`, or hold `attributes`");
  }
  if (!mapping.service_from_instance.empty()) pattern_.emplace(mapping.service_from_instance);
}

RowFlaw RowReader::add(const std::vector<std::string>& row, const ParsedAttributes& parsed) {
  if (!mapping_.caller.empty()) return add_call(row);
  if (renumberings_ != set_.names.renumberings()) {
    services_.clear();
    renumberings_ = set_.names.renumberings();
  }
  Span span;
  span.trace = trace_id_of(field(row, columns_.trace));
  span.id = span_id_of(field(row, columns_.span));
  const std::string& parent = field(row, columns_.parent);
  if (!is_one_of(parent, mapping_.parent_none)) span.parent = span_id_of(parent);
  const std::string& instance = field(row, columns_.instance);
  span.instance = set_.names.intern(service_name_of(instance));
  const std::string& service = field(row, columns_.service);
  span.service =
      service.empty() ? service_of(instance) : set_.names.intern(service_name_of(service));
  read_attributes(row, parsed, span);
  const std::string& error = field(row, columns_.error);
  span.error = span.error || (!error.empty() && is_one_of(error, mapping_.error_values));
  read_sampling(row, span);
  bad_time_ = {};
  if (!read_times(row, span)) return {};
  const std::uint64_t without_id = set_.counts.without_id;
  const std::uint64_t with_bad_times = set_.counts.with_bad_times;
  keep_span(set_, span);
  if (set_.counts.without_id > without_id) return {"a span without a trace or span id", {}};
  if (set_.counts.with_bad_times == with_bad_times) return {};
  return bad_time_.why.empty() ? RowFlaw{"a span with impossible times", {}} : bad_time_;
}

/// The sign of a response time says whose it is.
RowFlaw RowReader::add_call(const std::vector<std::string>& row) {
  const std::string& duration = field(row, columns_.duration);
  CallGraphRow call;
  call.trace = field(row, columns_.trace);
  call.number = field(row, columns_.span);
  call.caller = field(row, columns_.caller);
  call.caller_instance = field(row, columns_.caller_instance);
  call.callee = field(row, columns_.service);
  call.callee_instance = field(row, columns_.instance);
  call.type = field(row, columns_.kind);
  call.interface = field(row, columns_.operation);
  call.of_callee = duration.starts_with('-');
  const auto start =
      nanoseconds_of_number(field(row, columns_.start), mapping_.start.nanoseconds_per_unit);
  const auto length = nanoseconds_of_number(call.of_callee ? duration.substr(1) : duration,
                                            mapping_.duration->nanoseconds_per_unit);
  call.start = start.value_or(-1);
  call.duration = length.value_or(-1);
  std::string why = calls_.add(call);
  if (why.empty()) return {};
  return {std::move(why), shown_field(mapping_.span, std::string(call.number))};
}

const std::string& RowReader::field(const std::vector<std::string>& row, std::size_t column) const {
  static const std::string nothing;
  return column < row.size() ? row[column] : nothing;
}

/// What is no JSON object says nothing: some write their maps in another way.
void RowReader::read_attributes(const std::vector<std::string>& row, const ParsedAttributes& parsed,
                                Span& span) {
  const auto attributes_in = [&](std::size_t column, const std::optional<JsonValue>& already,
                                 JsonParser& parser) -> std::optional<JsonValue> {
    if (already) return already;
    const std::string& text = field(row, column);
    return text.starts_with('{') ? parser.parse(text) : std::nullopt;
  };
  const auto of_resource =
      attributes_in(columns_.resource_attributes, parsed.of_resource, resource_parser_);
  const auto of_span = attributes_in(columns_.attributes, parsed.of_span, attribute_parser_);
  ResourceReader resource(set_);
  if (of_resource) {
    of_resource->for_each_member(
        [&](std::string_view key, const JsonValue& value) { resource.see(key, value); });
    resource.apply(span);
  }
  SpanAttributeReader attributes(set_, span);
  if (of_span) {
    of_span->for_each_member(
        [&](std::string_view key, const JsonValue& value) { attributes.see(key, value); });
  }
  const SpanKind kind = span_kind_of(field(row, columns_.kind));
  if (kind != SpanKind::unknown) span.kind = kind;
  attributes.name_operation(field(row, columns_.operation));
  name_as_asked(set_, span, attributes.asked(), &resource);
  if (const auto count = attributes.adjusted_count()) take_adjusted_count(set_, span, *count);
}

bool RowReader::read_times(const std::vector<std::string>& row, Span& span) {
  const DateMeanings start = moment_in(row, columns_.start, mapping_.start);
  const DateMeanings end = end_in(row, start);
  take_order_from(start);
  take_order_from(end);
  if (date_order_ == DateOrder::unsaid && (start.are_two() || end.are_two())) {
    if (undecided_.size() == 0) {
      first_undecided_ = start.are_two()
                             ? shown_field(mapping_.start.column, field(row, columns_.start))
                             : shown_field(mapping_.end->column, field(row, columns_.end));
    }
    if (undecided_.size() == UndecidedDates::most) finish();
    undecided_.hold(set_, span, start, end);
    return false;
  }
  const TimeColumn& end_column = columns_.end != absent ? *mapping_.end : mapping_.start;
  span.start = chosen(start, mapping_.start, field(row, columns_.start));
  span.end =
      chosen(end, end_column, field(row, columns_.end != absent ? columns_.end : columns_.start));
  return true;
}

/// Of a time that cannot be, -1; what it was is told of the first in a row.
DateMeanings RowReader::moment_in(const std::vector<std::string>& row, std::size_t number,
                                  const TimeColumn& column) {
  const std::string& text = field(row, number);
  const bool has_unit = column.nanoseconds_per_unit != no_unit;
  const auto nanoseconds = nanoseconds_of_number(text, has_unit ? column.nanoseconds_per_unit : 1);
  if (nanoseconds && has_unit) return {nanoseconds, nanoseconds};
  if (!nanoseconds) {
    const DateMeanings date = meanings_of_date(text);
    if (date.month_first || date.day_first) return date;
  }
  if (bad_time_.why.empty()) {
    bad_time_.found = shown_field(column.column, text);
    bad_time_.why =
        nanoseconds ? "a number of an unknown unit (say it with --columns: start_ns, start_us, ...)"
                    : fmt::format("neither a number nor a date (dates such as {} are understood)",
                                  understood_dates);
  }
  return {-1, -1};
}

DateMeanings RowReader::end_in(const std::vector<std::string>& row, const DateMeanings& start) {
  if (columns_.end != absent) return moment_in(row, columns_.end, *mapping_.end);
  const std::int64_t duration = duration_in(row);
  const auto behind = [&](std::optional<std::int64_t> moment) -> std::optional<std::int64_t> {
    if (!moment) return std::nullopt;
    std::int64_t end = -1;
    const bool fits = duration >= 0 && !__builtin_add_overflow(*moment, duration, &end);
    return fits ? end : -1;
  };
  return {behind(start.month_first), behind(start.day_first)};
}

void RowReader::take_order_from(const DateMeanings& date) {
  if (date.proven() == DateOrder::unsaid) return;
  if (date_order_ != DateOrder::unsaid) {
    if (mapping_.date_order != DateOrder::unsaid || date.proven() == date_order_) return;
    throw InvalidInput(fmt::format(
        "{}: some dates can only have the month first, and some only the day; say with --columns "
        "which are meant: date_order = \"month_first\" or \"day_first\"",
        path_));
  }
  date_order_ = date.proven();
  undecided_.settle(date_order_, set_);
}

/// Once its order is told, or where it does not matter.
std::int64_t RowReader::chosen(const DateMeanings& date, const TimeColumn& column,
                               const std::string& text) {
  const auto moment = date_order_ == DateOrder::day_first ? date.day_first : date.month_first;
  if (moment) return *moment;
  if (bad_time_.why.empty()) {
    bad_time_.found = shown_field(column.column, text);
    bad_time_.why = date_order_ == DateOrder::day_first
                        ? "a date that has the month first, where days come first"
                        : "a date that has the day first, where months come first";
  }
  return -1;
}

void RowReader::finish() const {
  if (undecided_.size() == 0) return;
  throw InvalidInput(fmt::format(
      "{}: {} and all other dates may have the month first or the day first; say with --columns "
      "which it is: date_order = \"month_first\" or \"day_first\"",
      path_, first_undecided_));
}

std::int64_t RowReader::duration_in(const std::vector<std::string>& row) {
  const std::string& text = field(row, columns_.duration);
  const auto found = nanoseconds_of_number(text, mapping_.duration->nanoseconds_per_unit);
  if (!found && bad_time_.why.empty()) {
    bad_time_ = {"a duration that is no number", shown_field(mapping_.duration->column, text)};
  }
  return found.value_or(-1);
}

/// An empty field says nothing; what is no number at all cannot be.
void RowReader::read_sampling(const std::vector<std::string>& row, Span& span) {
  const auto number_in = [&](std::size_t column) -> std::optional<double> {
    const std::string& text = field(row, column);
    if (text.empty()) return std::nullopt;
    double number = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    return result.ec == std::errc() ? number : -1;
  };
  if (const auto percent = number_in(columns_.sampling_percent)) {
    take_adjusted_count(set_, span, 100 / *percent);
  }
  // Zero is what Honeycomb takes for "not sampled".
  const auto rate = number_in(columns_.sample_rate);
  if (rate && *rate != 0) take_adjusted_count(set_, span, *rate);
}

NameId RowReader::service_of(const std::string& instance) {
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

}  // namespace rehearse
