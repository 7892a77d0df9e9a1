#include "calibrate/readers/csv.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "calibrate/readers/identifiers.hpp"
#include "calibrate/readers/known_formats.hpp"
#include "calibrate/readers/table_rows.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

constexpr std::size_t longest_record = std::size_t{1} << 20;
constexpr std::string_view mark_of_utf8 = "\xEF\xBB\xBF";
/// What stands between columns, by the first line: a tab where there are more of them than of
/// commas (names hold none), a semicolon where there is nothing else. Reads nothing away.
char delimiter_found_in(Input& input) {
  std::string beginning(std::size_t{1} << 16, '\0');
  std::size_t size = 0;
  std::size_t line_end = 0;
  while (size < beginning.size() && line_end == size) {
    const std::size_t got = input.read(beginning.data() + size, beginning.size() - size);
    if (got == 0) break;
    size += got;
    // Lines that are empty, and zeros, stand before some tables.
    const std::size_t first = beginning.find_first_not_of(std::string_view("\0\r\n", 3));
    line_end = std::min(beginning.find_first_of("\r\n", std::min(first, size)), size);
  }
  beginning.resize(size);
  input.give_back(beginning);
  std::array<std::size_t, 256> counts{};
  bool quoted = false;
  for (const char letter : std::string_view(beginning).substr(0, line_end)) {
    if (letter == '"') quoted = !quoted;
    if (!quoted) ++counts[static_cast<unsigned char>(letter)];
  }
  if (counts['\t'] > counts[',']) return '\t';
  return counts[','] == 0 && counts[';'] > 0 ? ';' : ',';
}

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
  const auto next = static_cast<unsigned char>(buffer_[position_++]);
  if (next == '\n') ++line_ends_;
  return next;
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
  record_line_ = line_ends_ + 1;
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
    } else if (current == '"' && (fields[used - 1].empty() || fields[used - 1] == mark_of_utf8)) {
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

void read_csv(Input& input, const std::optional<ColumnMapping>& mapping, std::uint64_t most_spans,
              SpanSet& set) {
  const auto said = mapping ? mapping->delimiter : std::nullopt;
  CsvReader reader(input, said ? *said : delimiter_found_in(input));
  std::vector<std::string> record;
  if (!reader.next(record)) throw InvalidInput(fmt::format("{}: is empty", input.path()));
  if (record[0].starts_with(mark_of_utf8)) record[0].erase(0, mark_of_utf8.size());
  const auto chosen = mapping ? mapping : guess_mapping(record);
  if (!chosen) {
    if (const KnownFormat* known = known_format_with_columns(record)) {
      throw InvalidInput(fmt::format("{}: {}", input.path(), what_is_known_of(*known)));
    }
    throw InvalidInput(fmt::format(
        "{}: neither JSON nor a table whose columns are known; it begins with \"{}\". Name its "
        "columns with --columns",
        input.path(), excerpt_of(record[0])));
  }
  RowReader rows(*chosen, find_columns(*chosen, record, input.path()), input.path(), set);
  FirstLeftOut first_left_out;
  const auto add = [&] {
    RowFlaw flaw = rows.add(record);
    thin(set, most_spans);
    if (flaw.why.empty() || !first_left_out.file.empty()) return;
    first_left_out = {input.path(), reader.offset(),
                      fmt::format("line {}: {}", reader.line(), flaw.why), std::move(flaw.found)};
  };
  if (!chosen->header) add();
  const std::vector<std::string> first = record;
  while (reader.next(record)) {
    // Files that were joined bring their headers with them.
    if (!chosen->header || record != first) add();
  }
  rows.finish();
  if (!first_left_out.file.empty()) note_left_out(set, std::move(first_left_out));
}

}  // namespace rehearse
