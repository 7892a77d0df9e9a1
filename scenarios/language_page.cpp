#include "scenarios/language_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "language/quantity_text.hpp"
#include "language/schema.hpp"
#include "models/faults/fault_spec.hpp"
#include "models/outcomes/metric_expression.hpp"
#include "scenarios/documents.hpp"

namespace rehearse {
namespace {

/// What an objective measures, and where an alarm that says the same sees something else.
constexpr const char* metric_meanings = R"(
- Requests count in the interval in which they arrived, whenever they were answered. Only
  `throughput` and `goodput` go by the answer: what was answered, or answered well, within the
  interval, over its length.
- A latency is over all requests that arrived, those without a good answer being infinitely slow:
  so a quantile may be infinite, and `mean` and `max` are as soon as one request had none. A
  quantile is compared with its threshold exactly; as a number it is the middle of a bin, at most
  0.8 % off.
- `utilization` is busy workers, or cores, over live ones; services without a limit have none.
  `max` is its highest window (`scenario.window`) over all instances of the service together: one
  hot instance among many shows in `queue_length` and `in_system`, whose `max` is the most at one
  instance at any moment, and whose `mean` is over time and instances.
- `attempts_per_request` is attempts over calls to the service: the amplification by retries.
- `time_to_detect` is from the first fault or the start of the rollout to the first alarm
  or abort; infinite when there is none. A stop condition that rang already when the experiment
  began has to fall silent before it can notice anything.
- `promoted` is 1 where the rollout completed, `rolled_back` where it was aborted, else 0: write
  `promoted >= 1`, and how often it must hold as `probability`.
- Alarms (`stop_conditions`, `rollout.analysis`) see what production would have scraped: what was
  answered in their window, latencies with those of failures as short as they were, and
  `utilization`, `queue_length` and `in_system` at the instants of the scrapes, `max` being the
  most that one instance had.
)";

/// What two faults at once do to one instance or workload, by their kinds.
template <class... Kinds>
std::string overlaps_of(const std::variant<Kinds...>&) {
  return (... + fmt::format("- `{}`: {}.\n", Kinds::word, Kinds::overlapping));
}

constexpr const char* introduction = R"(# The language of models and scenarios

Made from the table that the parser uses; a test compares. Two kinds of TOML files: a *model*
says what a system is, a *scenario* what is done to it and what must hold. Both are strict:
unknown keys, missing units, values out of range and dangling names are all reported at once,
with file, line and column. `rehearse schema` prints the same as JSON Schema, `rehearse explain`
any scenario with every default.

A file of *facts* (`calibrate --facts`) begins with `rehearse_facts = 1` and has the tables
`services`, `workloads`, `network` and `laws` of a model, with only what is known in them: all else
is learned. `services.A.calls.B.on_error`, `"fail"` or `"ignore"`, stands there for all calls from
A to B.

- Durations have units: `"250ms"`, `"1.5s"`, `"1m30s"`, `"10m"`, `"2h"`, `"150us"`, `"80ns"`;
  none is longer than 30 days.
- Rates have units: `"84/s"`, `"5/min"` (or `"5/m"`), `"100/h"`.
- `*_percent`, `percent` and `percentage` are 0 to 100, `*_ratio` and `probability` 0 to 1.
- An endpoint is written `"service/operation"`; the operation may hold slashes.
- A law of a model may stand in its table `[laws]` under a name, which is written wherever the law
  is meant: `work = "checkout.self"`. Long percentiles may be an array of tables, one a line.
- A file has at most 16 MiB (recorded arrivals 64), a key at most 32 parts; steps are nested at
  most 64 deep.
- A call graph may be cyclic as long as the expected number of visits converges. One request
  causes at most a million calls on average.
)";

std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '|') result += '\\';
    result += letter;
  }
  return result;
}

std::string choices_text(const std::vector<std::string>& choices) {
  std::string text;
  for (const std::string& choice : choices) {
    text += fmt::format("{}`\"{}\"`", text.empty() ? "" : ", ", choice);
  }
  return text;
}

std::string value_text(const SchemaNode& node) {
  const std::string range = node.range.empty() ? "" : " " + node.range;
  switch (node.type) {
    case SchemaNode::Type::anything:
      return "any value";
    case SchemaNode::Type::boolean:
      return "`true` or `false`";
    case SchemaNode::Type::integer:
      return "whole number" + range;
    case SchemaNode::Type::number:
      return "number" + range;
    case SchemaNode::Type::text:
      if (!node.choices.empty()) return choices_text(node.choices);
      return (node.unit.empty() ? "text" : node.unit) + range;
    case SchemaNode::Type::array:
      return node.items.empty() ? "array" : "array of " + value_text(node.items.front());
    case SchemaNode::Type::table:
      return "table";
    case SchemaNode::Type::reference:
      return fmt::format("[{0}](#{0})", node.reference);
    case SchemaNode::Type::any_of:
      break;
  }
  std::string text;
  for (const SchemaNode& alternative : node.alternatives) {
    text += (text.empty() ? "" : " or ") + value_text(alternative);
  }
  return text;
}

