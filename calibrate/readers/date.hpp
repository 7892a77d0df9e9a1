#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace rehearse {

/// For messages: how dates may look.
constexpr std::string_view understood_dates =
    "2024-01-02T03:04:05.678Z, 2024/01/02 03:04:05 UTC, 02/Jan/2024:03:04:05 +0000, Jan 2, 2024 @ "
    "03:04:05.678 and 1/13/2024, 3:04:05.678 AM";

/// Which of two numbers is the month, where neither the writing nor its numbers tell.
enum class DateOrder : std::uint8_t { unsaid, month_first, day_first };

/// What a date means, in nanoseconds since 1970, by the order of its numbers: equal where its
/// writing tells the order, one only where there is no such day by the other (13/1/2024).
struct DateMeanings {
  std::optional<std::int64_t> month_first;
  std::optional<std::int64_t> day_first;

  bool are_two() const { return month_first && day_first && *month_first != *day_first; }
  /// Which order it proves.
  DateOrder proven() const {
    if (month_first.has_value() == day_first.has_value()) return DateOrder::unsaid;
    return month_first ? DateOrder::month_first : DateOrder::day_first;
  }
};

/// The meanings of a date with a time of day; none when the text is none, when there is no such day
/// or time, when it names another day of the week than it was, or when it is so far off (before
/// 1678, after 2261) that it does not fit.
///
/// Understood are RFC 3339, also with a blank for the T, as ClickHouse, BigQuery and Azure write
/// it, and with slashes; two numbers and the year, as browsers write it for their languages; the
/// dates of web servers' logs, of ctime, of mails, and of Kibana. Names of months and days are
/// English and of three letters. Without a zone UTC is meant: neither the zone nor the language of
/// the machine changes what is read. Of a fraction nine digits are kept. A leap second is the first
/// second of the next minute.
DateMeanings meanings_of_date(std::string_view text);

/// Of a date that has one meaning; nothing when it has none or two.
std::optional<std::int64_t> nanoseconds_of_date(std::string_view text);

}  // namespace rehearse
