#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rehearse {

/// For messages: how dates may look.
constexpr std::string_view understood_dates =
    "2024-01-02T03:04:05.678Z, 2024-01-02 03:04:05.678 UTC and 1/2/2024, 3:04:05.678 AM (month "
    "first)";

/// Nanoseconds since 1970 of a date with a time of day; nothing when the text is none, when there
/// is no such day or time, or when it is so far off (before 1678, after 2261) that it does not fit.
///
/// Understood are RFC 3339, also with a blank for the T, as ClickHouse, BigQuery and Azure write
/// it, and the American writing of Azure's portals. Without a zone UTC is meant: neither the zone
/// nor the language of the machine changes what is read. Of a fraction nine digits are kept. A leap
/// second is the first second of the next minute.
std::optional<std::int64_t> nanoseconds_of_date(std::string_view text);

}  // namespace rehearse
