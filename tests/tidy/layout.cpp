#include "tests/tidy/layout.hpp"

namespace rehearse::tidy {
namespace {

using Rooms = std::vector<std::string>;

const Rooms& below_cli() {
  static const Rooms rooms = {"sim",       "language",  "models", "studies",
                              "scenarios", "calibrate", "outputs"};
  return rooms;
}

const Rooms& simulation() {
  static const Rooms rooms = {"sim", "models"};
  return rooms;
}

Rooms every_room() {
  Rooms rooms = below_cli();
  rooms.push_back("cli");
  return rooms;
}

void ban(std::vector<BannedWord>& banned, const std::vector<std::string>& words, const Rooms& rooms,
         const std::vector<std::string>& exceptions, const std::string& reason) {
  for (const std::string& word : words) banned.push_back({word, rooms, exceptions, reason});
}

std::vector<BannedWord> make_banned_words() {
  std::vector<BannedWord> banned;
  ban(banned,
      {"rand", "srand", "random_device", "mt19937", "mt19937_64", "default_random_engine",
       "normal_distribution", "lognormal_distribution", "exponential_distribution",
       "uniform_real_distribution", "uniform_int_distribution", "gamma_distribution",
       "weibull_distribution", "poisson_distribution", "bernoulli_distribution",
       "discrete_distribution", "geometric_distribution"},
      {}, {}, "results must not depend on the library; draw from a RandomStream");
  ban(banned, {"unordered_map", "unordered_set", "unordered_multimap", "unordered_multiset"},
      simulation(), {}, "its order depends on the library and reaches results");
  ban(banned,
      {"std::log", "std::log2", "std::log10", "std::log1p", "std::exp", "std::expm1", "std::pow",
       "std::sin", "std::cos", "std::tan", "std::erf", "std::erfc", "std::tgamma", "std::lgamma",
       "std::cbrt"},
      simulation(), {"sim/stats/intervals"},
      "the C library's last bits depend on the processor; use sim/random/portable_math.hpp");
  ban(banned, {"cout", "cerr", "clog", "printf", "fprintf", "puts", "fputs", "putchar", "perror"},
      below_cli(), {}, "nothing below cli prints");
  ban(banned, {"exit(", "_exit(", "quick_exit(", "abort(", "terminate("}, every_room(),
      {"cli/main"}, "only main decides how the program ends");
  ban(banned, {"getenv", "secure_getenv", "setenv"}, below_cli(), {},
      "a run is a function of what it is given");
  ban(banned,
      {"system_clock", "steady_clock", "high_resolution_clock", "gettimeofday", "clock_gettime"},
      below_cli(), {}, "nothing below cli reads the real clock");
  ban(banned, {"ifstream", "ofstream", "fstream", "fopen", "filesystem"}, simulation(), {},
      "sim and models touch no files");
  ban(banned, {"shared_ptr", "make_shared"}, simulation(), {},
      "the state of a run is a value: slabs and indices");
  ban(banned, {"std::regex", "std::wregex", "std::regex_search", "std::regex_match"}, every_room(),
      {}, "takes exponential time, and recurses by the letter; use RE2");
  ban(banned, {"std::format", "std::views", "source_location", "std::jthread"}, {}, {},
      "not in the C++20 that g++ 12 and clang 14 both read");
  return banned;
}

}  // namespace

const std::map<std::string, Rooms>& arrows() {
  static const std::map<std::string, Rooms> table = {
      {"sim", {}},
      {"language", {"sim"}},
      {"models", {"language", "sim"}},
      {"studies", {"models", "language", "sim"}},
      {"scenarios", {"studies", "models", "language", "sim"}},
      {"calibrate", {"studies", "models", "language", "sim"}},
      {"outputs", {"studies", "models", "language", "sim"}},
      {"cli", {"scenarios", "calibrate", "outputs", "studies", "models", "language", "sim"}},
  };
  return table;
}

const std::map<std::string, Rooms>& floors() {
  static const std::map<std::string, Rooms> table = {
      {"sim", {"sim/threads", "sim/stats", "sim/events", "sim/random", "sim"}},
      {"models",
       {"models", "models/control", "models/run/partition", "models/run/program", "models/run/door",
        "models/run/caller", "models/run/sources", "models/run/wire", "models/run", "models/plan",
        "models/checks", "models/specs", "models/faults", "models/policies", "models/values",
        "models/outcomes"}},
      {"scenarios", {"scenarios", "scenarios/imports"}},
      {"outputs", {"outputs/report", "outputs/text", "outputs/outcome_file", "outputs"}},
      {"calibrate",
       {"calibrate", "calibrate/audit/signs", "calibrate/audit", "calibrate/learn",
        "calibrate/traces", "calibrate/readers"}},
  };
  return table;
}

std::vector<std::string> folders_with_code() {
  std::vector<std::string> folders;
  for (const auto& [room, below] : arrows()) folders.push_back(room);
  folders.push_back("tests");
  return folders;
}

const std::vector<Door>& doors() {
  static const std::vector<Door> table = {
      {"oneTBB", {"tbb/", "oneapi/"}, {"sim/threads/parallel_for"}},
      {"Boost.Math", {"boost/math/"}, {"sim/stats/special_functions"}},
      {"toml++", {"toml++/", "toml.hpp"}, {"language/toml_reader"}},
      {"yaml-cpp", {"yaml-cpp/"}, {"scenarios/imports/yaml_reader"}},
      {"simdjson", {"simdjson"}, {"calibrate/readers/json"}},
      {"protozero", {"protozero/"}, {"calibrate/readers/otlp_protobuf"}},
      {"SSE2", {"emmintrin.h"}, {"calibrate/readers/letter_masks"}},
      {"RE2", {"re2/"}, {"calibrate/readers/name_pattern"}},
      {"Boost.Iostreams", {"boost/iostreams/"}, {"calibrate/readers/input"}},
      {"Boost.CRC", {"boost/crc"}, {"calibrate/readers/input"}},
      {"HDF5", {"hdf5", "H5"}, {"outputs/outcome_file/hdf5"}},
      {"nlohmann-json", {"nlohmann/"}, {"outputs/text/json_writer"}},
      {"pugixml", {"pugixml"}, {"outputs/report/junit"}},
      {"Boost.Program_options", {"boost/program_options"}, {"cli/command_line"}},
  };
  return table;
}

const std::vector<std::string>& sources_without_header() {
  static const std::vector<std::string> table = {
      "cli/main",    "cli/audit",     "cli/backtest", "cli/calibrate", "cli/explain",
      "cli/inspect", "cli/preflight", "cli/run",      "cli/schema",
  };
  return table;
}

const std::vector<std::string>& names_of_tests() {
  static const std::vector<std::string> table = {
      "language_page", "outcome_format_page",           // tests write the pages
      "microseconds",                                   // one of a family
      "quantile_ranks", "upper_limit_without_events"};  // for intervals to come
  return table;
}

const std::vector<BannedWord>& banned_words() {
  static const std::vector<BannedWord> table = make_banned_words();
  return table;
}

}  // namespace rehearse::tidy
