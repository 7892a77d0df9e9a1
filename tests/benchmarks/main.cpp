// rehearse_bench: options.cpp holds the help. Benchmarks never decide whether a test passes.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "tests/benchmarks/bench.hpp"
#include "tests/benchmarks/child.hpp"
#include "tests/benchmarks/options.hpp"
#include "tests/benchmarks/rows.hpp"
#include "tests/benchmarks/versus.hpp"

namespace rehearse::bench {
namespace {

std::vector<Benchmark> all_benchmarks() {
  std::vector<Benchmark> all;
  const auto add = [&](std::vector<Benchmark> some) {
    std::move(some.begin(), some.end(), std::back_inserter(all));
  };
  add(engine_benchmarks());
  add(graph_benchmarks());
  add(replication_benchmarks());
  add(start_benchmarks());
  add(reading_benchmarks());
  return all;
}

/// Whether `name` contains one of the words, which commas part.
bool is_meant(const std::string& name, const std::string& words) {
  std::istringstream list(words);
  std::string word;
  while (std::getline(list, word, ',')) {
    if (name.find(word) != std::string::npos) return true;
  }
  return words.empty();
}

std::vector<Benchmark> selected(const Options& options) {
  std::vector<Benchmark> chosen = options.peers ? peer_benchmarks() : all_benchmarks();
  std::erase_if(chosen, [&](const Benchmark& benchmark) {
    return !is_meant(benchmark.name, options.filter);
  });
  if (chosen.empty()) {
    throw BadOption("no benchmark has '" + options.filter + "' in its name; --list names them");
  }
  return chosen;
}

int run_once(const std::string& name) {
  for (const Benchmark& benchmark : all_benchmarks()) {
    if (benchmark.name != name) continue;
    fmt::print("{}", written((benchmark.run_once ? benchmark.run_once : benchmark.run)()));
    return 0;
  }
  throw BadOption("no benchmark is named '" + name + "'; --list names them");
}

/// Other binaries may lack a benchmark; those that do are named, and left out.
void keep_common(std::vector<Benchmark>& chosen, const std::string& other) {
  const std::vector<std::string> theirs = listed_by(other);
  std::erase_if(chosen, [&](const Benchmark& benchmark) {
    const bool missing = std::find(theirs.begin(), theirs.end(), benchmark.name) == theirs.end();
    if (missing) fmt::print(stderr, "{}: not in {}\n", benchmark.name, other);
    return missing;
  });
}

int run(const Options& options) {
  std::vector<Benchmark> chosen = selected(options);
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  // A name without a folder would be looked for where the shell looks for programs.
  const std::string other =
      options.versus.empty() ? "" : std::filesystem::absolute(options.versus).string();
  if (!other.empty()) keep_common(chosen, other);
  std::ofstream json;
  if (!options.json.empty()) json.open(options.json);
  if (!json) throw BadOption("cannot write " + options.json);
  std::vector<Row> rows;
  bool failed = false;
  if (options.markdown) fmt::print("{}\n", markdown_head);
  for (const Benchmark& benchmark : chosen) {
    try {
      const std::vector<Row> some =
          other.empty() ? in_child(benchmark.run) : compared(self, other, benchmark.name);
      for (const Row& row : some) {
        fmt::print("{}\n", options.markdown ? markdown_of(row) : line_of(row));
      }
      rows.insert(rows.end(), some.begin(), some.end());
    } catch (const std::exception& error) {
      fmt::print(stderr, "{} failed: {}\n", benchmark.name, error.what());
      failed = true;
    }
    std::fflush(stdout);
  }
  if (json.is_open()) json << written(rows) << std::flush;
  return failed || !json ? 1 : 0;
}

int act(const Options& options) {
  if (options.help) {
    fmt::print("{}", help_text);
    return 0;
  }
  if (options.list) {
    for (const Benchmark& benchmark : selected(options)) fmt::print("{}\n", benchmark.name);
    return 0;
  }
  return options.once.empty() ? run(options) : run_once(options.once);
}

}  // namespace
}  // namespace rehearse::bench

int main(int count, char** words) {
  try {
    return rehearse::bench::act(rehearse::bench::options_of({words + 1, words + count}));
  } catch (const rehearse::bench::BadOption& mistake) {
    fmt::print(stderr, "rehearse_bench: {}\n", mistake.what());
    return 2;
  } catch (const std::exception& error) {
    fmt::print(stderr, "rehearse_bench: {}\n", error.what());
    return 1;
  }
}
