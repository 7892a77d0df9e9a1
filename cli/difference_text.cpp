#include "cli/difference_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/counted_text.hpp"
#include "sim/duration_text.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

using Kind = ModelChange::Kind;
using Part = ModelChange::Part;

constexpr std::array parts = {Part::structure, Part::value, Part::evidence, Part::origin};
constexpr std::array headings = {"Came (+) and went (-)", "Values", "Evidence",
                                 "Where it was learned"};
static_assert(parts.size() == headings.size(), "each part has its heading");

/// "+33 %"; of more than tenfold, how many times as much.
std::string ratio_text(double ratio) {
  if (ratio == 1) return "the same";
  if (ratio >= 10) return times_text(ratio) + " times as much";
  const double percent = (ratio - 1) * 100;
  if (std::abs(percent) < 0.005) return percent > 0 ? "hardly more" : "hardly less";
  if (ratio < 0.001) return "hardly anything left";
  return fmt::format("{:+.3g} %", percent);
}

std::string figure_text(const char* name, double before, double after) {
  std::string text = fmt::format("{} {}", name, rounded_duration_text(before));
  if (before == after) return text;
  text += " -> " + rounded_duration_text(after);
  const bool comparable = before > 0 && after > 0 && std::isfinite(before) && std::isfinite(after);
  return comparable ? text + fmt::format(" ({})", ratio_text(after / before)) : text;
}

std::string law_text(const LawFigures& before, const LawFigures& after) {
  if (before == after) return "the same mean, p50, p90 and p99, by another law";
  return fmt::format("{}, {}, {}, {}", figure_text("mean", before.mean, after.mean),
                     figure_text("p50", before.p50, after.p50),
                     figure_text("p90", before.p90, after.p90),
                     figure_text("p99", before.p99, after.p99));
}

std::string shown(const std::string& value) {
  return value.empty() ? "nothing" : visible_sentence(value);
}

std::string line_of(const ModelChange& change) {
  const std::string path = visible_sentence(change.path);
  if (change.part == Part::structure) {
    const bool came = change.kind == Kind::came;
    return fmt::format("  {} {}  {}\n", came ? '+' : '-', path,
                       visible_sentence(came ? change.after : change.before));
  }
  if (change.law) {
    return fmt::format("  {}: {}\n", path, law_text(change.law->first, change.law->second));
  }
  const std::string relative = change.ratio ? fmt::format(" ({})", ratio_text(*change.ratio)) : "";
  return fmt::format("  {}: {} -> {}{}\n", path, shown(change.before), shown(change.after),
                     relative);
}

/// How many of each part are shown: a fair share first, and the rest in the order of the parts.
std::array<std::size_t, parts.size()> shares_of(const std::array<std::size_t, parts.size()>& counts,
                                                std::size_t most_lines) {
  std::array<std::size_t, parts.size()> shares{};
  std::size_t left = most_lines;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    shares[i] = std::min(counts[i], most_lines / parts.size());
    left -= shares[i];
  }
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::size_t more = std::min(left, counts[i] - shares[i]);
    shares[i] += more;
    left -= more;
  }
  return shares;
}

}  // namespace

std::string difference_text(const std::vector<ModelChange>& changes, std::size_t most_lines,
                            std::string_view where_all_are) {
  if (changes.empty()) return "No difference.\n";
  std::array<std::size_t, parts.size()> counts{};
  for (const ModelChange& change : changes) ++counts[static_cast<std::size_t>(change.part)];
  const auto shares = shares_of(counts, most_lines);
  std::string text = counted(changes.size(), "difference") + "\n";
  std::size_t hidden = 0;
  std::array<std::size_t, parts.size()> written{};
  for (const ModelChange& change : changes) {
    const auto part = static_cast<std::size_t>(change.part);
    if (written[part] == 0 && shares[part] > 0) text += fmt::format("\n{}\n", headings[part]);
    if (written[part]++ < shares[part]) {
      text += line_of(change);
    } else {
      ++hidden;
    }
  }
  if (hidden > 0) {
    text += fmt::format("\nand {} more{}\n", count_text(hidden), where_all_are);
  }
  return text;
}

}  // namespace rehearse
