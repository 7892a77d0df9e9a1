#include "tests/benchmarks/rows.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace rehearse::bench {

std::string written(const std::vector<Row>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const Row& row : rows) {
    list.push_back({{"name", row.name},
                    {"value", row.value},
                    {"unit", row.unit},
                    {"baseline", row.baseline},
                    {"ratio", row.ratio},
                    {"ratio_min", row.ratio_min},
                    {"ratio_max", row.ratio_max}});
  }
  return nlohmann::ordered_json{{"rows", list}}.dump(2) + "\n";
}

std::vector<Row> parsed(const std::string& text) {
  std::vector<Row> rows;
  try {
    const nlohmann::json document = nlohmann::json::parse(text);
    for (const auto& entry : document.at("rows")) {
      rows.push_back({entry.at("name"), entry.at("value"), entry.at("unit"), entry.at("baseline"),
                      entry.at("ratio"), entry.at("ratio_min"), entry.at("ratio_max")});
    }
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error(fmt::format("no rows of a benchmark: {}", error.what()));
  }
  return rows;
}

std::string line_of(const Row& row) {
  std::string line = fmt::format("{:<28} {:>12.4g} {:<14}", row.name, row.value, row.unit);
  if (!row.baseline.empty()) {
    line += fmt::format(" {:.3f} x {} ({:.3f} to {:.3f})", row.ratio, row.baseline, row.ratio_min,
                        row.ratio_max);
  }
  return line;
}

const char* const markdown_head = "| What | Value | Ratio (of pairs) |\n|---|---|---|";

std::string markdown_of(const Row& row) {
  const bool large = row.value >= 1e6;
  std::string line =
      fmt::format("| {} | {:.3g}{} {} |", row.name, large ? row.value / 1e6 : row.value,
                  large ? " million" : "", row.unit);
  if (!row.baseline.empty()) {
    line += fmt::format(" {:.2f} x {} ({:.2f}-{:.2f})", row.ratio, row.baseline, row.ratio_min,
                        row.ratio_max);
  }
  return line + " |";
}

}  // namespace rehearse::bench
