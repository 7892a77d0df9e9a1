#include "scenarios/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/utf8.hpp"
#include "sim/error.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_shown = 100;
constexpr std::size_t most_kept = 10'000;
constexpr std::size_t excerpt_width = 96;

}  // namespace

std::string printable(std::string_view text) {
  std::string joined;
  for (const std::string& character : utf8_characters(text)) joined += character;
  return joined;
}

int Diagnostics::add_source(std::string name, std::string text) {
  std::vector<std::size_t> starts{0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts.push_back(i + 1);
  }
  sources_.push_back(Source{std::move(name), std::move(text), std::move(starts)});
  return static_cast<int>(sources_.size()) - 1;
}

void Diagnostics::add(Position position, std::string sentence, std::string hint) {
  ++count_;
  if (mistakes_.size() >= most_kept) return;
  mistakes_.push_back(Entry{position, std::move(sentence), std::move(hint)});
}

std::string Diagnostics::excerpt(Position position) const {
  const Source& source = sources_[position.file];
  const auto index = static_cast<std::size_t>(position.line - 1);
  if (index >= source.line_starts.size()) return "";
  const std::size_t start = source.line_starts[index];
  const std::size_t end = std::min(source.text.find('\n', start), source.text.size());
  // Lines of megabytes exist; columns far to the right are found without reading on.
  const std::size_t most_bytes = 4 * (static_cast<std::size_t>(position.column) + excerpt_width);
  const std::string_view line =
      std::string_view(source.text).substr(start, std::min(end - start, most_bytes));
  std::vector<std::string> characters = utf8_characters(line);
  if (!characters.empty() && line.back() == '\r') characters.pop_back();

  std::size_t column = static_cast<std::size_t>(std::max(position.column, 1)) - 1;
  std::string prefix;
  std::size_t first = 0;
  if (column > excerpt_width - 16) {
    first = column - (excerpt_width - 16);
    prefix = "...";
  }
  std::string shown = prefix;
  const std::size_t last = std::min(characters.size(), first + excerpt_width);
  for (std::size_t i = first; i < last; ++i) shown += characters[i];
  if (last < characters.size() || line.size() < end - start) shown += "...";
  column = column - first + prefix.size();

  const std::string number = fmt::format("{:>4}", position.line);
  return fmt::format("{} | {}\n{} | {}^\n", number, shown, std::string(number.size(), ' '),
                     std::string(column, ' '));
}

std::string Diagnostics::text() const {
  std::vector<Entry> sorted = mistakes_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry& a, const Entry& b) { return a.position < b.position; });
  std::string text;
  for (std::size_t i = 0; i < sorted.size() && i < most_shown; ++i) {
    const Entry& mistake = sorted[i];
    const std::string sentence = printable(mistake.sentence);
    if (mistake.position.file < 0) {
      text += fmt::format("error: {}\n", sentence);
    } else if (mistake.position.line <= 0) {
      text += fmt::format("{}: error: {}\n", source_name(mistake.position.file), sentence);
    } else {
      text += fmt::format("{}:{}:{}: error: {}\n{}", source_name(mistake.position.file),
                          mistake.position.line, mistake.position.column, sentence,
                          excerpt(mistake.position));
    }
    if (!mistake.hint.empty()) text += fmt::format("hint: {}\n", printable(mistake.hint));
  }
  if (count_ > most_shown) {
    text += fmt::format("and {} more mistakes\n", count_ - most_shown);
  }
  return text;
}

void Diagnostics::throw_if_any() const {
  if (!empty()) throw InvalidInput(text());
}

}  // namespace rehearse
