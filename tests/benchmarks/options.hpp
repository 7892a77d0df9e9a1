#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace rehearse::bench {

/// What the command line asks for.
struct Options {
  bool help = false;
  bool list = false;
  bool markdown = false;
  bool peers = false;
  std::string filter;
  std::string json;
  std::string versus;
  std::string once;  // of the two binaries that are compared: one run of the benchmark so named
};

/// A mistake of the user; the sentence says what to do instead.
class BadOption : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws BadOption.
Options options_of(const std::vector<std::string>& words);

extern const char* const help_text;

}  // namespace rehearse::bench
