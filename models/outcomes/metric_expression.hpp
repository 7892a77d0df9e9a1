#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "language/document.hpp"
#include "language/reader.hpp"
#include "language/schema.hpp"
#include "models/outcomes/metric_spec.hpp"

namespace rehearse {

/// What is wrong with a metric, `offset` bytes after its start.
struct MetricMistake {
  std::size_t offset = 0;
  std::string sentence;
  std::string hint;
};

/// Parses `aggregate(metric{label='value', ...}) comparison threshold`, for example
///
///     p99(latency{endpoint='frontend/POST /cart/checkout'}) < 400ms
///     error_ratio{service='frontend'} > 2%
///     goodput{workload='storefront'} > 80/s
///
/// Checks that aggregate, labels and the unit of the threshold fit the metric; not the names.
std::variant<MetricCondition, MetricMistake> parse_condition(std::string_view text);

/// What may be said about a metric, for the reference page.
struct MetricReference {
  std::string word;
  std::string meaning;
  std::string aggregates;
  std::string labels;
  std::string threshold;
};
std::vector<MetricReference> metric_references();

/// aggregate(metric{labels}) comparison threshold.
struct ConditionText {};
void read(Reader& reader, const Node& node, MetricCondition& value, const ConditionText& kind);
Node written(const MetricCondition& value, const ConditionText& kind);
SchemaNode schema(const MetricCondition& value, const ConditionText& kind);

}  // namespace rehearse
