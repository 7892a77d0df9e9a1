#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace rehearse {

/// What may be said after a verb: `--name ARGUMENT`, `-n ARGUMENT`, or without one a switch.
struct Option {
  std::string name;
  char letter = 0;       // 0: none
  std::string argument;  // how help names it; empty: a switch
  std::string meaning;
  bool repeatable = false;  // each time it says something more
};

/// The words after a verb, taken apart. Values of options by name; switches are present or not.
class Arguments {
 public:
  Arguments(std::vector<std::string> positional,
            std::vector<std::pair<std::string, std::string>> values)
      : positional_(std::move(positional)), values_(std::move(values)) {}

  const std::vector<std::string>& positional() const { return positional_; }
  bool has(const std::string& option) const { return text(option).has_value(); }
  std::optional<std::string> text(const std::string& option) const;
  /// Of an option that may be given more than once, in the order in which they were given.
  std::vector<std::string> texts(const std::string& option) const;

  /// Throws InvalidInput, naming the option, for anything but a whole number in [least, most].
  std::optional<std::uint64_t> whole_number(const std::string& option, std::uint64_t least,
                                            std::uint64_t most) const;
  /// The same for a finite decimal number.
  std::optional<double> number(const std::string& option, double least, double most) const;

 private:
  std::vector<std::string> positional_;
  std::vector<std::pair<std::string, std::string>> values_;
};

/// Takes `words` apart by the options of a verb. Throws InvalidInput for what the verb does not
/// know (with the option that was probably meant), an option without its argument, or one given
/// twice that is not repeatable.
Arguments parse_arguments(const std::string& verb, const std::vector<Option>& options,
                          const std::vector<std::string>& words);

}  // namespace rehearse
