#include "calibrate/learn/lost_spans.hpp"

#include <fmt/format.h>

#include "calibrate/traces/dropped_context.hpp"
#include "sim/random/law.hpp"
#include "sim/random/random_stream.hpp"
#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

constexpr std::int64_t ms = 1'000'000;

std::size_t calls_in(const StepSequence& steps) {
  return static_cast<std::size_t>(std::count_if(
      steps.begin(), steps.end(),
      [](const StepSpec& one) { return std::holds_alternative<CallSpec>(one.action); }));
}

/// The share of an endpoint's visits that call somebody.
double share_that_calls(const Calibration& learned, const std::string& service,
                        const std::string& operation) {
  double calling = 0;
  double all = 0;
  for (const BehaviourSpec& behaviour :
       learned.model.services.at(service).endpoints.at(operation).behaviours) {
    all += behaviour.weight;
    calling += calls_in(behaviour.steps) > 0 ? behaviour.weight : 0;
  }
  return calling / all;
}

/// Web calls checkout in `called` of 100 requests, and checkout calls payment; of every ten spans
/// of checkout, and of payment, `lost` are missing.
Calibration with_lost_spans(int called, int lost) {
  test::SpanBuilder spans;
  std::uint64_t checkouts = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i + 1);
    spans.add(i + 1, 1, 0, "web", "buy", at, at + 30 * ms);
    if (static_cast<int>(i % 100) >= called) continue;
    ++checkouts;
    const bool has_checkout = static_cast<int>(checkouts % 10) >= lost;
    const bool has_payment = static_cast<int>(checkouts / 10 % 10) >= lost;
    if (has_checkout) spans.add(i + 1, 2, 1, "checkout", "order", at + 2 * ms, at + 28 * ms);
    if (has_payment) spans.add(i + 1, 3, 2, "payment", "charge", at + 5 * ms, at + 15 * ms);
  }
  return calibrate(spans.set, {});
}

}  // namespace

TEST_CASE("a call whose span was lost was made", "[calibrate]") {
  const Calibration learned = with_lost_spans(100, 2);

  CHECK(share_that_calls(learned, "web", "buy") == 1);
  CHECK(share_that_calls(learned, "checkout", "order") == 1);
  CHECK_THAT(text(learned.account), Catch::Contains("up to 20.0 % of a service"));
}

TEST_CASE("a call that is missing more often than spans were lost is made sometimes",
          "[calibrate]") {
  const Calibration learned = with_lost_spans(50, 2);

  CHECK(share_that_calls(learned, "web", "buy") == Approx(0.5).margin(0.01));
  CHECK(share_that_calls(learned, "checkout", "order") == 1);
}

TEST_CASE("where no span was lost, a call that is missing was not made", "[calibrate]") {
  CHECK(share_that_calls(with_lost_spans(80, 0), "web", "buy") == Approx(0.8));
}

