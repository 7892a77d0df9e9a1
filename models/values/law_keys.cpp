#include "models/values/law_keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "language/quantity_text.hpp"
#include "sim/random/portable_math.hpp"

namespace rehearse {
namespace {

/// The standard normal quantile at 0.99.
constexpr double normal_quantile_99 = 2.3263478740408408;

SchemaNode reference_to(std::string name) {
  SchemaNode node;
  node.type = SchemaNode::Type::reference;
  node.reference = std::move(name);
  return node;
}

void read_law_table(Reader& reader, const Node& node, LawKeys& keys, const LawTable& kind) {
  keys.depth = kind.depth;
  if (kind.depth > LawTable::most_nested) {
    reader.mistake(node,
                   fmt::format("mixtures are nested more than {} deep", LawTable::most_nested));
    return;
  }
  read(reader, node, keys, Table{Layout::whole});
}

/// "p99.9" is 0.999, the very number that 0.999 in a program is; nothing for anything else.
std::optional<double> level_of(const std::string& key) {
  const bool digits =
      key.size() > 1 && key.find_first_not_of("0123456789.", 1) == std::string::npos;
  if (!digits || key[0] != 'p') return std::nullopt;
  const auto value = parse_percentage(key.substr(1));
  if (!value || *value > 1) return std::nullopt;
  return value;
}

/// The shortest percentile that reads back as the level: its decimals, with the point two places
/// on.
std::string level_text(double level) {
  for (int decimals = 2; decimals < 40; ++decimals) {
    std::string text = fmt::format("{:.{}f}", level, decimals);
    text = text.substr(0, 1) + text.substr(2, 2) + "." + text.substr(4);
    text.erase(0, std::min(text.find_first_not_of('0'), text.find('.') - 1));
    if (text.back() == '.') text.pop_back();
    const std::string key = "p" + text;
    if (level_of(key) == level) return key;
  }
  return fmt::format("p{}", level * 100);
}

struct ReadPoint {
  QuantilePoint point;
  const Node* node;
};

void read_points(Reader& reader, const Node& table, std::vector<ReadPoint>& points) {
  for (const Entry& entry : table.entries) {
    const Reader::Within within(reader, entry.key);
    const auto level = level_of(entry.key);
    if (!level) {
      reader.mistake(entry.key_position, fmt::format("'{}' is not a percentile", entry.key),
                     "percentiles are written p0, p50, \"p99.9\", p100");
      continue;
    }
    Duration duration;
    read(reader, entry.node, duration, Extent{});
    points.push_back(ReadPoint{QuantilePoint{*level, duration}, &entry.node});
  }
}

}  // namespace

LawKeys LawKeys::of(const LawSpec& law) {
  LawKeys keys;
  keys.minimum = law.minimum;
  struct Filler {
    LawKeys& keys;
    void operator()(const ConstantSpec& form) { keys.constant = form.value; }
    void operator()(const UniformSpec& form) { keys.uniform = form; }
    void operator()(const ExponentialSpec& form) { keys.exponential = form; }
    void operator()(const NormalSpec& form) { keys.normal = form; }
    void operator()(const LognormalSpec& form) {
      keys.lognormal = LognormalKeys{form.median, form.sigma, std::nullopt};
    }
    void operator()(const GammaSpec& form) { keys.gamma = form; }
    void operator()(const WeibullSpec& form) { keys.weibull = form; }
    void operator()(const ParetoSpec& form) { keys.pareto = form; }
    void operator()(const EmpiricalSpec& form) { keys.empirical = form; }
    void operator()(const MixtureSpec& form) { keys.mixture = form; }
  };
  std::visit(Filler{keys}, law.form);
  return keys;
}

LawSpec LawKeys::spec() const {
  LawSpec law;
  law.minimum = minimum;
  if (constant) law.form = ConstantSpec{*constant};
  if (uniform) law.form = *uniform;
  if (exponential) law.form = *exponential;
  if (normal) law.form = *normal;
  if (lognormal) {
    double sigma = lognormal->sigma.value_or(0);
    if (lognormal->p99 && lognormal->median > Duration()) {
      sigma = portable_log(lognormal->p99->in_seconds() / lognormal->median.in_seconds()) /
              normal_quantile_99;
    }
    law.form = LognormalSpec{lognormal->median, std::max(sigma, 0.0)};
  }
  if (gamma) law.form = *gamma;
  if (weibull) law.form = *weibull;
  if (pareto) law.form = *pareto;
  if (empirical) law.form = *empirical;
  if (mixture) law.form = *mixture;
  return law;
}

void inspect(Reader& reader, const Node& node, const UniformSpec& spec) {
  if (spec.high >= spec.low) return;
  const Node* high = node.find("high");
  reader.mistake(high ? *high : node, "'high' is below 'low'");
}

void inspect(Reader& reader, const Node& node, const NormalSpec& spec) {
  if (spec.mean > Duration() || spec.standard_deviation > Duration()) return;
  reader.mistake(node, "a normal law with mean and standard deviation zero is never positive");
}

void inspect(Reader& reader, const Node& node, const LognormalKeys& spec) {
  if (!spec.p99 || *spec.p99 >= spec.median) return;
  reader.mistake(*node.find("p99"), "'p99' is below 'median'");
}

void read(Reader& reader, const Node& node, LawSpec& value, const LawTable& kind) {
  if (node.type == Node::Type::table) {
    LawKeys keys;
    read_law_table(reader, node, keys, kind);
    value = keys.spec();
    return;
  }
  Duration constant;
  read(reader, node, constant, Extent{});
  value = LawSpec{Duration(), ConstantSpec{constant}};
}

Node written(const LawSpec& value, const LawTable&) {
  const auto* constant = std::get_if<ConstantSpec>(&value.form);
  if (constant && value.minimum == Duration()) return written(constant->value, Extent{});
  return written(LawKeys::of(value), Table{Layout::whole});
}

SchemaNode schema(const LawSpec&, const LawTable&) {
  return reference_to("law");
}

void read(Reader& reader, const Node& node, EmpiricalSpec& value, const QuantileKeys&) {
  std::vector<ReadPoint> points;
  if (node.type == Node::Type::array) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Reader::Within within(reader, i);
      if (reader.expect_table(node.items[i])) read_points(reader, node.items[i], points);
    }
  } else {
    if (!reader.expect_table(node)) return;
    read_points(reader, node, points);
  }
  std::stable_sort(points.begin(), points.end(), [](const ReadPoint& a, const ReadPoint& b) {
    return a.point.level < b.point.level;
  });
  if (points.empty() || points.front().point.level != 0 || points.back().point.level != 1) {
    reader.mistake(node, "an empirical law needs p0 and p100, its least and largest value");
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0 && points[i].point.level == points[i - 1].point.level) {
      reader.mistake(*points[i].node, "this percentile is given twice");
    } else if (i > 0 && points[i].point.value < points[i - 1].point.value) {
      reader.mistake(*points[i].node, "a percentile is below a lower percentile");
    }
    value.points.push_back(points[i].point);
  }
}

