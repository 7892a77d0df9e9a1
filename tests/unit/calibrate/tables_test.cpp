#include <catch2/catch.hpp>

#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "calibrate/readers/column_mapping_file.hpp"
#include "calibrate/readers/csv.hpp"
#include "calibrate/readers/shipped_mappings.hpp"
#include "calibrate/readers/table_rows.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

// 2024-01-02T03:04:05Z
constexpr std::int64_t moment = 1'704'164'645'000'000'000;

ReadOptions with_mapping(const std::string& toml) {
  const test::TemporaryFile file(toml, "mapping");
  ReadOptions options;
  options.columns = load_column_mapping(file.path());
  return options;
}

ReadOptions with_shipped(const std::string& name) {
  ReadOptions options;
  options.columns = shipped_mapping_called(name);
  REQUIRE(options.columns);
  return options;
}

std::string mapping_with(const std::string& times) {
  return "trace = \"t\"\nspan = \"s\"\nparent = \"p\"\nservice = \"who\"\noperation = \"what\"\n" +
         times;
}

TEST_CASE("starts and ends that are dates are read as dates, whatever the unit of their keys",
          "[calibrate]") {
  for (const std::string unit : {"ns", "us", "ms", "s"}) {
    const SpanSet set = test::read_text(
        "t,s,p,who,what,from,to\n"
        "a1,1,,shop,GET,2024-01-02 03:04:05.000000001,2024-01-02T05:04:05.25+02:00\n"
        "a1,2,1,cart,GET,\"Jan 2, 2024 @ 03:04:05.010\",2024-01-02 03:04:05.02 UTC\n",
        with_mapping(mapping_with("start_" + unit + " = \"from\"\nend_" + unit + " = \"to\"\n")));

    REQUIRE(set.spans.size() == 2);
    CHECK(set.spans[0].start == moment + 1);
    CHECK(set.spans[0].end == moment + 250'000'000);
    CHECK(set.spans[1].start == moment + 10'000'000);
    CHECK(set.spans[1].end == moment + 20'000'000);
    CHECK(set.counts.first_left_out.file.empty());
  }
}

/// One span a row, each a second long, by `start_s` and `end_s`.
std::string rows_from(const std::vector<std::pair<std::string, std::string>>& times) {
  std::string table = "t,s,p,who,what,from,to\n";
  for (std::size_t i = 0; i < times.size(); ++i) {
    table += "a1," + std::to_string(i + 1) + ",,shop,GET " + std::to_string(i) + ",\"" +
             times[i].first + "\",\"" + times[i].second + "\"\n";
  }
  return table;
}

TEST_CASE("one date with a number above twelve tells for a whole table whether months come first",
          "[calibrate]") {
  constexpr std::int64_t day = 86'400'000'000'000;
  const bool month_first = GENERATE(true, false);
  const std::string proof = month_first ? "1/13/2024" : "13/1/2024";

  const SpanSet set =
      test::read_text(rows_from({{"1/2/2024, 3:04:05 AM", "1/2/2024, 3:04:06 AM"},
                                 {"2024-01-02 03:04:05", "2024-01-02 03:04:06"},
                                 {proof + ", 3:04:05 AM", proof + ", 3:04:06 AM"},
                                 {"1/2/2024 03:04:05", "1/2/2024 03:04:06"}}),
                      with_mapping(mapping_with("start_s = \"from\"\nend_s = \"to\"\n")));

  REQUIRE(set.spans.size() == 4);
  const std::int64_t open = month_first ? moment : moment + 30 * day;
  for (const Span& span : set.spans) {
    const std::int64_t expected = span.id == 2 ? moment : span.id == 3 ? moment + 11 * day : open;
    CAPTURE(span.id);
    CHECK(span.start == expected);
    CHECK(span.duration() == 1'000'000'000);
    CHECK(set.names.text(span.service) == "shop");
    CHECK(set.names.text(span.operation) == "GET " + std::to_string(span.id - 1));
  }
  CHECK(set.counts.spans == 4);
  CHECK(set.counts.first_left_out.file.empty());
}

TEST_CASE("dates that prove both orders are refused; in the other than is said, left out and told",
          "[calibrate]") {
  const std::string table = rows_from(
      {{"13/1/2024 03:04:05", "13/1/2024 03:04:06"}, {"1/14/2024 03:04:05", "1/14/2024 03:04:06"}});
  const std::string times = "start_s = \"from\"\nend_s = \"to\"\n";
  CHECK_THROWS_WITH(test::read_text(table, with_mapping(mapping_with(times))),
                    Catch::Contains("can only have the month first, and some only the day"));

  const SpanSet set =
      test::read_text(table, with_mapping(mapping_with(times + "date_order = \"day_first\"\n")));

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.with_bad_times == 1);
  CHECK(set.counts.first_left_out.why ==
        "line 3: a date that has the month first, where days come first");
  CHECK(set.counts.first_left_out.found == "column from: \"1/14/2024 03:04:05\"");
}

