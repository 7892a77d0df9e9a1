#include "calibrate/readers/date.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace rehearse {
namespace {

// 2024-01-02T03:04:05Z: 54 years of which 13 had a 29th of February, one day, and the time of day.
constexpr std::int64_t second = 1'000'000'000;
constexpr std::int64_t day = 86'400 * second;
constexpr std::int64_t days = 54 * 365 + 13 + 1;
constexpr std::int64_t moment = (((days * 24 + 3) * 60 + 4) * 60 + 5) * second;

TEST_CASE("a date is read as each of the systems writes it that export spans", "[calibrate]") {
  CHECK(nanoseconds_of_date("2024-01-02T03:04:05Z") == moment);
  CHECK(nanoseconds_of_date("2024-01-02t03:04:05z") == moment);
  CHECK(nanoseconds_of_date("2024-01-02 03:04:05") == moment);
  CHECK(nanoseconds_of_date("2024-01-02 03:04:05.123456789") == moment + 123'456'789);
  CHECK(nanoseconds_of_date("2024-01-02T03:04:05.1234567Z") == moment + 123'456'700);
  CHECK(nanoseconds_of_date("2024-01-02 03:04:05.123456 UTC") == moment + 123'456'000);
  CHECK(nanoseconds_of_date("2024/01/02 03:04:05.5") == moment + second / 2);
  CHECK(nanoseconds_of_date("2024/1/2 03:04:05") == moment);
  CHECK(nanoseconds_of_date("1/13/2024, 3:04:05.123 AM") == moment + 11 * day + 123'000'000);
  CHECK(nanoseconds_of_date("1/13/2024, 3:04:05.123\xE2\x80\xAF"
                            "AM") == moment + 11 * day + 123'000'000);
  CHECK(nanoseconds_of_date("13/01/2024 03:04:05") == moment + 11 * day);
  CHECK(nanoseconds_of_date("02/Jan/2024:03:04:05 +0000") == moment);
  CHECK(nanoseconds_of_date("[02/Jan/2024:04:04:05 +0100]") == moment);
  CHECK(nanoseconds_of_date("Tue Jan  2 03:04:05 2024") == moment);
  CHECK(nanoseconds_of_date("Tue Jan 02 03:04:05.25 2024") == moment + second / 4);
  CHECK(nanoseconds_of_date("Tue Jan  2 03:04:05 UTC 2024") == moment);
  CHECK(nanoseconds_of_date("Tue Jan 02 05:04:05 +0200 2024") == moment);
  CHECK(nanoseconds_of_date("Tue, 02 Jan 2024 03:04:05 GMT") == moment);
  CHECK(nanoseconds_of_date("2 Jan 2024 03:04:05") == moment);
  CHECK(nanoseconds_of_date("Jan 2, 2024 @ 03:04:05.678") == moment + 678'000'000);
  CHECK(nanoseconds_of_date("Jan 2, 2024 03:04:05.678") == moment + 678'000'000);
  CHECK(nanoseconds_of_date("Jan 2, 2024, 3:04:05 AM") == moment);
  CHECK(nanoseconds_of_date(" 2024-01-02T03:04:05,5 ") == moment + second / 2);
  CHECK(nanoseconds_of_date("2024-01-02T03:04Z") == moment - 5 * second);
}

TEST_CASE(
    "of two numbers before the year either may be the month, and then the date has two "
    "meanings",
    "[calibrate]") {
  const DateMeanings open = meanings_of_date("1/2/2024, 3:04:05 AM");
  const DateMeanings month_first = meanings_of_date("1/13/2024 03:04:05");
  const DateMeanings day_first = meanings_of_date("13/1/2024 03:04:05");
  const DateMeanings equal = meanings_of_date("1/1/2024 03:04:05");

  CHECK(open.month_first == moment);
  CHECK(open.day_first == moment + 30 * day);
  CHECK(open.are_two());
  CHECK(open.proven() == DateOrder::unsaid);
  CHECK(!nanoseconds_of_date("1/2/2024, 3:04:05 AM"));
  CHECK(month_first.proven() == DateOrder::month_first);
  CHECK(day_first.proven() == DateOrder::day_first);
  CHECK(month_first.month_first == day_first.day_first);
  CHECK(!month_first.are_two());
  CHECK(!equal.are_two());
  CHECK(equal.proven() == DateOrder::unsaid);
  CHECK(meanings_of_date("2024-01-02T03:04:05Z").proven() == DateOrder::unsaid);
}

TEST_CASE("a date with a wrong day of the week is none", "[calibrate]") {
  CHECK(!nanoseconds_of_date("Mon Jan  2 03:04:05 2024"));
  CHECK(!nanoseconds_of_date("Wed, 02 Jan 2024 03:04:05 GMT"));
}

TEST_CASE("a zone moves a date, and none means UTC", "[calibrate]") {
  CHECK(nanoseconds_of_date("2024-01-02T05:34:05+02:30") == moment);
  CHECK(nanoseconds_of_date("2024-01-01T22:04:05-05:00") == moment);
  CHECK(nanoseconds_of_date("2024-01-01 22:04:05 -0500") == moment);
  CHECK(nanoseconds_of_date("2024-01-02 04:04:05+01") == moment);
}

TEST_CASE("noon and midnight are twelve o'clock in American dates", "[calibrate]") {
  const std::int64_t midnight = (days + 11) * 86400 * second;

  CHECK(nanoseconds_of_date("1/13/2024, 12:00:00 AM") == midnight);
  CHECK(nanoseconds_of_date("1/13/2024, 12:00:00 PM") == midnight + 12 * 3600 * second);
  CHECK(nanoseconds_of_date("1/13/2024, 11:00:00 pm") == midnight + 23 * 3600 * second);
  CHECK(!nanoseconds_of_date("1/13/2024, 0:00:00 AM"));
  CHECK(!nanoseconds_of_date("1/13/2024, 13:00:00 PM"));
}

TEST_CASE("digits beyond the nanosecond are cut off", "[calibrate]") {
  const std::string many = "2024-01-02T03:04:05." + std::string(100000, '9') + "Z";

  CHECK(nanoseconds_of_date("2024-01-02T03:04:05.1234567899Z") == moment + 123'456'789);
  CHECK(nanoseconds_of_date(many) == moment + 999'999'999);
}

TEST_CASE("a day or a time that is not in the calendar is no date", "[calibrate]") {
  CHECK(nanoseconds_of_date("2024-02-29T00:00:00Z"));
  CHECK(nanoseconds_of_date("2016-12-31T23:59:60Z") == nanoseconds_of_date("2017-01-01T00:00:00Z"));
  for (const char* text :
       {"2023-02-29T00:00:00Z", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z",
        "2024-01-32T00:00:00Z", "2024-01-00T00:00:00Z", "2024-01-02T24:00:00Z",
        "2024-01-02T03:60:00Z", "2024-01-02T03:04:61Z", "2024-01-02T03:04:60Z",
        "13/13/2024, 3:04:05 AM", "30/2/2024, 3:04:05 AM", "31/4/2024, 3:04:05 AM",
        "2024-01-02T03:04:05+24:00", "2024-01-02T03:04:05+01:60"}) {
    CAPTURE(text);
    CHECK(!nanoseconds_of_date(text));
  }
}

TEST_CASE("a date that does not fit the nanoseconds is none", "[calibrate]") {
  CHECK(nanoseconds_of_date("1970-01-01T00:00:00Z") == 0);
  CHECK(nanoseconds_of_date("1969-12-31T23:59:59.5Z") == -second / 2);
  CHECK(nanoseconds_of_date("2261-12-31T23:59:59Z"));
  CHECK(!nanoseconds_of_date("2263-01-01T00:00:00Z"));
  CHECK(!nanoseconds_of_date("9999-12-31T23:59:59Z"));
  CHECK(!nanoseconds_of_date("0001-01-01T00:00:00Z"));
}

TEST_CASE("what is cut short or goes on is no date", "[calibrate]") {
  const std::string whole = "2024-01-02T03:04:05.5+01:00";
  for (const std::size_t length :
       {0U, 1U, 4U, 5U, 7U, 10U, 11U, 13U, 14U, 15U, 17U, 20U, 22U, 23U, 25U, 26U}) {
    CAPTURE(length);
    CHECK(!nanoseconds_of_date(whole.substr(0, length)));
  }
  for (const char* text : {"1700000000",
                           "-",
                           "nan",
                           "2024-01-02",
                           "2024-01-02T03:04:05Z1",
                           "2024-01-02T03:04:05 CET",
                           "2024-01-02T03:04:05.Z",
                           "2024-1-2T03:04:05Z",
                           "+2024-01-02T03:04:05Z",
                           "1/2/24, 3:04:05 AM",
                           "Jan 2 03:04:05",
                           "Tue Jan 2 03:04:05",
                           "Tue Jan 2 03:04:05 CET 2024",
                           "02/Jan/2024 03:04:05",
                           "[02/Jan/2024:03:04:05 +0000",
                           "Jan 2, 2024 @",
                           "Jan , 2024 03:04:05",
                           "2024/01-02 03:04:05",
                           "Jab 2, 2024 03:04:05",
                           "2 Jan 03:04:05 2024",
                           "2024-01-02T03:04:05ZZ",
                           "////"}) {
    CAPTURE(text);
    CHECK(!nanoseconds_of_date(text));
  }
}

}  // namespace
}  // namespace rehearse
