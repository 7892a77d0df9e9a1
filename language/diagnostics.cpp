#include "language/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "language/utf8.hpp"
#include "sim/counted_text.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

constexpr std::size_t most_shown = 100;
constexpr std::size_t most_kept = 10'000;
constexpr int excerpt_width = 96;

/// Bytes of the character at `offset`; one, where there is none.
std::size_t character_length(const std::string& text, std::size_t offset, std::size_t end) {
  const std::string_view rest = std::string_view(text).substr(offset, end - offset);
  return std::max<std::size_t>(1, utf8_length(rest));
}

}  // namespace

std::string printable(std::string_view text) {
  return visible_sentence(text);
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
  add(position, std::move(sentence), [hint = std::move(hint)] { return hint; });
}

void Diagnostics::add(Position position, std::string sentence, std::function<std::string()> hint) {
  ++count_;
  if (mistakes_.size() >= most_kept) return;
  mistakes_.push_back(Entry{position, std::move(sentence), std::move(hint)});
}

std::string Diagnostics::excerpt(Position position, Cursor& cursor) const {
  const Source& source = sources_[position.file];
  const auto index = static_cast<std::size_t>(position.line - 1);
  if (index >= source.line_starts.size()) return "";
  constexpr int most_before = excerpt_width - 16;
  const int column = std::max(position.column, 1);
  const int first = std::max(1, column - most_before);
  const bool further = cursor.position.file == position.file &&
                       cursor.position.line == position.line && cursor.position.column <= first;
  if (!further) cursor = {{position.file, position.line, 1}, source.line_starts[index]};
  const std::size_t line_end = std::min(source.text.find('\n', cursor.offset), source.text.size());
  while (cursor.position.column < first && cursor.offset < line_end) {
    cursor.offset += character_length(source.text, cursor.offset, line_end);
    ++cursor.position.column;
  }

  const std::string_view rest =
      std::string_view(source.text).substr(cursor.offset, line_end - cursor.offset);
  std::vector<std::string> characters = utf8_characters(rest.substr(0, 4 * excerpt_width));
  if (!rest.empty() && rest.size() <= 4 * excerpt_width && rest.back() == '\r') {
    characters.pop_back();
  }
  const std::string prefix = first > 1 ? "..." : "";
  std::string shown = prefix;
  const std::size_t last = std::min<std::size_t>(characters.size(), excerpt_width);
  for (std::size_t i = 0; i < last; ++i) shown += characters[i];
  if (last < characters.size() || rest.size() > 4 * excerpt_width) shown += "...";
  const std::size_t blanks = static_cast<std::size_t>(column - first) + prefix.size();

  const std::string number = fmt::format("{:>4}", position.line);
  return fmt::format("{} | {}\n{} | {}^\n", number, shown, std::string(number.size(), ' '),
                     std::string(blanks, ' '));
}

std::string Diagnostics::text() const {
  std::vector<Entry> sorted = mistakes_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Entry& a, const Entry& b) { return a.position < b.position; });
  std::string text;
  Cursor cursor;
  for (std::size_t i = 0; i < sorted.size() && i < most_shown; ++i) {
    const Entry& mistake = sorted[i];
    const std::string sentence = printable(mistake.sentence);
    if (mistake.position.file < 0) {
      text += fmt::format("error: {}\n", sentence);
    } else if (mistake.position.line <= 0) {
      text +=
          fmt::format("{}: error: {}\n", printable(source_name(mistake.position.file)), sentence);
    } else {
      text += fmt::format("{}:{}:{}: error: {}\n{}", printable(source_name(mistake.position.file)),
                          mistake.position.line, mistake.position.column, sentence,
                          excerpt(mistake.position, cursor));
    }
    const std::string hint = mistake.hint();
    if (!hint.empty()) text += fmt::format("hint: {}\n", printable(hint));
  }
  if (count_ > most_shown) {
    text += fmt::format("and {}\n", counted(count_ - most_shown, "more mistake"));
  }
  return text;
}

void Diagnostics::throw_if_any() const {
  if (!empty()) throw InvalidInput(text());
}

}  // namespace rehearse
