#include "models/outcomes/metric_expression.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "language/quantity_text.hpp"
#include "language/suggestions.hpp"
#include "language/value_kinds.hpp"
#include "models/outcomes/metric.hpp"
#include "sim/expects.hpp"

namespace rehearse {
namespace {

using Unit = MetricRow::Unit;
using Labels = MetricRow::Labels;
using Aggregates = MetricRow::Aggregates;

bool is_word(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
}

std::string all_metrics() {
  std::string text;
  for (const MetricRow& metric : metric_rows()) {
    text += text.empty() ? "" : ", ";
    text += metric.word;
  }
  return text;
}

/// Recursive descent with one throw: the mistake itself, caught in parse_condition.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  MetricCondition condition() {
    condition_.text = std::string(text_);
    skip_space();
    const std::size_t start = at_;
    const std::string word = take_word("a metric or an aggregate");
    skip_space();
    if (at_ < text_.size() && text_[at_] == '(') {
      aggregate(word, start);
      ++at_;
      skip_space();
      const std::size_t metric_start = at_;
      metric(take_word("a metric"), metric_start);
      labels();
      expect(')');
    } else {
      metric(word, start);
      labels();
    }
    check_aggregate(start);
    comparison();
    threshold();
    return condition_;
  }

 private:
  [[noreturn]] static void fail(std::size_t offset, std::string sentence, std::string hint = "") {
    throw MetricMistake{offset, std::move(sentence), std::move(hint)};
  }

  const MetricRow& row() const {
    expects(word_ != nullptr, "what goes with a metric is read after the metric");
    return *word_;
  }

  void skip_space() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }

  void expect(char letter) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != letter) {
      fail(at_, fmt::format("'{}' is expected here", letter));
    }
    ++at_;
    skip_space();
  }

  std::string take_word(std::string_view what) {
    const std::size_t start = at_;
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    if (at_ == start) fail(start, fmt::format("{} is expected here", what));
    return std::string(text_.substr(start, at_ - start));
  }

  void aggregate(const std::string& word, std::size_t start) {
    if (word == "mean") {
      condition_.aggregate = Aggregate::mean;
      return;
    }
    if (word == "max") {
      condition_.aggregate = Aggregate::max;
      return;
    }
    const auto number = word[0] == 'p' ? parse_percentage(std::string_view(word).substr(1))
                                       : std::optional<double>();
    if (!number) {
      fail(start, fmt::format("'{}' is not an aggregate", word),
           "the aggregates are mean, max, and quantiles as p50, p99, p99.9");
    }
    if (*number < 0 || *number > 1) {
      fail(start, fmt::format("'{}' is not a quantile: p0 to p100 are", word));
    }
    condition_.aggregate = Aggregate::quantile;
    condition_.level = *number;
  }

  void metric(const std::string& word, std::size_t start) {
    std::vector<std::string> words;
    for (const MetricRow& metric : metric_rows()) {
      words.emplace_back(metric.word);
      if (metric.word == word) word_ = &metric;
    }
    if (word_ == nullptr) {
      fail(start, fmt::format("'{}' is not a metric", word),
           did_you_mean(word, words, "the metrics are " + all_metrics()));
    }
    condition_.metric = row().metric;
  }

  void check_aggregate(std::size_t start) const {
    const bool quantile = condition_.aggregate == Aggregate::quantile;
    const bool none = condition_.aggregate == Aggregate::absent;
    if (row().aggregates == Aggregates::alone && !none) {
      fail(start, fmt::format("{} takes no aggregate", row().word),
           fmt::format("write {} by itself", row().word));
    }
    if (row().aggregates == Aggregates::quantile_mean_max && none) {
      fail(start, "latency needs an aggregate", "write p99(latency{...}), mean(...) or max(...)");
    }
    if (row().aggregates == Aggregates::mean_max && (none || quantile)) {
      fail(start, fmt::format("{} needs the aggregate mean or max", row().word),
           fmt::format("write mean({}{{service='...'}})", row().word));
    }
  }

  void labels() {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != '{') return;
    expect('{');
    while (at_ < text_.size() && text_[at_] != '}') {
      label();
      skip_space();
      if (at_ < text_.size() && text_[at_] == ',')
        expect(',');
      else if (at_ >= text_.size() || text_[at_] != '}')
        fail(at_, "',' or '}' is expected here");
    }
    expect('}');
  }

  std::string* place_of(const std::string& name) {
    MetricLabels& found = condition_.labels;
    if (name == "workload") return &found.workload;
    if (name == "service") return &found.service;
    if (name == "endpoint") return &found.endpoint;
    if (name == "version") return &found.version;
    return nullptr;
  }

  void label() {
    const std::size_t start = at_;
    const std::string name = take_word("a label");
    std::string* place = place_of(name);
    if (place == nullptr) {
      fail(start, fmt::format("'{}' is not a label", name),
           did_you_mean(name, {"workload", "service", "endpoint", "version"},
                        "the labels are workload, service, endpoint and version"));
    }
    if (row().labels == Labels::nobody) fail(start, fmt::format("{} has no labels", row().word));
    if (row().labels == Labels::service && name != "service") {
      fail(start, fmt::format("{} has only the label 'service'", row().word));
    }
    if (!place->empty()) fail(start, fmt::format("the label '{}' is given twice", name));
    expect('=');
    const std::size_t value_start = at_;
    *place = quoted();
    if (name == "version" && *place != "stable" && *place != "canary") {
      fail(value_start, fmt::format("'{}' is not a version", *place),
           "the versions are stable and canary");
    }
    if (name == "endpoint" && place->find('/') == std::string::npos) {
      fail(value_start, fmt::format("'{}' is not an endpoint", *place),
           "endpoints are written 'service/operation'");
    }
    const MetricLabels& all = condition_.labels;
    const bool inside = !all.service.empty() || !all.endpoint.empty() || !all.version.empty();
    if (!all.workload.empty() && inside) {
      fail(start, "a metric is about a workload or about a service, not about both");
    }
  }

  std::string quoted() {
    const std::size_t start = at_;
    const char quote = at_ < text_.size() ? text_[at_] : ' ';
    if (quote != '\'' && quote != '"') fail(start, "a value in quotes is expected here");
    const std::size_t end = text_.find(quote, start + 1);
    if (end == std::string_view::npos) fail(start, "this quote is never closed");
    if (end == start + 1) fail(start, "this label is empty");
    at_ = end + 1;
    return std::string(text_.substr(start + 1, end - start - 1));
  }

  void comparison() {
    skip_space();
    const std::string_view rest = text_.substr(at_);
    const bool equal = rest.size() > 1 && rest[1] == '=';
    if (rest.empty() || (rest[0] != '<' && rest[0] != '>')) {
      fail(at_, "a comparison is expected here: <, <=, > or >=");
    }
    if (rest[0] == '<') {
      condition_.comparison = equal ? Comparison::less_or_equal : Comparison::less;
    } else {
      condition_.comparison = equal ? Comparison::greater_or_equal : Comparison::greater;
    }
    at_ += equal ? 2 : 1;
    skip_space();
  }

  void threshold() {
    std::string_view rest = text_.substr(at_);
    while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
    if (rest.empty()) fail(at_, "a threshold is expected here");
    switch (row().unit) {
      case Unit::seconds: {
        const auto duration = parse_duration(rest);
        if (!duration || *duration < Duration()) {
          fail(at_, fmt::format("'{}' is not a duration with its unit", rest),
               "thresholds of times are written 400ms or 1.5s");
        }
        condition_.threshold = duration->in_seconds();
        return;
      }
      case Unit::per_second: {
        const auto rate = parse_rate(rest);
        if (!rate || rate->per_second < 0) {
          fail(at_, fmt::format("'{}' is not a rate with its unit", rest),
               "thresholds of rates are written 80/s");
        }
        condition_.threshold = rate->per_second;
        return;
      }
      case Unit::ratio:
      case Unit::truth:
      case Unit::number:
        number_threshold(rest);
    }
  }

  void number_threshold(std::string_view rest) {
    const bool ratio = row().unit == Unit::ratio || row().unit == Unit::truth;
    const bool in_percent = ratio && rest.back() == '%';
    std::string_view digits = in_percent ? rest.substr(0, rest.size() - 1) : rest;
    while (!digits.empty() && digits.back() == ' ') digits.remove_suffix(1);
    const auto number = in_percent ? parse_percentage(digits) : parse_number(digits);
    if (!number) {
      fail(at_, fmt::format("'{}' is not a number", rest),
           ratio ? "thresholds of ratios are written 0.02 or 2%" : "");
    }
    condition_.threshold = *number;
    if (condition_.threshold < 0 || (ratio && condition_.threshold > 1)) {
      fail(at_, fmt::format("{} is never {}", row().word, rest),
           ratio ? "ratios are from 0 to 1; percent have a %" : "");
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  MetricCondition condition_;
  const MetricRow* word_ = nullptr;
};

}  // namespace

