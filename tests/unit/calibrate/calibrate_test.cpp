#include <algorithm>

#include "models/checks/mistakes.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using test::SpanBuilder;

constexpr std::int64_t ms = 1'000'000;

SpanSet small_recording() {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 101; ++trace) {
    const auto start = static_cast<std::int64_t>(trace) * 100 * ms + 1'661'265'010'000 * ms;
    Span& root = builder.add(trace, 1, 0, "front", "GET /", start, start + 50 * ms);
    root.instance = builder.set.names.intern("front-" + std::to_string(trace % 3));
    root.zone = builder.set.names.intern(trace % 3 == 0 ? "west" : "east");
    builder.add(trace, 2, 1, "front", "call", start + 5 * ms, start + 30 * ms, SpanKind::client);
    builder.add(trace, 3, 2, "back", "labour", start + 8 * ms, start + 27 * ms, SpanKind::server);
  }
  return builder.set;
}

/// Tail sampling that keeps every trace with an error and one in twenty of the others.
SpanSet recording_of_errors(bool survived) {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 24; ++trace) {
    const bool fails = trace % 6 == 0;
    const auto start = static_cast<std::int64_t>(trace) * 100 * ms;
    const auto length = fails ? 200 * ms : 50 * ms;
    Span& root = builder.add(trace, 1, 0, "front", "GET /", start, start + length);
    root.adjusted_count = fails ? 1 : 20;
    root.error = fails && !survived;
    builder.add(trace, 2, 1, "front", "ask", start, start + 10 * ms, SpanKind::client).error =
        fails;
    builder.set.spans.back().peer = builder.set.names.intern("cache");
    builder.add(trace, 3, 1, "back", "labour", start + 12 * ms, start + 13 * ms).error = fails;
  }
  return builder.set;
}

}  // namespace

TEST_CASE("errors that tail sampling kept are weighted: 4 of 404, not 4 of 24", "[calibrate]") {
  const Calibration calibration = calibrate(recording_of_errors(false), {});
  const ModelSpec& model = calibration.model;

  const double percent = 100 * 4.0 / 404;
  CHECK(model.services.at("back").endpoints.at("labour").errors.percent == Approx(percent));
  CHECK(model.services.at("cache").endpoints.at("ask").errors.percent == Approx(percent));
  CHECK(model.evidence.at("services.back.endpoints.labour.errors").note ==
        "4 failed without a failed call; with those not sampled 4 of 404");
  for (const EndpointRow& row : calibration.account.endpoints) {
    if (row.endpoint != "front/GET /") continue;
    CHECK(row.mean_milliseconds == Approx((4 * 200 + 400 * 50) / 404.0));
  }
}

TEST_CASE("failures are survived by their weight, not by what sampling kept of them",
          "[calibrate]") {
  SpanSet set = recording_of_errors(true);
  // One failure in a trace that stands for ninety was not survived: most are not.
  Span& heavy = *std::find_if(set.spans.begin(), set.spans.end(),
                              [](const Span& span) { return span.trace.low == 6; });
  heavy.adjusted_count = 90;
  heavy.error = true;

  const Calibration calibration = calibrate(std::move(set), {});

  for (const EdgeRow& edge : calibration.account.edges) {
    CHECK(edge.facts.survived == 3);
    CHECK(edge.facts.failed_weight == Approx(93));
    CHECK(edge.failures_survived == 0);
  }
}

TEST_CASE("instances, zones, rate, mix and window are learned", "[calibrate]") {
  const Calibration calibration = calibrate(small_recording(), {});
  const ModelSpec& model = calibration.model;

  const ServiceSpec& front = model.services.at("front");
  CHECK(front.instances == 3);
  CHECK(front.placement.zones == std::vector<std::string>{"west", "east", "east"});
  const WorkloadSpec& users = model.workloads.at("users");
  CHECK(std::get<PoissonSpec>(users.arrivals).rate.per_second == Approx(10));
  CHECK(users.mix == std::map<EndpointName, double>{{{"front", "GET /"}, 101.0}});
  CHECK(model.provenance.window == "2022-08-23T14:30:10Z/PT10.000S");
  CHECK(model.provenance.traces == 101);
  CHECK(model.evidence.at("services.front.workers").basis == Basis::assumed);
  CHECK(model.evidence.at("services.front.instances").basis == Basis::observed);
}

TEST_CASE("a recording sampled at one in five comes from five times the rate", "[calibrate]") {
  SpanSet set = small_recording();
  for (Span& span : set.spans) span.adjusted_count = 5;

  const ModelSpec model = calibrate(std::move(set), {}).model;

  CHECK(std::get<PoissonSpec>(model.workloads.at("users").arrivals).rate.per_second == Approx(50));
  CHECK(model.provenance.sampling_percent == Approx(20));
  CHECK(model.workloads.at("users").mix.begin()->second == Approx(101));
}

