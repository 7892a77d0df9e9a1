#include "calibrate/readers/date.hpp"

#include <chrono>

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
};

bool take_international_day(DateText& text, Date& date) {
  return text.take_number(4, 4, date.year) && text.take("-") &&
         text.take_number(2, 2, date.month) && text.take("-") && text.take_number(2, 2, date.day) &&
         (text.take("T") || text.take_blanks());
}

bool take_american_day(DateText& text, Date& date) {
  if (!text.take_number(1, 2, date.month) || !text.take("/") || !text.take_number(1, 2, date.day) ||
      !text.take("/") || !text.take_number(4, 4, date.year)) {
    return false;
  }
  text.take(",");
  return text.take_blanks();
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

std::optional<std::int64_t> nanoseconds_of(const Date& date) {
  const std::chrono::year_month_day day(std::chrono::year(date.year),
                                        std::chrono::month(static_cast<unsigned>(date.month)),
                                        std::chrono::day(static_cast<unsigned>(date.day)));
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

std::optional<std::int64_t> nanoseconds_of_date(std::string_view text) {
  Date date;
  DateText left(text);
  left.take_blanks();
  const bool american = text.find('/') != std::string_view::npos;
  if (!(american ? take_american_day(left, date) : take_international_day(left, date))) return {};
  if (!take_time_of_day(left, date)) return {};
  left.take_blanks();
  if (!take_half_of_day(left, date)) return {};
  left.take_blanks();
  if (!take_zone(left, date)) return {};
  left.take_blanks();
  if (!left.is_empty()) return {};
  return nanoseconds_of(date);
}

}  // namespace rehearse
