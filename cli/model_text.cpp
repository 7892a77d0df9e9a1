#include "cli/model_text.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <map>
#include <set>
#include <vector>

#include "language/spec_path.hpp"
#include "language/text_file.hpp"
#include "language/toml_text.hpp"
#include "scenarios/documents.hpp"
#include "scenarios/scenario.hpp"
#include "scenarios/write.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

using Values = std::map<std::string, std::string>;

/// Every value of a document by its path, as a file spells it.
void collect_values(const Node& node, const std::string& path, Values& values) {
  if (node.type == Node::Type::none) return;
  const bool block = node.layout == Layout::block;
  if (node.type == Node::Type::table && block) {
    for (const Entry& entry : node.entries) {
      collect_values(entry.node, extended_path(path, entry.key), values);
    }
  } else if (node.type == Node::Type::array && !node.items.empty() && block) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      collect_values(node.items[i], indexed_path(path, i), values);
    }
  } else {
    values[path] = toml_value(node);
  }
}

Values values_of(const ModelSpec& model, bool evidence) {
  Values values;
  for (const Entry& entry : written_model(model).entries) {
    if (entry.key == "provenance" || (entry.key == "evidence") != evidence) continue;
    collect_values(entry.node, extended_path("", entry.key), values);
  }
  return values;
}

std::string shown(const Values& values, const std::string& path) {
  constexpr std::size_t longest_shown = 60;
  const auto found = values.find(path);
  if (found == values.end()) return "nothing";
  const std::string& text = found->second;
  return text.size() <= longest_shown ? text : visible_line(text.substr(0, longest_shown)) + "...";
}

void add_differences(const Values& there, const Values& learned, std::vector<std::string>& lines) {
  std::set<std::string> paths;
  for (const auto& [path, value] : there) paths.insert(path);
  for (const auto& [path, value] : learned) paths.insert(path);
  for (const std::string& path : paths) {
    const auto a = there.find(path);
    const auto b = learned.find(path);
    if (a != there.end() && b != learned.end() && a->second == b->second) continue;
    lines.push_back(fmt::format("  {} is {}, learned was {}", visible_name(path),
                                shown(there, path), shown(learned, path)));
  }
}

/// What they say comes before why it should be believed.
std::vector<std::string> differences(const ModelSpec& there, const ModelSpec& learned) {
  std::vector<std::string> lines;
  for (const bool evidence : {false, true}) {
    add_differences(values_of(there, evidence), values_of(learned, evidence), lines);
  }
  constexpr std::size_t most_lines = 10;
  if (lines.size() > most_lines) {
    const std::string rest = fmt::format("  and {} more", lines.size() - most_lines);
    lines.resize(most_lines);
    lines.push_back(rest);
  }
  return lines;
}

constexpr const char* way_out = "hint: --force overwrites it, -o may name another file";

}  // namespace

void refuse_other_model(const ModelSpec& learned, const std::string& path) {
  std::error_code absent;
  if (!std::filesystem::is_regular_file(path, absent)) return;
  const TextFile file = read_text_file(path);
  if (file.text && file.text->empty()) return;
  std::vector<std::string> lines;
  try {
    if (!file.text) throw InvalidInput(file.complaint);
    lines = differences(parse_model(*file.text, path), learned);
  } catch (const InvalidInput&) {
    throw InvalidInput(
        fmt::format("rehearse calibrate: {} exists and is no model that could be compared\n{}",
                    visible_line(path), way_out));
  }
  if (lines.empty()) return;
  throw InvalidInput(fmt::format(
      "rehearse calibrate: {} exists and says something else than these traces:\n{}\n{}",
      visible_line(path), fmt::join(lines, "\n"), way_out));
}

std::string readable_model_text(const ModelSpec& model, const std::string& name) {
  std::string text = write_model(model);
  if (text.size() > largest_document) {
    throw InvalidInput(fmt::format(
        "rehearse calibrate: the model has {} MiB; at most {} MiB are read\nhint: calibrate fewer "
        "services at a time",
        text.size() >> 20, largest_document >> 20));
  }
  try {
    parse_model(text, name);
  } catch (const InvalidInput& mistakes) {
    throw InvalidInput(fmt::format(
        "rehearse calibrate: these traces make a model that rehearse itself would refuse, so it "
        "was not written:\n{}",
        mistakes.what()));
  }
  return text;
}

}  // namespace rehearse