TEST_CASE("a pause of the recording does not lower the rate", "[calibrate]") {
  SpanSet set = small_recording();
  for (Span& span : set.spans) {
    if (span.trace.low > 50) {
      span.start += 3600 * 1000 * ms;
      span.end += 3600 * 1000 * ms;
    }
  }

  const Calibration calibration = calibrate(std::move(set), {});

  CHECK(calibration.account.arrivals.pauses == 1);
  CHECK(calibration.account.arrivals.per_second == Approx(10));
}

TEST_CASE("the account of a single request once spoke of 0/s beside a model with 1/s",
          "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "front", "GET /", 0, 50 * ms);

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(std::get<PoissonSpec>(calibration.model.workloads.at("users").arrivals).rate.per_second ==
        Approx(1));
  CHECK_THAT(text(calibration.account),
             Catch::Contains("in 0s, which tells no rate.") &&
                 Catch::Contains("1 a second: the recording does not tell") &&
                 !Catch::Contains("gives its rate"));
}

TEST_CASE("a model does not depend on the order of spans", "[calibrate]") {
  SpanSet backwards = small_recording();
  std::reverse(backwards.spans.begin(), backwards.spans.end());

  CHECK(calibrate(std::move(backwards), {}).model == calibrate(small_recording(), {}).model);
}

TEST_CASE("an anonymous model has the shape of the named one and none of its names",
          "[calibrate]") {
  CalibrateOptions options;
  options.anonymise = true;

  const Calibration calibration = calibrate(small_recording(), options);
  const ModelSpec& model = calibration.model;

  CHECK(model.services.size() == 2);
  CHECK(model.services.count("service-1") == 1);  // back
  CHECK(model.services.at("service-2").instances == 3);
  CHECK(model.services.at("service-2").placement.zones ==
        std::vector<std::string>{"zone-2", "zone-1", "zone-1"});
  for (const char* const name : {"front", "back", "GET", "west", "labour"}) {
    CHECK(text(calibration.account).find(name) == std::string::npos);
  }
}

TEST_CASE("learned models are accepted by the engine", "[calibrate]") {
  const char* const name =
      GENERATE("online-boutique/baseline_17_00.csv.gz", "train-ticket/baseline_08_50.csv.gz",
               "otlp/bindplane.json", "social-network-jaeger/compose-post.json.gz",
               "otlp/tempo-bookinfo-trace.json");
  const auto path = test::shared_data(name);
  if (!path) return;

  const ModelSpec model = calibrate({*path}, {}).model;

  for (const Mistake& mistake : find_mistakes(model)) {
    FAIL_CHECK(name << ": " << mistake.path << ": " << mistake.sentence);
  }
}

TEST_CASE("a recording without roots takes its orphans for requests, and says so", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 5; ++trace) {
    builder.add(trace, 1, 99, "a", "x", static_cast<std::int64_t>(trace), 100);
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(calibration.account.arrivals.only_orphans);
  CHECK(calibration.account.arrivals.requests == 5);
}

/// Requests that came through a gateway which begins their traces and was not recorded, and two
/// probes of the service itself. Each order also asks for its own status.
SpanSet recording_behind_a_gateway(SpanKind kind) {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 40; ++trace) {
    const auto start = static_cast<std::int64_t>(trace) * 100 * ms;
    if (trace % 20 == 0) {
      builder.add(trace, 1, 0, "api", "GET /healthz", start, start + ms, kind);
      continue;
    }
    builder.add(trace, 1, 0xFEED, "api", "GET /orders", start, start + 50 * ms, kind);
    builder.add(trace, 2, 1, "stock", "count", start + 5 * ms, start + 30 * ms, kind);
    builder.add(trace, 3, 2, "api", "GET /status", start + 6 * ms, start + 9 * ms, kind);
  }
  return builder.set;
}

TEST_CASE("requests behind a gateway that was not recorded are counted beside health checks",
          "[calibrate]") {
  const SpanKind kind = GENERATE(SpanKind::server, SpanKind::unknown);

  const Calibration calibration = calibrate(recording_behind_a_gateway(kind), {});

  CHECK(calibration.account.arrivals.requests == 40);
  CHECK(calibration.account.arrivals.begun_below == 38);
  CHECK(calibration.account.arrivals.per_second == Approx(10));
  CHECK(calibration.model.workloads.at("users").mix ==
        std::map<EndpointName, double>{{{"api", "GET /orders"}, 38.0},
                                       {{"api", "GET /healthz"}, 2.0}});
  CHECK_THAT(text(calibration.account),
             Catch::Contains("38  requests begun below a parent that was not recorded") &&
                 Catch::Contains("38 of 40 requests began below") &&
                 !Catch::Contains("not as requests of users"));
}