std::variant<MetricCondition, MetricMistake> parse_condition(std::string_view text) {
  try {
    return Parser(text).condition();
  } catch (const MetricMistake& mistake) {
    return mistake;
  }
}

std::vector<MetricReference> metric_references() {
  const auto threshold = [](Unit unit) -> std::string {
    switch (unit) {
      case Unit::seconds:
        return "duration: 400ms";
      case Unit::ratio:
      case Unit::truth:
        return "ratio: 0.02 or 2%";
      case Unit::per_second:
        return "rate: 80/s";
      case Unit::number:
        break;
    }
    return "number";
  };
  std::vector<MetricReference> references;
  for (const MetricRow& word : metric_rows()) {
    MetricReference reference{std::string(word.word), std::string(word.meaning), "none", "none",
                              threshold(word.unit)};
    if (word.aggregates == Aggregates::quantile_mean_max)
      reference.aggregates = "p0 ... p99.9 ... p100, mean, max";
    if (word.aggregates == Aggregates::mean_max) reference.aggregates = "mean, max";
    if (word.labels == Labels::service) reference.labels = "service";
    if (word.labels == Labels::who) reference.labels = "workload; or service, endpoint, version";
    references.push_back(std::move(reference));
  }
  return references;
}

void read(Reader& reader, const Node& node, MetricCondition& value, const ConditionText&) {
  if (node.type != Node::Type::text) {
    reader.wrong(node, "a condition in quotes",
                 "write \"p99(latency{endpoint='frontend/GET /'}) < 400ms\"");
    return;
  }
  const auto parsed = parse_condition(node.text);
  if (const auto* mistake = std::get_if<MetricMistake>(&parsed)) {
    reader.mistake_in_text(node, mistake->offset, mistake->sentence, mistake->hint);
    return;
  }
  value = std::get<MetricCondition>(parsed);
}

Node written(const MetricCondition& value, const ConditionText&) {
  return value.text.empty() ? Node() : Node::of_text(value.text);
}

SchemaNode schema(const MetricCondition&, const ConditionText&) {
  return schema_of_text("condition", "[<>]");
}

}  // namespace rehearse