TEST_CASE("dates that nothing tells the order of are refused until the mapping says it",
          "[calibrate]") {
  const std::string times = "start_s = \"from\"\nduration_ms = \"to\"\n";
  const std::string table = rows_from({{"1/2/2024, 3:04:05 AM", "5"}, {"2/2/2024 03:04:05", "5"}});
  const std::string row =
      R"({"t": "a1", "s": "1", "who": "shop", "what": "GET",
          "from": "1/2/2024 03:04:05", "to": 5})";

  for (const std::string& file : {table, row}) {
    CHECK_THROWS_WITH(test::read_text(file, with_mapping(mapping_with(times))),
                      Catch::Contains("column from: \"1/2/2024") &&
                          Catch::Contains("date_order = \"month_first\" or \"day_first\""));
    for (const std::string order : {"month_first", "day_first"}) {
      const SpanSet set = test::read_text(
          file, with_mapping(mapping_with(times + "date_order = \"" + order + "\"\n")));

      REQUIRE(!set.spans.empty());
      CHECK(set.spans[0].start == moment + (order == "day_first" ? 30 * 86'400'000'000'000 : 0));
      CHECK(set.spans[0].duration() == 5'000'000);
    }
  }
}

TEST_CASE("seconds since 1970 are exact to the nanosecond", "[calibrate]") {
  const SpanSet set = test::read_text(
      "t,s,p,who,what,from,to\n"
      "a1,1,,shop,GET,1704164645.123456789,1704164646\n"
      "a1,2,1,cart,GET,1704164645.5,1.7041646455e9\n",
      with_mapping(mapping_with("start_s = \"from\"\nend_s = \"to\"\n")));

  REQUIRE(set.spans.size() == 2);
  CHECK(set.spans[0].start == moment + 123'456'789);
  CHECK(set.spans[0].end == moment + 1'000'000'000);
  CHECK(set.spans[1].start == moment + 500'000'000);
  CHECK(set.spans[1].end == moment + 500'000'000);
}

TEST_CASE("digits of numbers are kept, and the one behind the nanosecond rounds", "[calibrate]") {
  CHECK(nanoseconds_of_number("1704164645123456789", 1) == 1'704'164'645'123'456'789);
  CHECK(nanoseconds_of_number("1704164645123456.789", 1e3) == 1'704'164'645'123'456'789);
  CHECK(nanoseconds_of_number("0.0000000014", 1e9) == 1);
  CHECK(nanoseconds_of_number("0.0000000015", 1e9) == 2);
  CHECK(nanoseconds_of_number("1.5", 1) == 2);
  CHECK(nanoseconds_of_number("2.5e-3", 1e6) == 2'500);
  CHECK(nanoseconds_of_number("9223372036854775807", 1) == 9'223'372'036'854'775'807);
  CHECK(nanoseconds_of_number("9223372036854775808", 1) == -1);
  CHECK(nanoseconds_of_number("9223372036.9", 1e9) == -1);
  CHECK(nanoseconds_of_number("-5", 1) == -1);
  CHECK(nanoseconds_of_number("1e400", 1) == -1);
  CHECK(nanoseconds_of_number(std::string(100'000, '9'), 1) == -1);
  for (const char* text : {"", ".", "12 ", "1.2.3", "0x12", "2024-01-02 03:04:05", "yesterday"}) {
    CAPTURE(text);
    CHECK(!nanoseconds_of_number(text, 1e3));
  }
}

TEST_CASE("a date that is not understood costs its span, and is told with line, column and value",
          "[calibrate]") {
  const SpanSet set = test::read_text(
      "t,s,p,who,what,from,to\n"
      "a1,1,,shop,\"GET\nin two lines\",1,2\n"
      "a1,2,1,cart,GET,2023-02-29T00:00:00Z,2023-02-29T00:00:01Z\n"
      "a1,3,1,cart,GET,soon,later\n",
      with_mapping(mapping_with("start_s = \"from\"\nend_s = \"to\"\n")));

  CHECK(set.spans.size() == 1);
  CHECK(set.counts.with_bad_times == 2);
  const FirstLeftOut& first = set.counts.first_left_out;
  CHECK_THAT(first.why, Catch::StartsWith("line 4: neither a number nor a date (dates such as "));
  CHECK(first.found == "column from: \"2023-02-29T00:00:00Z\"");
  CHECK_THAT(text(first), Catch::EndsWith(": " + first.found));
}

TEST_CASE("an anonymous account shows no value of a table", "[calibrate]") {
  const test::TemporaryFile file(
      "trace,span,service,operation,start,end\n"
      "a1,1,shop,GET,2024-01-02T03:04:05Z,2024-01-02T03:04:06Z\na1,2,shop,GET,secret,1\n");
  CalibrateOptions options;
  options.anonymise = true;

  const Calibration learned = calibrate({file.path()}, options);

  CHECK(learned.account.read.with_bad_times == 1);
  CHECK(text(learned.account).find("secret") == std::string::npos);
}

TEST_CASE("a start without a unit is a date or nothing", "[calibrate]") {
  const std::string head = "trace,span,service,operation,StartTime,EndTime\n";

  const SpanSet dates =
      test::read_text(head + "a1,1,shop,GET,2024-01-02T03:04:05Z,2024-01-02T03:04:06Z\n");

  REQUIRE(dates.spans.size() == 1);
  CHECK(dates.spans[0].duration() == 1'000'000'000);
  CHECK_THROWS_WITH(test::read_text(head + "a1,1,shop,GET,1704164645,1704164646\n"),
                    Catch::Contains("line 2: a number of an unknown unit") &&
                        Catch::Contains("column StartTime: \"1704164645\""));
}

TEST_CASE("what stands between columns is found in the first line", "[calibrate]") {
  for (const char delimiter : {',', ';', '\t'}) {
    std::string table = "\n\"trace\";span;service;operation;start_ns;end_ns\na1;1;shop;GET;1;2\n";
    for (char& letter : table) {
      if (letter == ';') letter = delimiter;
    }
    CAPTURE(delimiter);
    CHECK(test::read_text(table).spans.size() == 1);
    CHECK(test::read_text("\xEF\xBB\xBF" + table.substr(1)).spans.size() == 1);
  }
  CHECK(test::read_text("trace\tspan\tservice\toperation\tstart_ns\tend_ns\n"
                        "a1\t1\tshop\tGET /a,b;c\t1\t2\n")
            .spans.size() == 1);
}

TEST_CASE("rows of JSON are read as a table, one a line, in an array, or as data", "[calibrate]") {
  const std::string rows[] = {
      R"({"t": "a1", "s": "1", "who": "shop", "what": "GET",
          "from": "2024-01-02T03:04:05Z", "ms": 1.5})",
      R"({"t": "a1", "s": "2", "p": "1", "who": "cart", "what": "GET",
          "from": 1704164645, "ms": "1"})"};
  const ReadOptions options =
      with_mapping(mapping_with("start_s = \"from\"\nduration_ms = \"ms\"\n"));
  for (const std::string& file : {rows[0] + "\n" + rows[1], "[" + rows[0] + "," + rows[1] + "]",
                                  R"({"meta": [{"name": "t", "type": "String"}], "data": [)" +
                                      rows[0] + "," + rows[1] + R"(], "rows": 2})"}) {
    CAPTURE(file);
    const SpanSet set = test::read_text(file, options);

    REQUIRE(set.spans.size() == 2);
    CHECK(set.spans[0].start == moment);
    CHECK(set.spans[0].duration() == 1'500'000);
    CHECK(set.spans[1].start == moment);
    CHECK(set.spans[1].parent == 1);
    CHECK(set.counts.first_left_out.file.empty());
  }
}

TEST_CASE("a bad row of JSON is left out with its place, and the rest is read", "[calibrate]") {
  const std::string good =
      R"({"t": "a1", "s": "1", "who": "shop", "what": "GET", "from": 1, "ms": 1})"
      "\n";
  const ReadOptions options =
      with_mapping(mapping_with("start_s = \"from\"\nduration_ms = \"ms\"\n"));

  const SpanSet no_row = test::read_text(good + R"({"t": "a1", "s": "2"})", options);
  const SpanSet no_time = test::read_text(
      good + R"({"t": "a1", "s": "2", "who": "shop", "what": "GET", "from": "soon", "ms": [1]})",
      options);

  CHECK(no_row.counts.unusable_elements == 1);
  CHECK(no_row.counts.first_left_out.byte == good.size());
  CHECK(no_row.counts.first_left_out.found == "no column what");
  CHECK(no_time.counts.with_bad_times == 1);
  CHECK(no_time.counts.first_left_out.byte == good.size());
  CHECK(no_time.counts.first_left_out.found == "column from: \"soon\"");
  CHECK_THROWS_WITH(test::read_text("[1, \"a\", [], {}]", options),
                    Catch::Contains("no row of a table"));
}

TEST_CASE("the traces of ClickHouse are read by name, without a mapping, and as JSON",
          "[calibrate]") {
  const std::string table =
      "Timestamp,TraceId,SpanId,ParentSpanId,SpanName,SpanKind,ServiceName,ResourceAttributes,"
      "Duration,StatusCode\n"
      "2024-01-02 03:04:05.123456789,0af7651916cd43dd8448eb211c80319c,b7ad6b7169203331,,GET /,"
      "Server,shop,\"{'k8s.pod.name':'shop-1'}\",25000000,Error\n";
  const std::string row =
      R"({"Timestamp": "2024-01-02 03:04:05.123456789", "SpanName": "GET /", "SpanKind": "Server",
          "TraceId": "0af7651916cd43dd8448eb211c80319c", "SpanId": "b7ad6b7169203331",
          "ParentSpanId": "", "ServiceName": "shop", "Duration": "25000000", "StatusCode": "Error",
          "ResourceAttributes": {"k8s.pod.name": "shop-1"},
          "SpanAttributes": {"peer.service": "x"}})";
  for (const ReadOptions& options : {ReadOptions{}, with_shipped("clickhouse-otel")}) {
    for (const std::string& file : {table, row}) {
      const SpanSet set = test::read_text(file, options);

      REQUIRE(set.spans.size() == 1);
      const Span& span = set.spans.front();
      CHECK(span.start == moment + 123'456'789);
      CHECK(span.duration() == 25'000'000);
      CHECK(span.kind == SpanKind::server);
      CHECK(span.error);
      CHECK(span.parent == 0);
      CHECK(set.names.text(span.service) == "shop");
      CHECK(set.names.text(span.instance) == (file == row ? "shop-1" : ""));
    }
  }
}

TEST_CASE("events of Honeycomb stand for as many as their rate says", "[calibrate]") {
  const SpanSet set = test::read_text(
      R"([{"Timestamp": "2024-01-02T03:04:05.5Z", "trace.trace_id": "a1", "trace.span_id": "1",
           "name": "GET", "service.name": "shop", "duration_ms": 12.5, "error": true,
           "span.kind": "client", "SampleRate": 20},
          {"Timestamp": "2024-01-02T03:04:05.5Z", "trace.trace_id": "a1", "trace.span_id": "2",
           "trace.parent_id": "1", "name": "GET", "service.name": "shop", "duration_ms": 0.25}])");

  REQUIRE(set.spans.size() == 2);
  CHECK(set.spans[0].start == moment + 500'000'000);
  CHECK(set.spans[0].duration() == 12'500'000);
  CHECK(set.spans[0].error);
  CHECK(set.spans[0].kind == SpanKind::client);
  CHECK(set.spans[0].adjusted_count == 20);
  CHECK(set.spans[1].parent == 1);
  CHECK(set.spans[1].duration() == 250'000);
  CHECK(set.spans[1].adjusted_count == 1);
}