TEST_CASE("spans of a service that drops the context are joined to the caller they lie within",
          "[calibrate]") {
  const bool same_ids = GENERATE(false, true);
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "web", "buy", at, at + 30 * ms);
    const std::uint64_t id = same_ids ? 1 : 1'000 + i;
    spans.add(1'000 + i, id, i % 2 == 0 ? 0 : 77, "currency", "convert", at + 5 * ms, at + 7 * ms);
    spans.add(1'000 + i, id + 1, id, "rates", "get", at + 6 * ms, at + 7 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.requests == 100);
  CHECK(learned.account.forest.duplicates == 0);
  CHECK(share_that_calls(learned, "web", "buy") == 1);
  CHECK(share_that_calls(learned, "currency", "convert") == 1);
  CHECK_THAT(text(learned.account),
             Catch::Contains("100  visits of currency/convert in traces of their own, within "
                             "web/buy in time: warning, 100 taken for its calls"));
}

TEST_CASE("several callers may drop the context of one service", "[calibrate]") {
  // Web and mobile each call currency once, news never does.
  const int callers = GENERATE(1, 2);  // services with two endpoints that call, or one each
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 240; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const bool mobile = i % 3 == 1;
    const bool news = i % 3 == 2;
    const std::string service = news ? "news" : mobile && callers == 2 ? "mobile" : "web";
    spans.add(i, 1, 0, service, mobile ? "sell" : "buy", at, at + 30 * ms);
    if (news) continue;
    spans.add(1'000 + i, 1, i % 2 == 0 ? 0 : 77, "currency", "convert", at + 5 * ms, at + 7 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.requests == 240);
  CHECK(share_that_calls(learned, "web", "buy") == 1);
  CHECK(share_that_calls(learned, callers == 2 ? "mobile" : "web", "sell") == 1);
  CHECK(share_that_calls(learned, "news", "buy") == 0);
  CHECK_THAT(text(learned.account),
             Catch::Contains("80  visits of currency/convert in traces of their own, within "
                             "web/buy in time: warning, 80 taken for its calls"));
}

TEST_CASE("a dropped context is found where many requests are under way at once", "[calibrate]") {
  // Three or four at a time; visits to currency lie within their own, or anywhere.
  const bool within = GENERATE(true, false);
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 500; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    const std::int64_t at = 10 * ms * number + number * 7919 % 10 * ms;
    const std::int64_t lasts = 20 * ms + number * 104'729 % 31 * ms;
    spans.add(i, 1, 0, "web", "buy", at, at + lasts);
    const std::int64_t there = within ? at + 2 * ms : 10 * ms * (number * 263 % 500);
    spans.add(1'000 + i, 1, 0, "currency", "convert", there, there + lasts - 4 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.requests == (within ? 500 : 1'000));
  CHECK(share_that_calls(learned, "web", "buy") == (within ? 1 : 0));
}

TEST_CASE("several callers that make no fixed number of calls are named, and not joined",
          "[calibrate]") {
  test::SpanBuilder spans;
  std::uint64_t calls = 0;
  for (std::uint64_t i = 1; i <= 200; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, i % 2 == 0 ? "web" : "mobile", "buy", at, at + 30 * ms);
    for (std::uint64_t k = 0; k < 1 + i % 4; ++k) {
      const std::int64_t then = at + static_cast<std::int64_t>(1 + 5 * k) * ms;
      spans.add(1'000 + calls++, 1, 0, "currency", "convert", then, then + 2 * ms);
    }
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.requests == 200 + calls);
  CHECK(learned.account.dropped_contexts.size() == 2);
  CHECK_THAT(text(learned.account), Catch::Contains("within mobile/buy in time: warning, these"));
}

TEST_CASE("visits within others by chance are requests of their own", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 100; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "web", "buy", at, at + 30 * ms);
    // Every seventh of 100 ms, so that about a quarter lie within a purchase.
    const std::int64_t there = 107 * ms * static_cast<std::int64_t>(i);
    spans.add(1'000 + i, 1, 0, "status", "health", there, there + 2 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.requests == 200);
  CHECK(learned.account.dropped_contexts.empty());
}

TEST_CASE("two front doors that are busy at the same time do not call one another", "[calibrate]") {
  // Both get three times as many requests in the second half of the recording; of the web one or
  // more are under way most of the time.
  test::SpanBuilder spans;
  std::uint64_t trace = 0;
  for (std::int64_t i = 0; i < 2'000; ++i) {
    const std::int64_t at = i < 500 ? 30 * ms * i : 15'000 * ms + 10 * ms * (i - 500);
    const std::int64_t jitter = (i * 7'919 % 29) * ms;
    spans.add(++trace, 1, 0, "web", "buy", at + jitter, at + jitter + 60 * ms);
    const std::int64_t other = (i * 6'151 % 31) * ms;
    spans.add(++trace, 1, 0, "status", "health", at + other, at + other + 2 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.requests == 4'000);
  CHECK(learned.account.dropped_contexts.empty());
}

TEST_CASE("a client span with work of its own below it is a call", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "shop", "page", at, at + 50 * ms, SpanKind::server);
    spans.add(i, 2, 1, "shop", "GET", at + 5 * ms, at + 45 * ms, SpanKind::client).peer =
        spans.set.names.intern("redis");
    if (i % 2 == 0) spans.add(i, 3, 2, "shop", "connect", at + 6 * ms, at + 7 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(share_that_calls(learned, "shop", "page") == 1);
  CHECK(learned.model.services.at("shop").endpoints.at("page").behaviours.size() == 1);
}

TEST_CASE("of a client span and another below it, the inner one is the call", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 10; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "shop", "page", at, at + 50 * ms, SpanKind::server);
    spans.add(i, 2, 1, "shop", "S3.Put", at + 5 * ms, at + 45 * ms, SpanKind::client);
    spans.add(i, 3, 2, "shop", "sign", at + 6 * ms, at + 7 * ms);
    spans.add(i, 4, 3, "shop", "HTTP PUT", at + 8 * ms, at + 40 * ms, SpanKind::client).peer =
        spans.set.names.intern("storage");
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(calls_in(learned.model.services.at("shop").endpoints.at("page").behaviours.at(0).steps) ==
        1);
  CHECK(learned.model.services.at("storage").endpoints.contains("HTTP PUT"));
}

TEST_CASE("a server that seems to end after its caller has another clock", "[calibrate]") {
  const std::int64_t ahead = GENERATE(-4, 2, 5'000) * ms;
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i + 100);
    const std::int64_t varied = static_cast<std::int64_t>(i % 3) * ms;
    spans.add(i, 1, 0, "front", "page", at, at + 10 * ms + varied, SpanKind::server);
    spans.add(i, 2, 1, "back", "get", at + ms + ahead, at + 9 * ms + varied + ahead,
              SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(share_that_calls(learned, "front", "page") == 1);  // a call, and not fire and forget
  CHECK_THAT(text(learned.account), Catch::Contains("40  calls outside their caller"));
}

TEST_CASE("a clock that drifts, or is set, is another clock at another time", "[calibrate]") {
  const bool drifts = GENERATE(true, false);
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 400; ++i) {
    const auto number = static_cast<std::int64_t>(i);
    const std::int64_t at = 100 * ms * (number + 100);
    const std::int64_t ahead = drifts ? number * 30'000 - 6 * ms : i > 200 ? 30 * ms : -3 * ms;
    spans.add(i, 1, 0, "front", "page", at, at + 10 * ms, SpanKind::server);
    spans.add(i, 2, 1, "back", "get", at + ms + ahead, at + 9 * ms + ahead, SpanKind::server);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(share_that_calls(learned, "front", "page") == 1);  // a call, and not fire and forget
}

TEST_CASE("a queue that grows and shrinks is no clock that drifts", "[calibrate]") {
  // Messages that their consumer takes up ever later, then sooner again; half as fast as time goes.
  test::SpanBuilder spans;
  for (std::int64_t i = 1; i <= 400; ++i) {
    const std::int64_t at = 100 * ms * i;
    const std::int64_t later = 50 * ms * (i <= 200 ? i : 400 - i);
    const auto trace = static_cast<std::uint64_t>(i);
    spans.add(trace, 1, 0, "front", "page", at, at + 10 * ms, SpanKind::server);
    spans.add(trace, 2, 1, "back", "mail", at + later, at + later + 8 * ms, SpanKind::server);
  }

  CHECK(share_that_calls(calibrate(spans.set, {}), "front", "page") == 0);
}

TEST_CASE("calls that end at all times after their callers have no other clock", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 400; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const std::int64_t after = static_cast<std::int64_t>(i * 7 % 10) * ms;
    spans.add(i, 1, 0, "front", "page", at, at + 10 * ms, SpanKind::server);
    spans.add(i, 2, 1, "back", "mail", at + after, at + after + 8 * ms, SpanKind::server);
  }

  CHECK(share_that_calls(calibrate(spans.set, {}), "front", "page") == 0);
}

TEST_CASE("a callee that lasts longer than its caller is not waited for", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const std::int64_t lasts = i % 2 == 0 ? 30 * ms : 3 * ms;
    spans.add(i, 1, 0, "front", "page", at, at + 10 * ms, SpanKind::server);
    spans.add(i, 2, 1, "back", "mail", at + 9 * ms, at + 9 * ms + lasts, SpanKind::server);
  }

  CHECK(share_that_calls(calibrate(spans.set, {}), "front", "page") == 0);
}

TEST_CASE("a consumer that begins when its producer's span is over is not waited for",
          "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "shop", "order", at, at + 70 * ms);
    spans.add(i, 2, 1, "shop", "send", at + 60 * ms, at + 60 * ms);
    spans.add(i, 3, 2, "mail", "consume", at + 62 * ms, at + 64 * ms);
  }

  CHECK(share_that_calls(calibrate(spans.set, {}), "shop", "order") == 0);
}

TEST_CASE("the clock of a server that begins when its client is done is another one",
          "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "front", "page", at, at + 70 * ms);
    spans.add(i, 2, 1, "front", "call", at + 40 * ms, at + 60 * ms);
    spans.add(i, 3, 2, "back", "get", at + 80 * ms, at + 98 * ms);
  }

  CHECK(share_that_calls(calibrate(spans.set, {}), "front", "page") == 1);
}

TEST_CASE("a producer whose message one consumer took with others calls nobody", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 40; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    spans.add(i, 1, 0, "shop", "order", at, at + 70 * ms, SpanKind::server);
    spans.add(i, 2, 1, "shop", "send", at + 60 * ms, at + 61 * ms, SpanKind::producer);
    if (i % 20 != 0) continue;
    spans.add(i, 3, 2, "mail", "consume", at + 62 * ms, at + 64 * ms, SpanKind::consumer);
  }

  CHECK(calibrate(spans.set, {}).account.visits.servers_not_recorded == 0);
}

