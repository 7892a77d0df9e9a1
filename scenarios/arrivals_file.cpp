#include "scenarios/arrivals_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "language/quantity_text.hpp"
#include "language/text_file.hpp"
#include "language/value_kinds.hpp"
#include "sim/duration_text.hpp"

namespace rehearse {
namespace {

constexpr int most_mistakes = 20;

std::string_view without_edges(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) {
    text.remove_suffix(1);
  }
  return text;
}

/// Decimal seconds, exactly to the nanosecond, as the durations of the language are.
std::optional<Duration> parse_offset(std::string_view text) {
  if (auto exact = parse_duration(std::string(text) + "s")) return exact;
  const auto seconds = parse_number(text);  // 1.5e3
  if (!seconds) return std::nullopt;
  return Duration::rounded_seconds(*seconds);
}

/// One line; what is wrong with it, or nothing.
std::string read_line(std::string_view line, Duration before, ReplaySpec::Arrival& arrival) {
  const std::size_t comma = line.find(',');
  const auto offset = parse_offset(without_edges(line.substr(0, comma)));
  if (!offset) return "this is not an offset in seconds";
  if (*offset < Duration() || *offset > longest_duration) {
    return "an offset must be from 0 seconds to 30 days";
  }
  if (*offset < before) return "the arrivals go back in time here";
  arrival.offset = *offset;
  if (comma == std::string_view::npos) return "";
  const std::string_view endpoint = without_edges(line.substr(comma + 1));
  if (!endpoint.empty() && !parse_endpoint(endpoint)) {
    return "this is not an endpoint, \"service/operation\"";
  }
  arrival.endpoint = std::string(endpoint);
  return "";
}

void read_lines(Reader& reader, int source, ReplaySpec& spec) {
  const std::string_view text = reader.diagnostics().source_text(source);
  int number = 0;
  int mistakes = 0;
  Duration before;
  for (std::size_t start = 0; start < text.size() && mistakes < most_mistakes;) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string_view line = without_edges(text.substr(start, end - start));
    start = end + 1;
    ++number;
    const bool header = number == 1 && line.substr(0, 14) == "offset_seconds";
    if (line.empty() || header || line.front() == '#') continue;
    ReplaySpec::Arrival arrival;
    const std::string complaint = read_line(line, before, arrival);
    if (!complaint.empty()) {
      ++mistakes;
      reader.mistake(Position{source, number, 1}, complaint);
      continue;
    }
    before = arrival.offset;
    spec.arrivals.push_back(std::move(arrival));
  }
}

}  // namespace

void read_arrivals(Reader& reader, const Node& node, ReplaySpec& spec) {
  const Node* file_node = node.find("file");
  if (spec.file.empty() || file_node == nullptr) return;
  const std::string path = joined_path(reader.folder(), spec.file);
  TextFile file = read_text_file(path, largest_recording);
  if (!file.text) {
    reader.mistake(*file_node, fmt::format("'{}': {}", path, file.complaint));
    return;
  }
  const int source = reader.diagnostics().add_source(path, *std::move(file.text));
  read_lines(reader, source, spec);
  if (spec.arrivals.empty()) {
    reader.mistake(*file_node, fmt::format("'{}' holds no arrivals", path));
  } else if (spec.repeat && spec.period < spec.arrivals.back().offset) {
    reader.mistake(*file_node, fmt::format("the last arrival, at {}, is after the period, {}",
                                           duration_text(spec.arrivals.back().offset),
                                           duration_text(spec.period)));
  }
}

std::string arrivals_text(const ReplaySpec& spec) {
  std::string text = "offset_seconds,endpoint\n";
  for (const ReplaySpec::Arrival& arrival : spec.arrivals) {
    const std::int64_t count = arrival.offset.in_nanoseconds();
    text += fmt::format("{}.{:09},{}\n", count / 1'000'000'000, count % 1'000'000'000,
                        arrival.endpoint);
  }
  return text;
}

}  // namespace rehearse
