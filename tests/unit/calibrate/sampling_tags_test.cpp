#include <string>
#include <utility>
#include <vector>

#include "tests/unit/calibrate/trace_support.hpp"

namespace rehearse {
namespace {

using Tags = std::vector<std::pair<std::string, std::string>>;  // values as they are written

std::string jaeger(const Tags& tags) {
  std::string list;
  for (const auto& [key, value] : tags) {
    list +=
        std::string(list.empty() ? "" : ",") + R"({"key":")" + key + R"(","value":)" + value + "}";
  }
  return R"({"data":[{"spans":[{"traceID":"1","spanID":"1","startTime":1,"duration":1,"tags":[)" +
         list + "]}]}]}";
}

std::string zipkin(const Tags& tags) {
  std::string list;
  for (const auto& [key, value] : tags) {
    list += std::string(list.empty() ? "" : ",") + "\"" + key + "\":" + value;
  }
  return R"([{"traceId":"1","id":"1","timestamp":1,"duration":1,"tags":{)" + list + "}}]";
}

std::string otlp(const Tags& tags) {
  std::string list;
  for (const auto& [key, value] : tags) {
    list += std::string(list.empty() ? "" : ",") + R"({"key":")" + key + R"(","value":{"v":)" +
            value + "}}";
  }
  return R"({"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"1","spanId":"1",)"
         R"("startTimeUnixNano":"1","endTimeUnixNano":"2","attributes":[)" +
         list + "]}]}]}]}";
}

}  // namespace

TEST_CASE("tags of Jaeger, Zipkin and OTLP tell how many requests a span stands for",
          "[calibrate]") {
  const std::vector<std::pair<Tags, float>> sensible{
      {{{"w3c.tracestate", "\"ot=th:c\""}}, 4.0F},
      {{{"w3c.tracestate", "\"x=1, ot=rv:1;p:3\""}}, 8.0F},
      {{{"w3c.tracestate", "\"iot=th:c\""}}, 1.0F},
      {{{"w3c.tracestate", "\"ot=rv:6e6d1a75832a2f\""}}, 1.0F},
      {{{"w3c.tracestate", "\"\""}}, 1.0F},
      {{{"sampler.type", "\"probabilistic\""}, {"sampler.param", "0.25"}}, 4.0F},
      {{{"sampler.param", "\"0.25\""}, {"sampler.type", "\"probabilistic\""}}, 4.0F},
      {{{"sampler.type", "\"const\""}, {"sampler.param", "true"}}, 1.0F},
      {{{"sampler.type", "\"ratelimiting\""}, {"sampler.param", "2"}}, 1.0F},
      {{{"sampler.type", "\"probabilistic\""},
        {"sampler.param", "0.5"},
        {"w3c.tracestate", "\"ot=th:c\""}},
       4.0F},
      {{{"SampleRate", "20"}}, 20.0F},
      {{{"sampleRate", "\"20\""}}, 20.0F},
      {{{"SampleRate", "0"}}, 1.0F},
      {{{"microsoft.sample_rate", "25"}}, 4.0F},
      {{{"_MS.sampleRate", "12.5"}}, 8.0F}};
  for (const auto& [tags, count] : sensible) {
    for (const std::string& content : {jaeger(tags), zipkin(tags), otlp(tags)}) {
      INFO(content);
      const SpanSet set = test::read_text(content);
      CHECK(set.counts.impossible_sampling == 0);
      CHECK(set.spans.at(0).adjusted_count == count);
    }
  }
}

TEST_CASE("tags that tell an impossible sampling are counted and left out", "[calibrate]") {
  for (const Tags& tags :
       {Tags{{"w3c.tracestate", "\"ot=th:xyz\""}}, Tags{{"SampleRate", "0.5"}},
        Tags{{"SampleRate", "\"often\""}}, Tags{{"microsoft.sample_rate", "0"}}}) {
    for (const std::string& content : {jaeger(tags), zipkin(tags), otlp(tags)}) {
      INFO(content);
      const SpanSet set = test::read_text(content);
      CHECK(set.counts.impossible_sampling == 1);
      CHECK(set.spans.at(0).adjusted_count == 1);
    }
  }
}

}  // namespace rehearse
