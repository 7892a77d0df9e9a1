#include "models/outcomes/metric_expression.hpp"

#include <catch2/catch.hpp>

using namespace rehearse;

namespace {

MetricCondition condition(const std::string& text) {
  const auto parsed = parse_condition(text);
  REQUIRE(std::holds_alternative<MetricCondition>(parsed));
  return std::get<MetricCondition>(parsed);
}

std::size_t offset_of_mistake(const std::string& text) {
  const auto parsed = parse_condition(text);
  REQUIRE(std::holds_alternative<MetricMistake>(parsed));
  return std::get<MetricMistake>(parsed).offset;
}

}  // namespace

TEST_CASE("a condition on a latency quantile is read whole", "[models]") {
  const std::string text =
      "p99.9(latency{endpoint='frontend/POST /a{b}',version=\"canary\"}) <= 1.5s";

  const MetricCondition read = condition(text);

  CHECK(read.aggregate == Aggregate::quantile);
  CHECK(read.level == Approx(0.999).epsilon(1e-15));
  CHECK(read.metric == Metric::latency);
  CHECK(read.labels == MetricLabels{"", "", "frontend/POST /a{b}", "canary"});
  CHECK(read.comparison == Comparison::less_or_equal);
  CHECK(read.threshold == 1.5);
  CHECK(read.text == text);
}

TEST_CASE("thresholds take the unit of their metric", "[models]") {
  CHECK(condition("error_ratio{service='a'} > 2%").threshold == 0.02);
  CHECK(condition("error_ratio > 0.02").threshold == 0.02);
  CHECK(condition("goodput{workload='w'} >= 30/m").threshold == 0.5);
  CHECK(condition("mean(queue_length{service='a'}) < 10").threshold == 10);
  CHECK(condition("time_to_detect < 3m").threshold == 180);
  CHECK(condition("max(latency)<1ms").threshold == 0.001);
  CHECK(condition("attempts_per_request < 1.5").threshold == 1.5);
}

TEST_CASE("mistakes are pointed at where they are", "[models]") {
  CHECK(offset_of_mistake("") == 0);
  CHECK(offset_of_mistake("p99(latncy) < 1s") == 4);
  CHECK(offset_of_mistake("p99(latency{serv='a'}) < 1s") == 12);
  CHECK(offset_of_mistake("p99(latency{service=a}) < 1s") == 20);
  CHECK(offset_of_mistake("p99(latency{service='a' x}) < 1s") == 24);
  CHECK(offset_of_mistake("p99(latency < 1s") == 12);
  CHECK(offset_of_mistake("p99(latency) ! 1s") == 13);
  CHECK(offset_of_mistake("p99(latency) <") == 14);
  CHECK(offset_of_mistake("p99(latency) < 1") == 15);
  CHECK(offset_of_mistake("p99(latency) < 1s > 2s") == 15);
  CHECK(offset_of_mistake("error_ratio{service='a',service='b'} < 1%") == 24);
  CHECK(offset_of_mistake("error_ratio{service='a',workload='b'} < 1%") == 24);
}

TEST_CASE("aggregates and labels must fit the metric", "[models]") {
  for (const char* text :
       {"latency < 1s", "mean(error_ratio) < 1%", "utilization < 1", "p99(utilization) < 0.5",
        "max(utilization{endpoint='a/b'}) < 0.5", "time_to_detect{service='a'} < 1s",
        "p101(latency) < 1s", "p-1(latency) < 1s", "p(latency) < 1s", "sum(latency) < 1s",
        "error_ratio < 101%", "error_ratio < -0.1", "throughput < 5"}) {
    CAPTURE(text);
    CHECK(std::holds_alternative<MetricMistake>(parse_condition(text)));
  }
}
