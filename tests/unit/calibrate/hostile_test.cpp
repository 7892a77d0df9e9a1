#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <sys/resource.h>

#include "sim/error.hpp"
#include "sim/visible_text.hpp"
#include "tests/unit/calibrate/otlp_support.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

// Recordings that somebody made to do harm: each is read or refused soon, and in little memory.
// What is nested too deep, compressed too well or cut short is in tests/errors/trace_gallery_test.

namespace rehearse {
namespace {

using test::read_text;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// The most that this program ever held, so that what is less than a limit stays so.
std::uint64_t peak_bytes() {
  rusage usage{};
  REQUIRE(::getrusage(RUSAGE_SELF, &usage) == 0);
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

/// Twenty times of what an idle machine takes: sanitizers and neighbours are slow.
constexpr double soon = 20;

std::string jaeger_span(const std::string& id, const std::string& start,
                        const std::string& duration, const std::string& more = "") {
  return fmt::format(
      R"({{"traceID":"1","spanID":"{}","operationName":"n","startTime":{},"duration":{}{}}})", id,
      start, duration, more);
}

std::string jaeger_trace(const std::vector<std::string>& spans) {
  return fmt::format(R"({{"data":[{{"traceID":"1","spans":[{}]}}]}})", fmt::join(spans, ","));
}

std::string otlp_span(std::uint64_t id, const std::string& attribute) {
  return test::field_of(1, test::big_endian(1, 16)) + test::field_of(2, test::big_endian(id, 8)) +
         std::string("\x39\x05\0\0\0\0\0\0\0\x41\x09\0\0\0\0\0\0\0", 18) + attribute;
}

std::string otlp_message(const std::string& span) {
  return test::field_of(1, test::field_of(2, test::field_of(2, span)));
}

}  // namespace

TEST_CASE("numbers of a million digits and texts of 16 MB are read soon", "[calibrate]") {
  const std::string digits(1'000'000, '9');
  const std::string letters(16 << 20, 'x');
  SpanSet set;

  const double seconds = seconds_of([&] {
    set = read_text(jaeger_trace(
        {jaeger_span("1", digits, "1"), jaeger_span("2", "1", "1" + digits + "e-1000000"),
         jaeger_span("3", "1", "0." + digits), jaeger_span("4", "1", "\"" + digits + "\""),
         jaeger_span("5", "1", "9",
                     R"(,"tags":[{"key":")" + letters + R"(","value":")" + letters + R"("}])"),
         jaeger_span(letters, "1", "9")}));
  });

  CHECK(seconds < soon);
  CHECK(set.counts.spans == 6);
  CHECK(set.counts.with_bad_times == 3);
  CHECK(set.spans.size() == 3);
}

TEST_CASE("numbers at the edges of what a double holds are no times, and stop nothing",
          "[calibrate]") {
  for (const char* odd : {"1e308", "1e309", "-1e308", "1e400", "NaN", "Infinity", "-Infinity",
                          "18446744073709551616", "9223372036854775808", "-1", "-0.5e19"}) {
    INFO(odd);
    const SpanSet set = read_text(jaeger_trace(
        {jaeger_span("1", odd, "1"), jaeger_span("2", "1", odd), jaeger_span("3", "-0", "1")}));

    CHECK(set.spans.size() == 1);
    CHECK(set.spans[0].start == 0);
    CHECK(set.counts.with_bad_times == 2);
  }
}

TEST_CASE("values of protobuf that are nested however deep are passed by", "[calibrate]") {
  for (const int depth : {60, 5000}) {
    std::string value = test::field_of(1, "v");
    for (int i = 0; i < depth; ++i) value = test::field_of(5, test::field_of(1, value));
    const std::string attribute =
        test::field_of(9, test::field_of(1, "k") + test::field_of(2, value));

    const SpanSet set = read_text(otlp_message(otlp_span(1, attribute)));

    CHECK(set.spans.size() == 1);
    CHECK(set.counts.unreadable_values == 0);
  }
}

TEST_CASE("ten million empty messages within one another's place cost little", "[calibrate]") {
  const std::string good = otlp_message(otlp_span(1, ""));
  std::string empty;
  for (int i = 0; i < 10'000'000; ++i) empty += std::string("\x0A\0", 2);
  SpanSet set;

  const double between = seconds_of([&] { set = read_text(good + empty + good); });

  CHECK(set.spans.size() == 2);
  CHECK(between < soon);

  std::string attributes;
  for (int i = 0; i < 10'000'000; ++i) attributes += std::string("\x4A\0", 2);
  const double within =
      seconds_of([&] { set = read_text(good + otlp_message(otlp_span(2, attributes))); });

  CHECK(set.spans.size() == 2);
  CHECK(within < soon);
}

TEST_CASE("lengths of 2^31-1 and 2^63 before nothing take no memory", "[calibrate]") {
  const std::string good = otlp_message(otlp_span(1, ""));
  const std::uint64_t before = peak_bytes();

  for (const std::string& length : {std::string("\xFF\xFF\xFF\xFF\x07"),
                                    std::string("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01"),
                                    std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F")}) {
    for (const std::string& fields : {std::string("\x0A"), std::string("\x12")}) {
      CHECK(read_text(good + fields + length + good).spans.size() >= 1);
    }
  }

  CHECK(peak_bytes() - before < std::uint64_t{64} << 20);
}

TEST_CASE("spans at the edges of time are kept or counted, and what is learned of them stands",
          "[calibrate]") {
  const auto span = [](const char* id, const char* start, const char* end) {
    return fmt::format(
        R"({{"traceId":"1{0}","spanId":"{0}","name":"n","kind":2,"startTimeUnixNano":"{1}",)"
        R"("endTimeUnixNano":"{2}"}})",
        id, start, end);
  };
  SpanSet set = read_text(R"({"resourceSpans":[{"scopeSpans":[{"spans":[)" + span("1", "0", "0") +
                          "," + span("2", "9223372036854775807", "9223372036854775807") + "," +
                          span("3", "9223372036854775808", "9223372036854775809") + "," +
                          span("4", "9", "5") + "," + span("5", "0", "9223372036854775807") + "," +
                          span("6", "5", "5") + "," + span("6", "5", "5") + "]}]}]}");

  CHECK(set.spans.size() == 4);
  CHECK(set.counts.with_bad_times == 3);
  CHECK(calibrate(std::move(set), {}).model.services.size() == 1);
}

TEST_CASE("a recording of nothing but orphans, circles and twins is learned from", "[calibrate]") {
  test::SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 50; ++trace) {
    const auto start = static_cast<std::int64_t>(trace) * 1'000'000'000;
    for (std::uint64_t id = 1; id <= 20; ++id) {
      const std::uint64_t parent = trace % 3 == 0 ? 99 : trace % 3 == 1 ? id % 20 + 1 : id;
      builder.add(trace, id, parent, id % 2 == 0 ? "a" : "b", "x", start, start + 1000);
      builder.add(trace, id, parent, id % 2 == 0 ? "a" : "b", "x", start, start + 1000);
    }
  }

  const Calibration learned = calibrate(std::move(builder.set), {});

  CHECK(learned.account.forest.cycles > 0);
  CHECK(learned.account.forest.orphans > 0);
  CHECK_FALSE(learned.model.services.empty());
}

TEST_CASE("a recording of a few nanoseconds once taught a rate that no model may have",
          "[calibrate]") {
  test::SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 3; ++trace) {
    const auto start = static_cast<std::int64_t>(trace);
    builder.add(trace, 1, 0, "a", "x", start, start + 5).adjusted_count = 1000;
  }

