#include "cli/trace_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <string_view>
#include <thread>

#include "calibrate/readers/column_mapping_file.hpp"
#include "calibrate/readers/input.hpp"
#include "calibrate/readers/shipped_mappings.hpp"
#include "language/quantity_text.hpp"
#include "language/suggestions.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

struct FormatWord {
  const char* word;
  TraceFormat format;
};
constexpr std::array<FormatWord, 7> formats = {{{"detect", TraceFormat::detect},
                                                {"jaeger", TraceFormat::jaeger},
                                                {"zipkin", TraceFormat::zipkin},
                                                {"otlp", TraceFormat::otlp},
                                                {"xray", TraceFormat::xray},
                                                {"datadog", TraceFormat::datadog},
                                                {"csv", TraceFormat::csv}}};

TraceFormat format_called(const std::string& word) {
  std::vector<std::string> words;
  for (const FormatWord& format : formats) {
    if (word == format.word) return format.format;
    words.emplace_back(format.word);
  }
  const std::string hint = did_you_mean(word, words);
  throw InvalidInput(fmt::format("--format {}: expected one of {}{}", visible_name(word),
                                 fmt::join(words, ", "), hint.empty() ? "" : "\nhint: " + hint));
}

std::vector<std::string> shipped_names() {
  std::vector<std::string> names;
  for (const ShippedMapping& shipped : shipped_mappings()) names.push_back(shipped.name);
  return names;
}

/// By name, or else by file: ./honeycomb is a file.
ColumnMapping mapping_called(const std::string& word) {
  if (auto shipped = shipped_mapping_called(word)) return *shipped;
  const bool looks_like_name = word.find_first_of("./") == std::string::npos;
  if (looks_like_name && !std::filesystem::exists(word)) {
    const std::string hint = did_you_mean(word, shipped_names());
    throw InvalidInput(fmt::format("--columns {}: neither a file nor one of {}{}",
                                   visible_name(word), fmt::join(shipped_names(), ", "),
                                   hint.empty() ? "" : "\nhint: " + hint));
  }
  return load_column_mapping(word);
}

Duration skipped_start(const Arguments& arguments) {
  const auto said = arguments.text("skip-start");
  if (!said) return {};
  const auto duration = parse_duration(*said);
  if (!duration || *duration <= Duration()) {
    throw InvalidInput(
        fmt::format("--skip-start {}: expected a duration, as 10s or 1m", visible_name(*said)));
  }
  return *duration;
}

/// "2000000", "2M", "500k".
std::uint64_t sample_size(const std::string& said) {
  constexpr double most = 2e9;  // spans are numbered by 32 bits
  std::string_view digits = said;
  double times = 1;
  if (digits.ends_with('k')) times = 1e3;
  if (digits.ends_with('M')) times = 1e6;
  if (times > 1) digits.remove_suffix(1);
  const auto number = parse_number(digits);
  const double spans = number ? *number * times : 0;
  if (spans < 1 || spans > most || spans != std::floor(spans)) {
    throw InvalidInput(
        fmt::format("--sample {}: expected a number of spans up to 2000M, as 2000000, 500k or 2M",
                    visible_name(said)));
  }
  return static_cast<std::uint64_t>(spans);
}

/// "service=k8s.deployment.name", "operation=http.route".
NameBy name_by(const std::vector<std::string>& said) {
  NameBy asked;
  for (const std::string& one : said) {
    const std::size_t end = std::min(one.find('='), one.size());
    const std::string_view what = std::string_view(one).substr(0, end);
    const std::string attribute = one.substr(std::min(end + 1, one.size()));
    if ((what != "service" && what != "operation") || attribute.empty()) {
      throw InvalidInput(
          fmt::format("--name-by {}: expected service=ATTRIBUTE or operation=ATTRIBUTE, as "
                      "service=k8s.deployment.name",
                      visible_name(one)));
    }
    (what == "service" ? asked.service : asked.operation).push_back(attribute);
  }
  return asked;
}

}  // namespace

std::vector<Option> options_of_reading() {
  return {
      {"format", 0, "FORMAT", "jaeger, zipkin, otlp, xray, datadog or csv (default: by content)"},
      {"columns", 0, "MAPPING", fmt::format("a file, or {}", fmt::join(shipped_names(), ", "))},
      {"name-by", 0, "WHAT=ATTRIBUTE",
       "name each service or operation by an attribute, as service=k8s.deployment.name", true},
      {"sample", 0, "N",
       fmt::format("keep at most so many spans, whole traces at random, as 2M (default: {}M)",
                   default_most_spans / 1'000'000)},
  };
}

std::vector<Option> options_of_traces() {
  std::vector<Option> options = options_of_reading();
  options.push_back(
      {"skip-start", 0, "DURATION", "leave out traces that begin so soon: a warm-up"});
  options.push_back(
      {"sampling-percent", 0, "P", "of all traces were kept, where the spans do not say"});
  return options;
}

ReadOptions how_to_read(const Arguments& arguments) {
  ReadOptions options;
  // Beyond a few the one that cuts the file into elements cannot keep the others busy.
  constexpr unsigned most_threads = 8;
  options.threads =
      static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, most_threads));
  options.format = format_called(arguments.text("format").value_or("detect"));
  if (const auto columns = arguments.text("columns")) options.columns = mapping_called(*columns);
  options.name_by = name_by(arguments.texts("name-by"));
  if (const auto said = arguments.text("sample")) options.most_spans = sample_size(*said);
  return options;
}

CalibrateOptions how_to_read_traces(const Arguments& arguments) {
  CalibrateOptions options;
  options.read = how_to_read(arguments);
  constexpr double least_percent = 100 / most_adjusted_count;
  options.sampling_percent = arguments.number("sampling-percent", least_percent, 100);
  options.skip_start = skipped_start(arguments);
  return options;
}

void check_traces_named(const Arguments& arguments, const std::string& verb) {
  if (arguments.positional().empty()) {
    throw InvalidInput(
        fmt::format("rehearse {0}: expected files of traces\nhint: rehearse {0} --help", verb));
  }
  refuse_reading_twice(arguments.positional(), verb);
}

void refuse_reading_twice(const std::vector<std::string>& files, const std::string& verb) {
  if (std::count(files.begin(), files.end(), standard_input) <= 1) return;
  throw InvalidInput(fmt::format("rehearse {}: standard input can be read only once", verb));
}

}  // namespace rehearse
