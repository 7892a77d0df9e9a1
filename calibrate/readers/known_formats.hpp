#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "calibrate/readers/json.hpp"

namespace rehearse {

/// What people have in their hands and no reader takes: how it is told, how it is called, and what
/// to do instead.
struct KnownFormat {
  std::string_view name;
  std::string_view way;  // a clause, for people
  /// Bytes by which it is told, and where in the file they stand.
  struct Bytes {
    std::string_view bytes;
    std::size_t at = 0;
  };
  std::vector<Bytes> beginnings;
  /// Each a set of members, which an object has all of, or of columns; "a.b" is a member of that
  /// name, or b within a.
  std::vector<std::vector<std::string_view>> members;
  /// A piece of what stands for JSON and is none; empty: it is not told by that.
  std::string_view within = {};
};

const std::vector<KnownFormat>& known_formats();

/// By how a file begins, or does after blanks; null where nothing is known. What stands in texts is
/// long enough to begin no table.
const KnownFormat* known_format_beginning(std::string_view beginning);
/// By the members of an object, by those of the first object of a list, or by the columns of an
/// answer that tells them apart from its rows. Cost: some dozen members are looked up.
const KnownFormat* known_format_of(const JsonValue& value);
const KnownFormat* known_format_with_columns(const std::vector<std::string>& columns);
const KnownFormat* known_format_written(std::string_view text_that_is_no_json);

/// "looks like ..., which is not read: ...".
std::string what_is_known_of(const KnownFormat& format);

}  // namespace rehearse