TEST_CASE("arrivals that a coarse clock puts together come in no batches", "[calibrate]") {
  test::SpanBuilder spans;
  RandomStream luck(1, 2, 3);
  double at = 1e9;
  for (std::uint64_t i = 0; i < 2'000; ++i) {
    at += 0.5e6 * standard_exponential(luck);
    const std::int64_t start = static_cast<std::int64_t>(at) / ms * ms;
    spans.add(i + 1, 1, 0, "job", "import", start, start + ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(std::holds_alternative<PoissonSpec>(learned.model.workloads.at("users").arrivals));
}

TEST_CASE("the times of a request that is slow everywhere go together", "[calibrate]") {
  const bool together = GENERATE(true, false);
  test::SpanBuilder spans;
  for (std::uint64_t i = 0; i < 500; ++i) {
    const std::int64_t at = 1'000 * ms * static_cast<std::int64_t>(i + 1);
    const std::int64_t here = (i % 5 == 0 ? 100 : 10) * ms;
    const std::int64_t there = ((together ? i % 5 : i / 5 % 5) == 0 ? 100 : 10) * ms;
    spans.add(i + 1, 1, 0, "front", "page", at, at + here + there);
    spans.add(i + 1, 2, 1, "back", "get", at + here, at + here + there);
  }

  const Calibration learned = calibrate(spans.set, {});

  const double expected = together ? 1 : 0;
  CHECK(learned.model.services.at("front").size_loading == Approx(expected).margin(0.02));
  CHECK(learned.model.services.at("back").size_loading == Approx(expected).margin(0.02));
}

TEST_CASE("requests that come at once come in batches", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 0; i < 300; ++i) {
    const std::int64_t at = 2'000 * ms * static_cast<std::int64_t>(i / 20 + 1);
    spans.add(i + 1, 1, 0, "job", "import", at, at + 20 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  const auto& batches = std::get<BatchSpec>(learned.model.workloads.at("users").arrivals);
  CHECK(batches.rate.per_second == Approx(0.5).epsilon(0.1));
  CHECK(batches.size.weights.size() == 21);
  CHECK_THAT(text(learned.account), Catch::Contains("in batches at once, 20.0 on average"));
}

TEST_CASE("gaps that no Poisson process has are told", "[calibrate]") {
  struct Example {
    std::int64_t short_gap;
    std::int64_t long_gap;
    std::string said;
  };
  const auto example = GENERATE(Example{100, 100, "queues are shorter than in the model"},
                                Example{10, 1'000, "queues are longer than in the model"});
  test::SpanBuilder spans;
  std::int64_t at = 1'000 * ms;
  for (std::uint64_t i = 0; i < 300; ++i) {
    at += (i % 10 == 0 ? example.long_gap : example.short_gap) * ms;
    spans.add(i + 1, 1, 0, "job", "import", at, at + ms);
  }

  CHECK_THAT(text(calibrate(spans.set, {}).account), Catch::Contains(example.said));
}

namespace {

/// 1,000 requests, ten a second, of which each seventh lost its root: two of three come in at
/// web/buy, which calls checkout, and ads; the others at web/look, which calls ads.
Calibration with_lost_roots(bool clients_recorded) {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const bool buys = i % 3 != 0;
    if (i % 7 != 0) spans.add(i, 1, 0, "web", buys ? "buy" : "look", at, at + 30 * ms);
    std::uint64_t id = 1;
    const auto call = [&](const std::string& service, std::int64_t from, std::int64_t to) {
      std::uint64_t parent = 1;
      if (clients_recorded) {
        parent = ++id;
        spans.add(i, id, 1, "web", "call " + service, at + from * ms, at + to * ms,
                  SpanKind::client);
      }
      ++id;
      spans.add(i, id, parent, service, "get", at + from * ms, at + to * ms, SpanKind::server);
    };
    if (buys) call("checkout", 2, 12);
    call("ads", 14, 20);
  }
  return calibrate(spans.set, {});
}

}  // namespace

TEST_CASE("requests whose root was lost were once left out of the rate", "[calibrate]") {
  const Calibration learned = with_lost_roots(GENERATE(true, false));

  const ArrivalFacts& arrivals = learned.account.arrivals;
  CHECK(arrivals.requests == 1'000 - 142);
  CHECK(arrivals.lost.traces == 142);
  CHECK(arrivals.per_second == Approx(10).epsilon(0.01));
  const auto& mix = learned.model.workloads.at("users").mix;
  CHECK(mix.at({"web", "buy"}) / mix.at({"web", "look"}) == Approx(2).epsilon(0.03));
  CHECK_THAT(text(learned.account),
             Catch::Contains("warning, 142 traces without a root hold what such roots call"));
}

TEST_CASE("who calls a service without having been recorded is no lost root", "[calibrate]") {
  test::SpanBuilder spans;
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    const std::int64_t at = 100 * ms * static_cast<std::int64_t>(i);
    const bool other = i % 7 == 0;  // which asks checkout only, and not ads
    if (!other) spans.add(i, 1, 0, "web", "buy", at, at + 30 * ms);
    spans.add(i, 2, 1, "checkout", "get", at + 2 * ms, at + 12 * ms);
    if (!other) spans.add(i, 3, 1, "ads", "get", at + 14 * ms, at + 20 * ms);
  }

  const Calibration learned = calibrate(spans.set, {});

  CHECK(learned.account.arrivals.lost.traces == 0);
  CHECK(learned.account.arrivals.per_second == Approx(10 * 858.0 / 1'000).epsilon(0.01));
}

}  // namespace rehearse