Node written(const EmpiricalSpec& value, const QuantileKeys&) {
  Node table = Node::of_table(Layout::whole);
  for (const QuantilePoint& point : value.points) {
    table.add(level_text(point.level), written(point.value, Extent{}));
  }
  return table;
}

SchemaNode schema(const EmpiricalSpec&, const QuantileKeys&) {
  SchemaNode table;
  table.type = SchemaNode::Type::table;
  table.additional.push_back(schema(Duration(), Extent{}));
  table.additional_name = "PERCENTILE";
  SchemaNode rows;
  rows.type = SchemaNode::Type::array;
  rows.items.push_back(table);
  table.required = {"p0", "p100"};
  SchemaNode node;
  node.type = SchemaNode::Type::any_of;
  node.alternatives = {std::move(table), std::move(rows)};
  return node;
}

void read(Reader& reader, const Node& node, MixtureSpec& value, const MixtureList& kind) {
  if (!reader.expect_array(node, 1, 1'000)) return;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const Reader::Within within(reader, i);
    LawKeys keys;
    keys.in_mixture = true;
    read_law_table(reader, node.items[i], keys, LawTable{kind.depth + 1});
    value.weights.push_back(keys.weight);
    value.components.push_back(keys.spec());
  }
}

Node written(const MixtureSpec& value, const MixtureList&) {
  Node array = Node::of_array();
  for (std::size_t i = 0; i < value.components.size(); ++i) {
    LawKeys keys = LawKeys::of(value.components[i]);
    keys.in_mixture = true;
    keys.weight = value.weights[i];
    array.items.push_back(written(keys, Table{Layout::whole}));
  }
  return array;
}

SchemaNode schema(const MixtureSpec&, const MixtureList&) {
  SchemaNode node;
  node.type = SchemaNode::Type::array;
  node.items.push_back(reference_to("weighted_law"));
  return node;
}

void read(Reader& reader, const Node& node, CountLawSpec& value, const CountLawTable& kind) {
  value = CountLawSpec{};
  if (node.type != Node::Type::table) {
    int count = 1;
    read(reader, node, count, Whole{kind.least, 1'000'000});
    value.mean = count;
    return;
  }
  CountLawKeys keys;
  read(reader, node, keys, Table{Layout::whole});
  if (keys.geometric) {
    value.kind = CountLawSpec::Kind::geometric;
    value.mean = keys.geometric->mean;
  } else if (keys.empirical) {
    value.kind = CountLawSpec::Kind::empirical;
    value.weights = *keys.empirical;
    const bool any = std::any_of(value.weights.begin(), value.weights.end(),
                                 [](double weight) { return weight > 0; });
    if (!any) reader.mistake(*node.find("empirical"), "no weight is above zero");
  }
}

Node written(const CountLawSpec& value, const CountLawTable&) {
  CountLawKeys keys;
  switch (value.kind) {
    case CountLawSpec::Kind::constant:
      return Node::of_number(value.mean);
    case CountLawSpec::Kind::geometric:
      keys.geometric = GeometricKeys{value.mean};
      break;
    case CountLawSpec::Kind::empirical:
      keys.empirical = value.weights;
      break;
  }
  return written(keys, Table{Layout::whole});
}

SchemaNode schema(const CountLawSpec&, const CountLawTable&) {
  return reference_to("count");
}

std::vector<SchemaProperty> law_definitions() {
  const auto either = [](SchemaNode simple, SchemaNode table, std::string description) {
    SchemaNode node;
    node.type = SchemaNode::Type::any_of;
    node.description = std::move(description);
    node.alternatives = {std::move(simple), std::move(table)};
    return node;
  };
  SchemaNode law = schema(LawKeys{}, Table{Layout::whole});
  LawKeys weighted_keys;
  weighted_keys.in_mixture = true;
  TableSchema weighted;
  describe(weighted, weighted_keys);
  SchemaNode weighted_law = weighted.take();
  weighted_law.description = "A component of a mixture.";
  SchemaNode counts = schema(CountLawKeys{}, Table{Layout::whole});
  return {{"law", either(schema(Duration(), Extent{}), std::move(law),
                         "A probability law of durations: a duration by itself is a constant.")},
          {"weighted_law", std::move(weighted_law)},
          {"count", either(schema(std::int64_t{1}, Whole{0, 1'000'000}), std::move(counts),
                           "A law of whole numbers: a number by itself is a constant.")}};
}

}  // namespace rehearse
