#include "calibrate/readers/datadog.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "calibrate/readers/attributes.hpp"
#include "calibrate/readers/date.hpp"
#include "calibrate/readers/identifiers.hpp"

namespace rehearse {
namespace {

constexpr std::array<std::string_view, 11> database_types{
    "sql",       "db",       "cache",         "redis",      "memcached", "mongodb",
    "cassandra", "dynamodb", "elasticsearch", "opensearch", "valkey"};

bool is_database(std::string_view type) {
  return std::find(database_types.begin(), database_types.end(), type) != database_types.end();
}

/// Digits are a decimal number, up to the 20 that fit 64 bits; the ids of other tracers, which
/// Datadog stores as well, are hexadecimal.
std::uint64_t number_of_id(const std::string& text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto decimal = std::from_chars(text.data(), end, number);
  constexpr std::size_t most_digits = 20;
  if (text.size() <= most_digits && decimal.ec == std::errc() && decimal.ptr == end) return number;
  return trace_id_of(text).low;
}

/// By the type of the work, where no tag tells.
SpanKind kind_of_type(std::string_view type) {
  if (type == "web") return SpanKind::server;
  if (type == "http" || is_database(type)) return SpanKind::client;
  return SpanKind::unknown;
}

/// What both ways of writing a span have in common.
class DatadogSpan {
 public:
  DatadogSpan(const JsonValue& record, SpanSet& set)
      : set_(set), resource_(set), attributes_(set, span_) {
    span_.trace = {0, number_of_id(record.text_of("trace_id"))};
    span_.id = number_of_id(record.text_of("span_id"));
    span_.parent = number_of_id(record.text_of("parent_id"));
    service_ = record.text_of("service");
    span_.kind = kind_of_type(record.text_of("type"));
  }
  DatadogSpan(const DatadogSpan&) = delete;
  DatadogSpan& operator=(const DatadogSpan&) = delete;

  /// Names without a dot may be of anyone, but for these.
  void see_tag(std::string_view key, const JsonValue& value) {
    if (key == "_dd.base_service") base_service_ = value.as_text();
    if (key == "pod_name") resource_.see("k8s.pod.name", value);
    const bool of_process = key == "version" || key.find('.') != std::string_view::npos;
    if (of_process) resource_.see(key, value);
    // Whether the span failed is said beside the tags.
    if (key != "error") attributes_.see(key, value);
  }

  void set_times(std::optional<std::int64_t> start, std::optional<std::int64_t> duration) {
    span_.start = start.value_or(-1);
    if (!duration || *duration < 0 || __builtin_add_overflow(span_.start, *duration, &span_.end)) {
      span_.start = -1;
    }
  }

  void set_failed() { span_.error = true; }

  /// An integration may give the work that it calls for a service name of its own: then the caller
  /// is in a tag, and the name is that of whom it calls.
  void keep(std::string_view operation, std::optional<double> probability) {
    const bool of_other = !base_service_.empty() && base_service_ != service_;
    if (of_other && calls_out(span_.kind)) {
      if (span_.peer == 0) span_.peer = set_.names.intern(service_name_of(service_));
      service_ = base_service_;
    }
    span_.service = set_.names.intern(service_name_of(service_));
    resource_.apply(span_);
    attributes_.name_operation(operation);
    name_as_asked(set_, span_, attributes_.asked(), &resource_);
    if (probability) {
      take_adjusted_count(set_, span_, 1 / *probability);
    } else if (const auto count = attributes_.adjusted_count()) {
      take_adjusted_count(set_, span_, *count);
    }
    keep_span(set_, span_);
  }

