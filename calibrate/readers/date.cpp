#include "calibrate/readers/date.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

namespace rehearse {
namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

bool is_digit(char letter) {
  return letter >= '0' && letter <= '9';
}

/// What is left to be read of a date. Each `take` says whether it found what it was asked for.
class DateText {
 public:
  explicit DateText(std::string_view text) : left_(text) {}

  bool is_empty() const { return left_.empty(); }

  /// Whatever its case.
  bool take(std::string_view word) {
    if (left_.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i) {
      const char letter = left_[i];
      const bool small = letter >= 'a' && letter <= 'z';
      if ((small ? static_cast<char>(letter - 'a' + 'A') : letter) != word[i]) return false;
    }
    left_.remove_prefix(word.size());
    return true;
  }

  /// The narrow blank is what browsers put before AM and PM since 2023.
  bool take_blanks() {
    const std::size_t before = left_.size();
    while (take(" ") || take("\xE2\x80\xAF") || take("\xC2\xA0")) {
    }
    return left_.size() < before;
  }

  bool take_number(std::size_t least_digits, std::size_t most_digits, int& number) {
    std::size_t digits = 0;
    number = 0;
    while (digits < left_.size() && digits < most_digits && is_digit(left_[digits])) {
      number = number * 10 + (left_[digits++] - '0');
    }
    if (digits < least_digits) return false;
    left_.remove_prefix(digits);
    return true;
  }

  /// Nanoseconds of the digits behind the point; further ones are cut off.
  bool take_fraction(std::int64_t& nanoseconds) {
    std::int64_t unit = nanoseconds_per_second;
    std::size_t digits = 0;
    nanoseconds = 0;
    while (digits < left_.size() && is_digit(left_[digits])) {
      unit /= 10;
      nanoseconds += unit * (left_[digits++] - '0');
    }
    left_.remove_prefix(digits);
    return digits > 0;
  }