std::string default_text(const SchemaValue& value) {
  struct Writer {
    std::string operator()(std::monostate) const { return ""; }
    std::string operator()(bool flag) const { return flag ? "`true`" : "`false`"; }
    std::string operator()(std::int64_t number) const { return fmt::format("`{}`", number); }
    std::string operator()(double number) const { return "`" + number_text(number) + "`"; }
    std::string operator()(const std::string& text) const { return fmt::format("`\"{}\"`", text); }
  };
  return std::visit(Writer{}, value);
}

/// The table that a value holds, and how its header is written; null when there is none.
const SchemaNode* inner_table(const SchemaNode& node, std::string& name) {
  if (node.type == SchemaNode::Type::table) return &node;
  if (node.type == SchemaNode::Type::any_of) {
    const SchemaNode& first = node.alternatives.front();
    return first.type == SchemaNode::Type::table ? &first : nullptr;
  }
  const bool array = node.type == SchemaNode::Type::array && !node.items.empty();
  if (!array || node.items.front().type != SchemaNode::Type::table) return nullptr;
  name += "[]";
  return &node.items.front();
}

class Page {
 public:
  std::string text = introduction;

  void section(const std::string& title, const SchemaNode& node) {
    text += fmt::format("\n## {}\n\n{}\n", title, node.description);
    const SchemaNode* table = &node;
    if (node.type == SchemaNode::Type::any_of) {
      text += "\nEither ";
      for (std::size_t i = 0; i + 1 < node.alternatives.size(); ++i) {
        text += value_text(node.alternatives[i]) + ", ";
      }
      text += "or a table:\n";
      table = &node.alternatives.back();
    }
    table_of(*table, "");
  }

  void metrics() {
    text +=
        "\n## metrics\n\nA condition is `aggregate(metric{label='value', ...}) comparison "
        "threshold`, for example `p99(latency{endpoint='frontend/POST /checkout'}) < 400ms`; the "
        "comparisons are `<`, `<=`, `>` and `>=`.\n\n"
        "A latency quantile is over all requests: one that failed counts as infinitely slow, so "
        "`p99(latency{...}) < 400ms` says that 99 % of all requests got a good answer within 400 "
        "ms. A mean or a maximum is infinite as soon as one had no good answer.\n\n"
        "| Metric | Meaning | Aggregates | Labels | Threshold |\n|---|---|---|---|---|\n";
    for (const MetricReference& metric : metric_references()) {
      text += fmt::format("| `{}` | {} | {} | {} | {} |\n", metric.word, metric.meaning,
                          metric.aggregates, metric.labels, metric.threshold);
    }
    text += metric_meanings;
    text += "\n## Faults that overlap\n\nTheir order in the file changes nothing.\n\n";
    text += overlaps_of(FaultKind());
  }

 private:
  void row(const std::string& key, const SchemaNode& node, const std::string& otherwise) {
    text += fmt::format("| `{}` | {} | {} | {} |\n", key, escaped(value_text(node)), otherwise,
                        escaped(node.description));
  }

  void rows_of(const SchemaNode& table) {
    text += "\n| Key | Value | Default | |\n|---|---|---|---|\n";
    for (const auto& [key, node] : table.properties) {
      const bool required =
          std::find(table.required.begin(), table.required.end(), key) != table.required.end();
      row(key, node, required ? "required" : default_text(node.default_value));
    }
  }

  void table_of(const SchemaNode& table, const std::string& path) {
    if (!path.empty()) text += fmt::format("\n### {}\n", path);
    if (!table.exactly_one.empty()) {
      text += "\nExactly one of";
      for (std::size_t i = 0; i < table.exactly_one.size(); ++i) {
        text += fmt::format("{} `{}`", i == 0 ? "" : ",", table.exactly_one[i]);
      }
      text += ".\n";
    }
    rows_of(table);
    if (!table.additional.empty()) row(table.additional_name, table.additional.front(), "");
    for (const SchemaProperty& variant : table.variants) variant_of(table.tag, variant);
    const std::string prefix = path.empty() ? "" : path + ".";
    for (const auto& [key, node] : table.properties) inner(node, prefix + key);
    if (!table.additional.empty()) inner(table.additional.front(), prefix + table.additional_name);
  }

  void variant_of(const std::string& tag, const SchemaProperty& variant) {
    text += fmt::format("\n`{} = \"{}\"`: {}.\n", tag, variant.name, variant.node.description);
    if (!variant.node.properties.empty()) rows_of(variant.node);
  }

  void inner(const SchemaNode& node, std::string name) {
    const SchemaNode* table = inner_table(node, name);
    if (table == nullptr) return;
    const bool map = table->properties.empty() && table->additional.size() == 1;
    // A table of names is shown with what the names hold.
    if (map && table->additional.front().type == SchemaNode::Type::table) {
      inner(table->additional.front(), name + "." + table->additional_name);
      return;
    }
    table_of(*table, name);
  }
};

}  // namespace

std::string language_page() {
  const SchemaNode models = schema_of_models();
  Page page;
  page.section("Models", models);
  page.section("Scenarios", schema_of_scenarios());
  page.metrics();
  for (const auto& [name, definition] : models.definitions) page.section(name, definition);
  return std::move(page.text);
}

}  // namespace rehearse