  const Calibration learned = calibrate(std::move(builder.set), {});

  CHECK(learned.account.arrivals.per_second == 0);
  CHECK_THAT(text(learned.account), Catch::Contains("the recording does not tell"));
}

TEST_CASE("batches larger than a model may have were once learned", "[calibrate]") {
  const auto learned_of = [](std::uint64_t batch) {
    test::SpanBuilder builder;
    for (std::uint64_t trace = 1; trace <= 3 * batch; ++trace) {
      const auto start = static_cast<std::int64_t>(trace / batch) * 5'000'000'000;
      builder.add(trace, 1, 0, "a", "x", start, start + 5);
    }
    return calibrate(std::move(builder.set), {});
  };

  CHECK(learned_of(9'000).account.arrivals.batch_sizes.size() == 9'001);
  const Calibration learned = learned_of(11'000);
  CHECK(learned.account.arrivals.batch_sizes.empty());
  CHECK_THAT(text(learned.account), Catch::Contains("in the recording they do not: warning"));
}

TEST_CASE("no name of a recording does anything to a terminal, a path or a table", "[calibrate]") {
  const std::vector<std::string> names{"../../x",
                                       "/abs",
                                       "%s%n",
                                       "=cmd|' /C calc'!A0",
                                       "\x1b[2J",
                                       "\x9b"
                                       "2J",
                                       "\xff\xfe",
                                       "\xe2\x80\xae",
                                       "a\xC3\x28",
                                       std::string("a\0b", 3),
                                       std::string(1 << 20, 'n')};
  std::string table = "trace,span,service,operation,instance,start_ns,end_ns\n";
  for (std::size_t i = 0; i < names.size(); ++i) {
    table += fmt::format("1,{0},\"{1}\",\"{1}\",\"{1}\",1,2\n", i + 1,
                         names[i].size() > 1000 ? names[i].substr(0, 300'000) : names[i]);
  }

  const Calibration learned = calibrate(read_text(table), {});

  const std::string shown = text(learned.account);
  CHECK(visible_text(shown) == shown);
  CHECK(learned.model.services.size() == names.size());
  for (const auto& [service, spec] : learned.model.services) {
    CHECK(visible_line(service) == service);
    CHECK(service.find('/') == std::string::npos);
    CHECK(service.size() < 250);
    for (const auto& [operation, endpoint] : spec.endpoints) {
      CHECK(visible_line(operation) == operation);
    }
  }
}

}  // namespace rehearse