 private:
  SpanSet& set_;
  Span span_;
  std::string service_;
  std::string base_service_;
  ResourceReader resource_;
  SpanAttributeReader attributes_;
};

std::optional<std::int64_t> integer_of(const JsonValue& record, std::string_view key) {
  const auto value = record.member(key);
  return value ? value->integer() : std::nullopt;
}

/// With which a trace was kept: by a rule (and the limit of rules), or else by the agent's rates;
/// and by a sampler of the tracer before them. Nothing when none is noted.
std::optional<double> probability_in(const JsonValue& metrics) {
  const auto noted = [&](std::string_view key) {
    const auto value = metrics.member(key);
    return value ? value->number() : std::nullopt;
  };
  const auto by_rule = noted("_dd.rule_psr");
  const auto by_agent = noted("_dd.agent_psr");
  const auto by_tracer = noted("_sample_rate");
  if (!by_rule && !by_agent && !by_tracer) return std::nullopt;
  const double before = by_tracer.value_or(1);
  if (by_rule) return before * *by_rule * noted("_dd.limit_psr").value_or(1);
  return before * by_agent.value_or(1);
}

/// The resource tells endpoints apart; of a database it is the whole query.
std::string operation_of(const JsonValue& record, std::string_view resource_key,
                         std::string_view name_key) {
  const std::string resource = record.text_of(resource_key);
  const std::string name = record.text_of(name_key);
  const bool prefers_name = resource.empty() || is_database(record.text_of("type"));
  return prefers_name && !name.empty() ? name : resource;
}

bool is_agent_span(const JsonValue& value) {
  return value.is_object() && value.member("trace_id") && value.member("span_id") &&
         value.member("start") && value.member("duration");
}

void read_agent_span(const JsonValue& record, SpanSet& set) {
  DatadogSpan span(record, set);
  if (const auto meta = record.member("meta")) {
    meta->for_each_member(
        [&](std::string_view key, const JsonValue& value) { span.see_tag(key, value); });
  }
  std::optional<double> probability;
  if (const auto metrics = record.member("metrics")) {
    probability = probability_in(*metrics);
    // Some tracers note numbers, as the status, here.
    metrics->for_each_member([&](std::string_view key, const JsonValue& value) {
      if (key.starts_with("http.")) span.see_tag(key, value);
    });
  }
  if (integer_of(record, "error").value_or(0) != 0) span.set_failed();
  span.set_times(integer_of(record, "start"), integer_of(record, "duration"));
  span.keep(operation_of(record, "resource", "name"), probability);
}

std::optional<std::int64_t> moment_of(const JsonValue& record, std::string_view key) {
  return nanoseconds_of_date(record.text_of(key));
}

/// What is within `value`, by names with dots, to a depth that no tag exceeds.
void see_nested(DatadogSpan& span, const std::string& name, const JsonValue& value, int depth) {
  if (!value.is_object()) return span.see_tag(name, value);
  if (depth == 0) return;
  value.for_each_member([&](std::string_view key, const JsonValue& inner) {
    std::string whole = name;
    if (!whole.empty()) whole += '.';
    see_nested(span, whole.append(key), inner, depth - 1);
  });
}

void read_found_span(const JsonValue& record, SpanSet& set) {
  constexpr int most_nested = 4;
  DatadogSpan span(record, set);
  const auto start = moment_of(record, "start_timestamp");
  const auto end = moment_of(record, "end_timestamp");
  std::optional<std::int64_t> duration;
  std::int64_t difference = 0;
  if (start && end && !__builtin_sub_overflow(*end, *start, &difference)) duration = difference;
  if (const auto custom = record.member("custom")) {
    see_nested(span, "", *custom, most_nested);
    // The dates are cut to milliseconds, this is not.
    if (const auto exact = integer_of(*custom, "duration")) duration = exact;
    const auto error = custom->member("error");
    if (error && (error->is_object() || error->as_text() == "1" || error->as_text() == "true")) {
      span.set_failed();
    }
  }
  if (record.text_of("status") == "error") span.set_failed();
  span.set_times(start, duration);
  span.keep(operation_of(record, "resource_name", "operation_name"), std::nullopt);
}

/// The attributes of an answer's element; nothing when it is none.
std::optional<JsonValue> found_span(const JsonValue& value) {
  const auto attributes = value.member("attributes");
  if (!attributes || !attributes->member("trace_id") || !attributes->member("span_id") ||
      !attributes->member("start_timestamp")) {
    return std::nullopt;
  }
  return attributes;
}

}  // namespace

bool read_datadog_span(const JsonValue& value, SpanSet& set) {
  if (is_agent_span(value)) {
    read_agent_span(value, set);
    return true;
  }
  const auto found = found_span(value);
  if (found) read_found_span(*found, set);
  return found.has_value();
}

}  // namespace rehearse
