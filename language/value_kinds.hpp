#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "language/document.hpp"
#include "language/reader.hpp"
#include "language/schema.hpp"
#include "sim/enumerators.hpp"
#include "sim/rate.hpp"
#include "sim/time.hpp"

/// The kinds of values that keys hold. Each kind knows three things: how a node is read into a
/// value (reporting what is wrong and leaving the value alone), how a value is written, and its
/// schema.
namespace rehearse {

/// No simulated time is longer: beyond it a unit was mistaken.
constexpr Duration longest_duration = Duration::hours(30 * 24);

/// A whole number.
struct Whole {
  std::int64_t least = 0;
  std::int64_t most = 1'000'000'000'000'000;
};
void read(Reader& reader, const Node& node, int& value, const Whole& kind);
void read(Reader& reader, const Node& node, std::uint64_t& value, const Whole& kind);
Node written(std::int64_t value, const Whole& kind);
SchemaNode schema(std::int64_t value, const Whole& kind);

/// A whole number, or a word that says: nothing.
struct WholeOrWord {
  std::int64_t least = 0;
  std::int64_t most = 0;
  const char* word = "unlimited";
};
void read(Reader& reader, const Node& node, std::optional<int>& value, const WholeOrWord& kind);
Node written(const std::optional<int>& value, const WholeOrWord& kind);
SchemaNode schema(const std::optional<int>& value, const WholeOrWord& kind);

/// A number in [least, most], or in (least, most].
struct Number {
  double least = 0;
  double most = 0;
  enum class Lower { included, excluded } lower = Lower::included;
};
constexpr Number zero_to_one{0, 1};
constexpr Number zero_to_hundred{0, 100};
constexpr Number weight_above_zero{0, 1e15, Number::Lower::excluded};
void read(Reader& reader, const Node& node, double& value, const Number& kind);
Node written(double value, const Number& kind);
SchemaNode schema(double value, const Number& kind);

/// A duration with its unit.
struct Extent {
  Duration least;
  Duration most = longest_duration;
};
constexpr Extent positive_span{Duration::nanoseconds(1)};
void read(Reader& reader, const Node& node, Duration& value, const Extent& kind);
Node written(Duration value, const Extent& kind);
SchemaNode schema(Duration value, const Extent& kind);

/// A rate with its unit.
struct PerTime {
  double most_per_second = 1e9;
};
void read(Reader& reader, const Node& node, Rate& value, const PerTime& kind);
Node written(Rate value, const PerTime& kind);
SchemaNode schema(Rate value, const PerTime& kind);

/// Text; `what` names it for people ("the name of a service").
struct Text {
  std::string_view what = "text";
  enum class Empty { allowed, refused } empty = Empty::refused;
};
void read(Reader& reader, const Node& node, std::string& value, const Text& kind);
Node written(const std::string& value, const Text& kind);
SchemaNode schema(const std::string& value, const Text& kind);

/// True or false.
struct Flag {};
void read(Reader& reader, const Node& node, bool& value, const Flag& kind);
Node written(bool value, const Flag& kind);
SchemaNode schema(bool value, const Flag& kind);

/// A number, a text, or true or false, as some key elsewhere holds it: kept as it was written.
struct AnyScalar {};
void read(Reader& reader, const Node& node, Node& value, const AnyScalar& kind);
Node written(const Node& value, const AnyScalar& kind);
SchemaNode schema(const Node& value, const AnyScalar& kind);

/// Whether a node is a number, a text, or true or false.
bool is_scalar(const Node& node);

/// The number of the language a file is written in.
struct LanguageVersion {};
void read(Reader& reader, const Node& node, int& value, const LanguageVersion& kind);
Node written(int value, const LanguageVersion& kind);
SchemaNode schema(int value, const LanguageVersion& kind);

/// One word for each enumerator, in their order: one that is missing does not compile.
template <class Enum>
struct Choice {
  struct Word {
    Enum value;
    std::string_view word;
  };
  std::array<Word, enumerator_count<Enum>()> words;

  consteval Choice(std::initializer_list<Word> all) : words() {
    if (all.size() != words.size()) throw "a word is missing, or there are too many";
    std::copy(all.begin(), all.end(), words.begin());
    if (!lists_every(words, &Word::value)) throw "words stand in the order of their enumerators";
  }
};

template <class Enum>
constexpr std::string_view word_of(Enum value, const Choice<Enum>& kind) {
  return kind.words[static_cast<std::size_t>(value)].word;
}

/// The index of a text among words; reports and returns nothing when it is none of them.
std::optional<std::size_t> read_word(Reader& reader, const Node& node,
                                     const std::vector<std::string>& words);
SchemaNode schema_of_words(std::vector<std::string> words);
/// A text that says a `unit`, and matches the regular expression `pattern` where there is one.
SchemaNode schema_of_text(std::string unit, std::string pattern = "");

template <class Enum>
std::vector<std::string> words_of(const Choice<Enum>& kind) {
  std::vector<std::string> words;
  for (const auto& word : kind.words) words.emplace_back(word.word);
  return words;
}
template <class Enum>
void read(Reader& reader, const Node& node, Enum& value, const Choice<Enum>& kind) {
  if (const auto index = read_word(reader, node, words_of(kind))) value = kind.words[*index].value;
}
template <class Enum>
Node written(const Enum& value, const Choice<Enum>& kind) {
  return Node::of_text(std::string(word_of(value, kind)));
}
template <class Enum>
SchemaNode schema(const Enum&, const Choice<Enum>& kind) {
  return schema_of_words(words_of(kind));
}

}  // namespace rehearse
