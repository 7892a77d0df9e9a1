#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>
#include <cmath>

#include "language/suggestions.hpp"
#include "sim/error.hpp"
#include "sim/visible_text.hpp"

namespace rehearse {
namespace {

namespace po = boost::program_options;

constexpr const char* positional_name = "rehearse-positional";

po::options_description description_of(const std::vector<Option>& options) {
  po::options_description description;
  for (const Option& option : options) {
    const std::string names =
        option.letter == 0 ? option.name : fmt::format("{},{}", option.name, option.letter);
    if (option.argument.empty()) {
      description.add_options()(names.c_str(), "");
    } else {
      description.add_options()(names.c_str(), po::value<std::string>(), "");
    }
  }
  description.add_options()(positional_name, po::value<std::vector<std::string>>(), "");
  return description;
}

std::string hint_for(const std::string& word, const std::vector<Option>& options) {
  std::vector<std::string> names;
  for (const Option& option : options) names.push_back("--" + option.name);
  const std::string hint = did_you_mean(word, names);
  return hint.empty() ? "" : "\nhint: " + hint;
}

/// What is said more than once would be ambiguous: which one counts?
void refuse_repeated(const std::string& verb, const std::vector<Option>& options,
                     const std::vector<std::pair<std::string, std::string>>& values) {
  const auto may_repeat = [&](const std::string& name) {
    return std::any_of(options.begin(), options.end(), [&](const Option& option) {
      return option.repeatable && option.name == name;
    });
  };
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (may_repeat(values[i].first)) continue;
    for (std::size_t k = 0; k < i; ++k) {
      if (values[i].first != values[k].first) continue;
      throw InvalidInput(fmt::format("rehearse {}: --{} is given twice", verb, values[i].first));
    }
  }
}

/// `-o ""` is a variable of a script that was never set: never what is meant.
void refuse_empty(const std::string& verb, const std::vector<Option>& options,
                  const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    const auto same = [&name = name](const Option& option) { return option.name == name; };
    const auto option = std::find_if(options.begin(), options.end(), same);
    if (option == options.end() || option->argument.empty() || !value.empty()) continue;
    throw InvalidInput(fmt::format("rehearse {}: --{} is empty", verb, name));
  }
}

po::parsed_options parsed(const std::string& verb, const std::vector<Option>& options,
                          const std::vector<std::string>& words) {
  const po::options_description description = description_of(options);
  po::positional_options_description positional;
  positional.add(positional_name, -1);
  constexpr int style =
      po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
  try {
    return po::command_line_parser(words)
        .options(description)
        .positional(positional)
        .style(style)
        .run();
  } catch (const po::unknown_option& unknown) {
    const std::string word = unknown.get_option_name();
    throw InvalidInput(fmt::format("rehearse {}: there is no option {}{}", verb, visible_name(word),
                                   hint_for(word, options)));
  } catch (const po::error& mistake) {
    throw InvalidInput(fmt::format("rehearse {}: {}", verb, visible_name(mistake.what())));
  }
}

template <class Number>
std::optional<Number> read_whole(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::string> Arguments::text(const std::string& option) const {
  const auto found = std::find_if(values_.begin(), values_.end(),
                                  [&](const auto& value) { return value.first == option; });
  if (found == values_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Arguments::texts(const std::string& option) const {
  std::vector<std::string> found;
  for (const auto& [name, value] : values_) {
    if (name == option) found.push_back(value);
  }
  return found;
}

std::optional<std::uint64_t> Arguments::whole_number(const std::string& option, std::uint64_t least,
                                                     std::uint64_t most) const {
  const auto said = text(option);
  if (!said) return std::nullopt;
  const auto value = read_whole<std::uint64_t>(*said);
  if (value && *value >= least && *value <= most) return value;
  throw InvalidInput(fmt::format("--{} {}: expected a whole number from {} to {}", option,
                                 visible_name(*said), least, most));
}

std::optional<double> Arguments::number(const std::string& option, double least,
                                        double most) const {
  const auto said = text(option);
  if (!said) return std::nullopt;
  const auto value = read_whole<double>(*said);
  if (value && std::isfinite(*value) && *value >= least && *value <= most) return value;
  throw InvalidInput(fmt::format("--{} {}: expected a number from {} to {}", option,
                                 visible_name(*said), least, most));
}

Arguments parse_arguments(const std::string& verb, const std::vector<Option>& options,
                          const std::vector<std::string>& words) {
  std::vector<std::string> positional;
  std::vector<std::pair<std::string, std::string>> values;
  for (const auto& option : parsed(verb, options, words).options) {
    if (option.string_key == positional_name) {
      positional.insert(positional.end(), option.value.begin(), option.value.end());
    } else {
      values.emplace_back(option.string_key, option.value.empty() ? "" : option.value.front());
    }
  }
  refuse_repeated(verb, options, values);
  refuse_empty(verb, options, values);
  return {std::move(positional), std::move(values)};
}

}  // namespace rehearse