TEST_CASE("in Azure Data Explorer the service is an attribute of the resource", "[calibrate]") {
  const std::string table =
      "TraceID,SpanID,ParentID,SpanName,SpanStatus,SpanKind,StartTime,EndTime,ResourceAttributes,"
      "TraceAttributes\n"
      "a1,1,,GET,STATUS_CODE_ERROR,SPAN_KIND_CLIENT,2024-01-02T03:04:05.1234567Z,"
      "2024-01-02T03:04:06.1234567Z,\"{\"\"service.name\"\":\"\"shop\"\"}\","
      "\"{\"\"peer.service\"\":\"\"bank\"\"}\"\n"
      "a1,2,1,GET,,,2024-01-02T03:04:05.2Z,2024-01-02T03:04:05.3Z,{cut,{\n";

  const SpanSet set = test::read_text(table, with_shipped("azure-data-explorer"));

  REQUIRE(set.spans.size() == 2);
  CHECK(set.spans[0].start == moment + 123'456'700);
  CHECK(set.spans[0].duration() == 1'000'000'000);
  CHECK(set.spans[0].error);
  CHECK(set.spans[0].kind == SpanKind::client);
  CHECK(set.names.text(set.spans[0].service) == "shop");
  CHECK(set.names.text(set.spans[0].peer) == "bank");
  CHECK(set.names.text(set.spans[1].service) == "unknown-service");
  CHECK(test::read_text(table).spans == set.spans);
}

TEST_CASE("the table of Nezha is read by its name as it is by its header", "[calibrate]") {
  const auto path = test::shared_data("online-boutique/baseline_17_00.csv.gz");
  if (!path) return;

  const SpanSet by_name = read_spans({*path}, with_shipped("nezha"));

  CHECK(by_name.counts.spans == 22969);
  CHECK(by_name.spans == read_spans({*path}, {}).spans);
}

TEST_CASE("the page about columns lists every shipped mapping", "[calibrate]") {
  std::ifstream file(REHEARSE_SOURCE_DIR "/docs/columns.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});

  for (const ShippedMapping& shipped : shipped_mappings()) {
    CAPTURE(shipped.name);
    CHECK(page.find("| `" + shipped.name + "` | " + shipped.of + " |") != std::string::npos);
    CHECK(page.find("`" + shipped.mapping.start.column + "`") != std::string::npos);
  }
}

TEST_CASE("a table without columns that its shipped mapping needs is refused with their names",
          "[calibrate]") {
  CHECK_THROWS_WITH(
      test::read_text("Timestamp,TraceId,SpanName\n1,2,3\n", with_shipped("clickhouse-otel")),
      Catch::Contains("no column SpanId, ParentSpanId, ServiceName, Duration"));
}

}  // namespace
}  // namespace rehearse