 private:
  std::string_view left_;
};

struct Date {
  int year = 0, month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  std::int64_t nanosecond = 0;
  std::int64_t seconds_before_utc = 0;  // that the clock of its zone is behind
  std::optional<std::size_t> weekday;   // that it says, from Sunday
  bool month_may_be_day = false;        // which of the two comes first is not said
};

constexpr std::array<std::string_view, 12> months{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                  "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> weekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

template <std::size_t N>
std::optional<std::size_t> take_one_of(DateText& text,
                                       const std::array<std::string_view, N>& words) {
  for (std::size_t i = 0; i < N; ++i) {
    if (text.take(words[i])) return i;
  }
  return std::nullopt;
}

bool take_month_name(DateText& text, Date& date) {
  const auto month = take_one_of(text, months);
  if (month) date.month = static_cast<int>(*month) + 1;
  return month.has_value();
}

bool take_year(DateText& text, Date& date) {
  return text.take_number(4, 4, date.year);
}

/// Behind the year: 2024-01-02, 2024/1/2.
bool take_day_of_year(DateText& text, Date& date) {
  const bool slashes = text.take("/");
  if (!slashes && !text.take("-")) return false;
  const std::size_t least = slashes ? 1 : 2;
  return text.take_number(least, 2, date.month) && text.take(slashes ? "/" : "-") &&
         text.take_number(least, 2, date.day) && (text.take("T") || text.take_blanks());
}

/// Behind the first number: of 1/2/2024, 02/Jan/2024: (as web servers write it) and 2 Jan 2024.
bool take_rest_of_day(DateText& text, Date& date, int first) {
  if (text.take_blanks()) {
    date.day = first;
    return take_month_name(text, date) && text.take_blanks() && take_year(text, date) &&
           text.take_blanks();
  }
  if (!text.take("/")) return false;
  if (take_month_name(text, date)) {
    date.day = first;
    return text.take("/") && take_year(text, date) && text.take(":");
  }
  date.month = first;
  date.month_may_be_day = true;
  if (!text.take_number(1, 2, date.day) || !text.take("/") || !take_year(text, date)) return false;
  text.take(",");
  return text.take_blanks();
}

bool take_numbered_day(DateText& text, Date& date) {
  if (take_year(text, date)) return take_day_of_year(text, date);
  int first = 0;
  return text.take_number(1, 2, first) && take_rest_of_day(text, date, first);
}

bool take_time_of_day(DateText& text, Date& date) {
  if (!text.take_number(1, 2, date.hour) || !text.take(":") ||
      !text.take_number(2, 2, date.minute)) {
    return false;
  }
  if (!text.take(":")) return true;
  if (!text.take_number(2, 2, date.second)) return false;
  const bool fraction = text.take(".") || text.take(",");
  return !fraction || text.take_fraction(date.nanosecond);
}

/// Makes of twelve hours twenty-four: 12 AM is midnight, 12 PM noon.
bool take_half_of_day(DateText& text, Date& date) {
  const bool morning = text.take("AM");
  if (!morning && !text.take("PM")) return true;
  if (date.hour < 1 || date.hour > 12) return false;
  date.hour = date.hour % 12 + (morning ? 0 : 12);
  return true;
}

bool take_zone(DateText& text, Date& date) {
  if (text.is_empty() || text.take("UTC") || text.take("GMT") || text.take("Z")) return true;
  const bool east = text.take("+");
  if (!east && !text.take("-")) return false;
  int hours = 0;
  int minutes = 0;
  if (!text.take_number(2, 2, hours)) return false;
  const bool colon = text.take(":");
  if ((colon || !text.is_empty()) && !text.take_number(2, 2, minutes)) return false;
  if (hours > 23 || minutes > 59) return false;
  date.seconds_before_utc = (east ? -60 : 60) * (hours * 60 + minutes);
  return true;
}

/// "Jan 2, 2024 03:04:05", "Jan 2, 2024 @ 03:04:05"; false, and nothing taken, where no year stands
/// there.
bool take_year_behind_name(DateText& text, Date& date) {
  const bool comma = text.take(",");
  if (comma) text.take_blanks();
  if (!take_year(text, date)) return false;
  text.take(",");
  text.take_blanks();
  if (text.take("@")) text.take_blanks();
  return true;
}

bool take_time_and_zone(DateText& text, Date& date) {
  if (!take_time_of_day(text, date)) return false;
  text.take_blanks();
  if (!take_half_of_day(text, date)) return false;
  text.take_blanks();
  return take_zone(text, date);
}

/// As ctime and date write it: the year stands last, behind a zone or none.
bool take_time_before_year(DateText& text, Date& date) {
  if (!take_time_of_day(text, date) || !text.take_blanks()) return false;
  if (take_year(text, date)) return true;
  return take_zone(text, date) && text.take_blanks() && take_year(text, date);
}

bool take_date(DateText& text, Date& date) {
  date.weekday = take_one_of(text, weekdays);
  if (date.weekday) {
    text.take(",");
    if (!text.take_blanks()) return false;
  }
  if (!take_month_name(text, date)) {
    return take_numbered_day(text, date) && take_time_and_zone(text, date);
  }
  if (!text.take_blanks() || !text.take_number(1, 2, date.day)) return false;
  const bool blanks = text.take_blanks();
  if (take_year_behind_name(text, date)) return take_time_and_zone(text, date);
  return blanks && take_time_before_year(text, date);
}

std::optional<std::int64_t> nanoseconds_of(const Date& date) {
  const std::chrono::year_month_day day(std::chrono::year(date.year),
                                        std::chrono::month(static_cast<unsigned>(date.month)),
                                        std::chrono::day(static_cast<unsigned>(date.day)));
  if (date.weekday && day.ok() &&
      std::chrono::weekday(std::chrono::sys_days(day)).c_encoding() != *date.weekday) {
    return {};
  }
  const bool leap = date.second == 60 && date.minute == 59;
  if (!day.ok() || date.hour > 23 || date.minute > 59 || (date.second > 59 && !leap)) return {};
  const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  const std::int64_t seconds =
      ((days * 24 + date.hour) * 60 + date.minute) * 60 + date.second + date.seconds_before_utc;
  std::int64_t nanoseconds = 0;
  if (__builtin_mul_overflow(seconds, nanoseconds_per_second, &nanoseconds) ||
      __builtin_add_overflow(nanoseconds, date.nanosecond, &nanoseconds)) {
    return {};
  }
  return nanoseconds;
}

}  // namespace

DateMeanings meanings_of_date(std::string_view text) {
  Date date;
  DateText left(text);
  left.take_blanks();
  const bool brackets = left.take("[");
  if (!take_date(left, date)) return {};
  if (brackets && !left.take("]")) return {};
  left.take_blanks();
  if (!left.is_empty()) return {};
  const auto month_first = nanoseconds_of(date);
  if (!date.month_may_be_day) return {month_first, month_first};
  std::swap(date.month, date.day);
  return {month_first, nanoseconds_of(date)};
}

std::optional<std::int64_t> nanoseconds_of_date(std::string_view text) {
  const DateMeanings meanings = meanings_of_date(text);
  if (meanings.are_two()) return std::nullopt;
  return meanings.month_first ? meanings.month_first : meanings.day_first;
}

}  // namespace rehearse
