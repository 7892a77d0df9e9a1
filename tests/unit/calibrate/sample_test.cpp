#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "sim/hash.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

// Of more spans than there is room for, whole traces are kept at random. Which they are depends on
// nothing but the spans, and what is kept stands for the others.

namespace rehearse {
namespace {

using test::TemporaryFile;

constexpr std::uint64_t spans_of_trace = 2;

std::string trace_id(std::uint64_t trace) {
  return fmt::format("{:016x}{:016x}", mixed(2 * trace + 1), mixed(2 * trace + 2));
}

bool has_failed(std::uint64_t trace) {
  return trace % 10 == 3;
}

/// One of Jaeger, two spans, a hundred traces a second.
std::string jaeger_trace(std::uint64_t trace) {
  return fmt::format(
      R"({{"traceID":"{0}","spans":[)"
      R"({{"traceID":"{0}","spanID":"1","operationName":"GET /","startTime":{1},"duration":900,)"
      R"("processID":"a","tags":[{{"key":"span.kind","value":"server"}}]}},)"
      R"({{"traceID":"{0}","spanID":"2","operationName":"Take","startTime":{2},"duration":500,)"
      R"("processID":"b","references":[{{"refType":"CHILD_OF","traceID":"{0}","spanID":"1"}}],)"
      R"("tags":[{{"key":"span.kind","value":"server"}},{{"key":"error","value":{3}}}]}}],)"
      R"("processes":{{"a":{{"serviceName":"shop"}},"b":{{"serviceName":"stock-{4}"}}}}}})"
      "\n",
      trace_id(trace), 1'000'000'000 + trace * 10'000, 1'000'000'100 + trace * 10'000,
      has_failed(trace), trace % 7);
}

std::string jaeger_traces(std::uint64_t from, std::uint64_t to) {
  std::string text;
  for (std::uint64_t trace = from; trace < to; ++trace) text += jaeger_trace(trace);
  return text;
}

/// A segment that names its service, the part of it that does not, and one that X-Ray inferred.
std::string xray_segments(std::uint64_t from, std::uint64_t to) {
  std::string text;
  for (std::uint64_t trace = from; trace < to; ++trace) {
    const std::string id = fmt::format("1-5e1b4151-{:024x}", mixed(trace));
    text += fmt::format(
        R"({{"trace_id":"{0}","id":"{1:016x}","name":"api","start_time":{2}.5,"end_time":{2}.9}})"
        "\n"
        R"({{"trace_id":"{0}","id":"{3:016x}","parent_id":"{1:016x}","type":"subsegment",)"
        R"("name":"work","start_time":{2}.6,"end_time":{2}.8}})"
        "\n"
        R"({{"trace_id":"{0}","id":"{4:016x}","parent_id":"{3:016x}","inferred":true,)"
        R"("name":"table","start_time":{2}.6,"end_time":{2}.8}})"
        "\n",
        id, 3 * trace + 1, 1'000 + trace, 3 * trace + 2, 3 * trace + 3);
  }
  return text;
}

/// Names of their own for every span, and the lower halves of the ids of those of Jaeger.
std::string table(std::uint64_t from, std::uint64_t to) {
  std::string text = "trace_id,span_id,parent_id,service,operation,start_us,duration_us\n";
  for (std::uint64_t trace = from; trace < to; ++trace) {
    text += fmt::format("{},9,,table-{},row of {},{},7\n", trace_id(trace).substr(16), trace, trace,
                        1'000'000'000 + trace);
  }
  return text;
}

const std::string header_of_calls = ",traceid,timestamp,rpcid,um,rpctype,dm,interface,rt\n";

/// Of each trace what only `front` recorded, or what only `cart` did, below it.
std::string calls(std::uint64_t from, std::uint64_t to, bool of_front) {
  std::string text = header_of_calls;
  for (std::uint64_t trace = from; trace < to; ++trace) {
    const std::string begin = fmt::format("0,call-{},{}", trace, 1000 + trace);
    if (of_front) {
      text += begin + ",0,(?),http,front,home,-50\n" + begin + ",0.1,front,rpc,cart,list,20\n" +
              begin + ",0.2,front,rpc,pay,pay,9\n";
    } else {
      text += begin + ",0.1,front,rpc,cart,list,-15\n" + begin + ",0.1.1.1,deep,db,store,,3\n";
    }
  }
  return text;
}

ReadOptions options_of(std::uint64_t most_spans, int threads = 1,
                       std::size_t batch_bytes = std::size_t{1} << 20) {
  ReadOptions options;
  options.most_spans = most_spans;
  options.threads = threads;
  options.batch_bytes = batch_bytes;
  return options;
}

struct Reading {
  std::vector<Span> spans;
  std::vector<std::string> names;
  ReadCounts counts;
  int halvings = 0;
  bool operator==(const Reading&) const = default;
};

Reading reading_of(const std::vector<std::string>& files, const ReadOptions& options) {
  SpanSet set = read_spans(files, options);
  Reading reading;
  for (NameId name = 0; name < set.names.size(); ++name) {
    reading.names.push_back(set.names.text(name));
  }
  reading.spans = std::move(set.spans);
  reading.counts = std::move(set.counts);
  reading.halvings = set.sample.halvings();
  return reading;
}

/// How far the share of successes of `n` tries may be from `probability`: five standard errors,
/// which chance exceeds once in 1.7 million times.
double tolerance_of_share(double probability, double n) {
  return 5 * std::sqrt(probability * (1 - probability) / n);
}

CalibrateOptions calibrate_options(std::uint64_t most_spans) {
  CalibrateOptions options;
  options.read.most_spans = most_spans;
  return options;
}

double own_error_share(const Account& account) {
  double failed = 0;
  double visits = 0;
  for (const EndpointRow& row : account.endpoints) {
    if (!row.endpoint.starts_with("stock")) continue;
    const auto weight = static_cast<double>(row.counts.visits);
    failed += weight * row.own_error_percent / 100;
    visits += weight;
  }
  return failed / visits;
}

}  // namespace

TEST_CASE("a sample is the same for any order of files, any threads and any batches",
          "[calibrate]") {
  const TemporaryFile one(jaeger_traces(0, 900));
  const TemporaryFile two(jaeger_traces(900, 2000));
  const TemporaryFile three(xray_segments(0, 500));
  const TemporaryFile four(table(1500, 2500));
  std::vector<std::string> files{one.path(), two.path(), three.path(), four.path()};
  constexpr std::uint64_t most_spans = 700;
  const Reading first = reading_of(files, options_of(most_spans));

  CHECK(first.halvings >= 2);
  CHECK(first.spans.size() <= most_spans);
  CHECK(first.counts.truncated_trace_ids > 0);
  CHECK(first.counts.without_service == 0);
  std::sort(files.begin(), files.end());
  do {
    for (const int threads : {1, 3}) {
      for (const std::size_t batch_bytes : {std::size_t{1} << 20, std::size_t{5000}}) {
        INFO(threads << " threads, batches of " << batch_bytes);
        CHECK(reading_of(files, options_of(most_spans, threads, batch_bytes)) == first);
      }
    }
  } while (std::next_permutation(files.begin(), files.end()));
}

TEST_CASE("what calls imply is in the sample with their traces, for any order of files",
          "[calibrate]") {
  constexpr std::uint64_t most_spans = 2000;
  const TemporaryFile callers(calls(0, 2000, true));
  const TemporaryFile callees(calls(0, 1500, false));
  const TemporaryFile more(calls(1400, 1600, true));
  std::vector<std::string> files{callers.path(), callees.path(), more.path()};
  const Reading first = reading_of(files, options_of(most_spans));
  const Reading all = reading_of(files, options_of(1'000'000));

  CHECK(first.halvings >= 2);
  std::vector<Span> of_sample = all.spans;
  TraceSample sample;
  sample.halve_to(first.halvings);
  std::erase_if(of_sample, [&](const Span& span) { return !sample.keeps(span.trace); });
  CHECK(first.spans.size() == of_sample.size());
  CHECK(first.counts.implied_callees > 0);
  CHECK(first.counts.implied_callees < all.counts.implied_callees);
  std::sort(files.begin(), files.end());
  do {
    CHECK(reading_of(files, options_of(most_spans)) == first);
  } while (std::next_permutation(files.begin(), files.end()));
}

TEST_CASE("what calls imply is found in chunks that were put away", "[calibrate]") {
  constexpr std::uint64_t traces = 90'000;  // of six spans, with what is implied: more than a chunk
  const TemporaryFile callers(calls(0, traces, true));
  const TemporaryFile callees(calls(0, traces, false));
  const SpanSet set = read_spans({callers.path(), callees.path()}, options_of(10'000'000));

  CHECK(set.spans.size() == 6 * traces);
  CHECK(set.counts.implied_callees == traces);
  CHECK(std::none_of(set.spans.begin(), set.spans.end(),
                     [](const Span& span) { return span.implied; }));
}

TEST_CASE("a sample has whole traces, no more than asked for and hardly less than half of it",
          "[calibrate]") {
  constexpr std::uint64_t traces = 4000;
  constexpr std::uint64_t most_spans = 1000;
  const TemporaryFile file(jaeger_traces(0, traces));
  const SpanSet all = read_spans({file.path()}, options_of(spans_of_trace * traces));
  const SpanSet sample = read_spans({file.path()}, options_of(most_spans));

  CHECK(all.sample.halvings() == 0);
  CHECK(all.spans.size() == spans_of_trace * traces);
  CHECK(sample.spans.size() <= most_spans);
  // Before it was halved last it had more than asked for, of which each trace stayed or not.
  const double before = static_cast<double>(most_spans / spans_of_trace);
  CHECK(static_cast<double>(sample.spans.size() / spans_of_trace) >
        before * (0.5 - tolerance_of_share(0.5, before)));
  std::map<TraceId, std::uint64_t> spans;
  for (const Span& span : sample.spans) ++spans[span.trace];
  for (const auto& [trace, count] : spans) CHECK(count == spans_of_trace);
  CHECK(sample.counts.spans == spans_of_trace * traces);
}

TEST_CASE("what is learned of a sample has the rate and the errors of all", "[calibrate]") {
  constexpr std::uint64_t traces = 16000;
  const TemporaryFile file(jaeger_traces(0, traces));
  const Calibration all = calibrate({file.path()}, calibrate_options(spans_of_trace * traces));
  const Calibration sample = calibrate({file.path()}, calibrate_options(traces / 2));

  const double share = 1 / sample.account.sample.kept_one_in();
  CHECK(share <= 0.25);
  const double of_rate = tolerance_of_share(share, static_cast<double>(traces)) / share;
  const double rate = all.account.arrivals.per_second;
  CHECK(sample.account.arrivals.per_second == Approx(rate).epsilon(of_rate));
  CHECK(sample.account.arrivals.adjusted_requests ==
        Approx(all.account.arrivals.adjusted_requests).epsilon(of_rate));
  CHECK(of_rate < 0.25);
  // What is kept does not stand for the others by itself.
  const double unweighed = static_cast<double>(sample.account.arrivals.requests);
  CHECK(unweighed < all.account.arrivals.adjusted_requests * (1 - of_rate));

  const double errors = own_error_share(all.account);
  CHECK(errors == Approx(0.1));
  CHECK(std::abs(own_error_share(sample.account) - errors) <
        tolerance_of_share(errors, share * static_cast<double>(traces)));
  CHECK(all.model.provenance.sampling_percent == 100);
  CHECK(sample.model.provenance.sampling_percent == Approx(100 * share));
  CHECK_THAT(text(sample.account),
             Catch::Contains(fmt::format("Kept 1 trace in {:.0f}, at random", 1 / share)));
  CHECK_THAT(text(all.account), !Catch::Contains("at random"));
}

TEST_CASE("a sample of what was a sample counts as many times as both say", "[calibrate]") {
  const TemporaryFile file(jaeger_traces(0, 2000));
  CalibrateOptions options = calibrate_options(1000);
  options.sampling_percent = 10;
  const Calibration learned = calibrate({file.path()}, options);

  CHECK(learned.model.provenance.sampling_percent ==
        Approx(10 / learned.account.sample.kept_one_in()));
}

TEST_CASE("names of spans that are not kept are forgotten", "[calibrate]") {
  constexpr std::uint64_t rows = 150'000;
  constexpr std::uint64_t most_spans = 2000;
  SpanSet set;
  std::size_t most_names = 0;
  std::size_t most_room = 0;
  for (std::uint64_t row = 0; row < rows; ++row) {
    Span span;
    span.trace = {0, row + 1};
    span.id = 1;
    span.service = set.names.intern("service");
    span.operation = set.names.intern(fmt::format("operation {}", row));
    keep_span(set, span);
    thin(set, most_spans);
    most_names = std::max(most_names, set.names.size());
    most_room = std::max(most_room, set.spans.capacity());
  }

  CHECK(set.spans.size() <= most_spans);
  CHECK(set.counts.spans == rows);
  CHECK(most_room <= 2 * most_spans);
  CHECK(most_names < rows / 2);
  for (const Span& span : set.spans) {
    CHECK(set.names.text(span.operation) == fmt::format("operation {}", span.trace.low - 1));
  }
}

TEST_CASE(
    "numbers of names that a table remembers are those of the names after others were forgotten",
    "[calibrate]") {
  std::string text = "trace_id,span_id,parent_id,operation,instance,start_us,duration_us\n";
  for (int row = 0; row < 3000; ++row) {
    text += fmt::format("{:x},1,,o{},pod-{},{},1\n", row + 1, row, row % 3, 1000 + row);
  }
  const TemporaryFile file(text);
  ReadOptions options = options_of(100);
  options.columns.emplace();
  options.columns->trace = "trace_id";
  options.columns->span = "span_id";
  options.columns->parent = "parent_id";
  options.columns->operation = "operation";
  options.columns->instance = "instance";
  options.columns->start = {"start_us", 1000};
  options.columns->duration = TimeColumn{"duration_us", 1000};
  const SpanSet set = read_spans({file.path()}, options);

  CHECK(set.sample.halvings() >= 4);
  for (const Span& span : set.spans) {
    const std::uint64_t row = span.trace.low - 1;
    CHECK(set.names.text(span.service) == fmt::format("pod-{}", row % 3));
  }
}

TEST_CASE("a trace that is larger than the sample may be leaves nothing to learn from",
          "[calibrate]") {
  std::string text;
  for (int i = 0; i < 3; ++i) text += jaeger_trace(1);
  const TemporaryFile file(text);

  CHECK_THROWS_WITH(read_spans({file.path()}, options_of(5)),
                    Catch::Contains("no trace fits into a sample of 5 spans"));
}

}  // namespace rehearse