TEST_CASE("a call whose root was lost does not become a request of a user", "[calibrate]") {
  SpanBuilder builder;
  for (std::uint64_t trace = 1; trace <= 40; ++trace) {
    const auto start = static_cast<std::int64_t>(trace) * 100 * ms;
    const bool lost = trace % 4 == 0;
    if (!lost) builder.add(trace, 1, 0, "api", "GET /", start, start + 50 * ms, SpanKind::server);
    builder.add(trace, 2, 1, "stock", "count", start, start + 30 * ms, SpanKind::server);
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(calibration.account.arrivals.requests == 30);
  CHECK(calibration.account.arrivals.roots_lost == 10);
  CHECK(calibration.model.workloads.at("users").mix.size() == 1);
  CHECK_THAT(text(calibration.account),
             Catch::Contains("10 visits at the top of traces without a root are no request"));
  CHECK(calibration.account.arrivals.per_second == Approx(10).epsilon(0.05));
}

TEST_CASE("a lost server span once made a call that calls itself without end", "[calibrate]") {
  SpanBuilder builder;
  builder.add(1, 1, 0, "tree", "visit", 0, 100 * ms, SpanKind::server);
  builder.add(1, 2, 1, "tree", "call", 10 * ms, 90 * ms, SpanKind::client);
  builder.add(1, 3, 2, "tree", "visit", 20 * ms, 80 * ms, SpanKind::server);
  builder.add(1, 4, 3, "tree", "call", 30 * ms, 70 * ms, SpanKind::client);

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(find_mistakes(calibration.model).empty());
  CHECK(calibration.account.visits.calls_in_circles == 1);
  CHECK_THAT(text(calibration.account), Catch::Contains("would call again without end"));
}

TEST_CASE("circles of guessed calls through several services are broken, other guesses stay",
          "[calibrate]") {
  SpanBuilder builder;
  const std::vector<std::string> ring{"a", "b", "c"};
  for (std::uint64_t i = 0; i < 3; ++i) {
    const std::string& from = ring[i];
    const std::string& to = ring[(i + 1) % 3];
    // Every visit calls the next service; of eleven server spans ten were lost.
    builder.add(10 * i + 1, 3, 2, to, "serve", 20 * ms, 30 * ms, SpanKind::server);
    builder.add(10 * i + 1, 6, 3, to, "call", 22 * ms, 28 * ms, SpanKind::client);
    for (std::uint64_t trace = 10 * i + 1; trace <= 10 * i + 10; ++trace) {
      builder.add(trace, 1, 0, from, "serve", 0, 100 * ms, SpanKind::server);
      builder.add(trace, 2, 1, from, "call", 10 * ms, 40 * ms, SpanKind::client);
      builder.add(trace, 4, 1, from, "store", 50 * ms, 70 * ms, SpanKind::client);
      if (trace % 10 == 1) {
        builder.add(trace, 5, 4, "store", "put", 51 * ms, 69 * ms, SpanKind::server);
      }
    }
  }

  const Calibration calibration = calibrate(std::move(builder.set), {});

  CHECK(find_mistakes(calibration.model).empty());
  CHECK(calibration.account.visits.calls_in_circles == 30);
  CHECK(calibration.account.visits.servers_not_recorded == 27);
}

TEST_CASE("what callers do when a call fails is assumed where none was seen to fail",
          "[calibrate]") {
  const std::string path = "services.front.calls.back.on_error";
  SpanSet with_a_failure = small_recording();
  with_a_failure.spans[2].error = true;

  const Calibration never = calibrate(small_recording(), {});
  const Calibration once = calibrate(std::move(with_a_failure), {});

  CHECK(never.model.evidence.at(path) ==
        EvidenceSpec{Basis::assumed, 101,
                     "no failed call recorded: the caller is taken to fail too"});
  CHECK_THAT(text(never.account), Catch::Contains("on 1 of 1 edge between services no failed"));
  CHECK(once.model.evidence.count(path) == 0);
  CHECK_THAT(text(once.account), !Catch::Contains("callers fail when their calls do"));
}

TEST_CASE("a percentage of sampling once left the sources out", "[calibrate]") {
  const test::TemporaryFile file(
      "trace,span,parent,service,operation,start_ns,end_ns\n"
      "1,2,,a,x,10,20\n2,2,,a,x,1000000010,1000000020\n");
  CalibrateOptions options;
  options.sampling_percent = 50;

  const Calibration calibration = calibrate({file.path()}, options);

  CHECK(file.path().ends_with(calibration.model.provenance.sources));
  CHECK(calibration.model.provenance.sources == calibration.account.files.front());
  CHECK(calibration.model.provenance.sampling_percent == Approx(50));
}

TEST_CASE("names that are hostile come out harmless", "[calibrate]") {
  SpanBuilder builder;
  const SpanSet set = test::read_text(
      R"({"data":[{"traceID":"1","spans":[{"spanID":"1","startTime":1,"duration":1,
      "processID":"p","operationName":"\u0000\u001b[31m%s%n../../x"}],
      "processes":{"p":{"serviceName":"../../etc/)" +
      std::string(1 << 20, 'x') + R"("}}}]})");

  REQUIRE(set.spans.size() == 1);
  const std::string service = set.names.text(set.spans[0].service);
  const std::string operation = set.names.text(set.spans[0].operation);
  CHECK(service.find('/') == std::string::npos);
  CHECK(service.size() < 250);
  CHECK(operation == "??[31m%s%n../../x");
}

}  // namespace rehearse
