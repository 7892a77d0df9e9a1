#include "tests/benchmarks/options.hpp"

namespace rehearse::bench {
namespace {

struct Flag {
  const char* name;
  bool Options::*target;
};

struct Setting {
  const char* name;
  std::string Options::*target;
};

constexpr Flag flags[] = {{"--help", &Options::help},
                          {"--list", &Options::list},
                          {"--markdown", &Options::markdown},
                          {"--peers", &Options::peers}};

constexpr Setting settings[] = {{"--filter", &Options::filter},
                                {"--json", &Options::json},
                                {"--vs", &Options::versus},
                                {"--once", &Options::once}};

bool take_flag(Options& options, const std::string& word) {
  for (const Flag& flag : flags) {
    if (word != flag.name) continue;
    options.*flag.target = true;
    return true;
  }
  return false;
}

}  // namespace

Options options_of(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (take_flag(options, words[i])) continue;
    const std::string name = words[i].substr(0, words[i].find('='));
    const Setting* found = nullptr;
    for (const Setting& setting : settings) {
      if (name == setting.name) found = &setting;
    }
    if (found == nullptr) {
      throw BadOption("unknown option '" + words[i] + "'; --help lists them");
    }
    std::string& value = options.*found->target;
    if (name.size() < words[i].size()) {
      value = words[i].substr(name.size() + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    }
    if (value.empty()) throw BadOption(name + " needs a value; --help shows an example");
  }
  if (options.peers && !options.versus.empty()) {
    throw BadOption("--peers and --vs compare with different things; take one of them");
  }
  return options;
}

const char* const help_text =
    R"(rehearse_bench: how fast the engine is. Never decides whether a test passes.

  rehearse_bench [--filter NAME,...] [--json FILE] [--markdown] [--vs PATH | --peers] [--list]

  --filter NAME,...  only benchmarks whose name contains one of these
  --json FILE    also writes {"rows": [{"name", "value", "unit", "baseline", "ratio",
                 "ratio_min", "ratio_max"}]}; a ratio is a median of pairs, above 1 is better
  --markdown     prints a table for a page; scripts/measure writes docs/performance.md with it
  --vs PATH      compares with another rehearse_bench: short runs of this one and of PATH in
                 turn, so that a busy machine disturbs both alike
  --peers        compares with ns-3, SystemC, SimGrid and SimPy, where they are installed
                 (scripts/install-peers); builds their programs in a folder beside this binary
                 and checks the means of all
  --list         names the benchmarks
  --help         this text

Example: is the engine of this branch faster than that of main?
  rehearse_bench --filter tree --vs ../main/build/release/rehearse_bench --json tree.json

Exit codes: 0 done, 1 a benchmark failed, 2 a mistake on the command line.
)";

}  // namespace rehearse::bench
