#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>

#include "tests/tidy/declarations.hpp"
#include "tests/tidy/layout.hpp"

namespace rehearse::tidy {
namespace {

constexpr std::size_t longest_line = 100;
constexpr std::size_t longest_function = 60;

std::string at(const SourceFile& file, std::size_t line, const std::string& sentence) {
  return file.path + ":" + std::to_string(line) + ": " + sentence;
}

bool contains(const std::vector<std::string>& list, const std::string& wanted) {
  return std::find(list.begin(), list.end(), wanted) != list.end();
}

std::string without_extension(const std::string& path) {
  return path.substr(0, path.rfind('.'));
}

bool is_word_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}

/// Whether `word` stands in `line` and neither side of it goes on.
bool has_word(const std::string& line, const std::string& word) {
  for (std::size_t i = line.find(word); i != std::string::npos; i = line.find(word, i + 1)) {
    const std::size_t end = i + word.size();
    const bool starts = i == 0 || !is_word_letter(line[i - 1]);
    const bool ends =
        !is_word_letter(word.back()) || end == line.size() || !is_word_letter(line[end]);
    if (starts && ends) return true;
  }
  return false;
}

/// Characters, not bytes: a line with an umlaut is no longer than it looks.
std::size_t width(const std::string& line) {
  return static_cast<std::size_t>(std::count_if(line.begin(), line.end(), [](char letter) {
    return (static_cast<unsigned char>(letter) & 0xC0U) != 0x80U;
  }));
}

bool is_snake_case(const std::string& name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char letter) {
    return std::islower(static_cast<unsigned char>(letter)) != 0 ||
           std::isdigit(static_cast<unsigned char>(letter)) != 0 || letter == '_';
  });
}

/// A library of C++, C or the operating system: it has no door.
bool is_system_header(const std::string& name) {
  return name.find_first_of("./") == std::string::npos || name.starts_with("sys/") ||
         contains({"unistd.h", "fcntl.h", "signal.h", "dirent.h", "poll.h", "cxxabi.h"}, name);
}

const Door* door_of(const std::string& include) {
  for (const Door& door : doors()) {
    for (const std::string& beginning : door.includes) {
      if (include.starts_with(beginning)) return &door;
    }
  }
  return nullptr;
}

/// A library may be configured by macros, where it is included.
bool is_door(const SourceFile& file) {
  return std::any_of(doors().begin(), doors().end(), [&](const Door& door) {
    return contains(door.files, without_extension(file.path));
  });
}

std::string joined(const std::vector<std::string>& lines, std::size_t first, std::size_t last) {
  std::string text;
  for (std::size_t i = first; i <= last; ++i) text += lines[i - 1] + "\n";
  return text;
}

/// What stands before the first parenthesis: the name of a function, or the macro of a test.
std::string called_first(const std::string& text) {
  const std::size_t end = text.find('(');
  if (end == std::string::npos) return "";
  std::size_t begin = end;
  while (begin > 0 && is_word_letter(text[begin - 1])) --begin;
  return text.substr(begin, end - begin);
}

}  // namespace

Findings arrow_violations(const SourceFile& file) {
  Findings findings;
  const auto room = arrows().find(file.room());
  if (room == arrows().end()) return findings;
  for (const Include& include : includes_of(file)) {
    if (!include.quoted) continue;
    const std::string target = include.name.substr(0, include.name.find('/'));
    if (target == room->first || contains(room->second, target)) continue;
    findings.push_back(at(file, include.line, room->first + " must not include " + include.name));
  }
  return findings;
}

Findings floor_violations(const SourceFile& file) {
  Findings findings;
  const auto room = floors().find(file.room());
  if (room == floors().end()) return findings;
  const auto level = [&](const std::string& path) {
    const auto begin = room->second.begin();
    const auto end = room->second.end();
    const auto step = std::find(begin, end, without_extension(path));
    return step != end ? step : std::find(begin, end, path.substr(0, path.rfind('/')));
  };
  if (level(file.path) == room->second.end()) {
    findings.push_back(at(file, 1, "no sub-room of " + room->first + " that anybody knows"));
  }
  for (const Include& include : includes_of(file)) {
    if (!include.quoted || !include.name.starts_with(room->first + "/")) continue;
    if (level(include.name) >= level(file.path)) continue;
    findings.push_back(at(file, include.line, include.name + " lies above this file"));
  }
  return findings;
}

Findings door_violations(const SourceFile& file) {
  Findings findings;
  if (!arrows().contains(file.room())) return findings;
  for (const Include& include : includes_of(file)) {
    if (include.quoted || is_system_header(include.name)) continue;
    if (include.name.starts_with("fmt/")) {
      if (file.is_header()) findings.push_back(at(file, include.line, "fmt is for .cpp files"));
      continue;
    }
    const Door* door = door_of(include.name);
    if (door == nullptr) {
      findings.push_back(at(file, include.line, "<" + include.name + "> has no door"));
    } else if (!contains(door->files, without_extension(file.path))) {
      findings.push_back(
          at(file, include.line, door->library + " has its door in " + door->files.front()));
    }
  }
  return findings;
}

Findings width_violations(const SourceFile& file) {
  Findings findings;
  for (std::size_t i = 0; i < file.text.size(); ++i) {
    if (width(file.text[i]) <= longest_line) continue;
    findings.push_back(at(file, i + 1, "line of " + std::to_string(width(file.text[i]))));
  }
  return findings;
}

Findings function_violations(const SourceFile& file) {
  Findings findings;
  for (const Function& function : declarations_of(file).functions) {
    const std::size_t lines = function.last_line - function.first_line + 1;
    if (lines <= longest_function) continue;
    findings.push_back(
        at(file, function.first_line, "function of " + std::to_string(lines) + " lines"));
  }
  return findings;
}

Findings word_violations(const SourceFile& file) {
  Findings findings;
  for (const BannedWord& banned : banned_words()) {
    if (!banned.rooms.empty() && !contains(banned.rooms, file.room())) continue;
    if (contains(banned.exceptions, without_extension(file.path))) continue;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      if (!has_word(file.code[i], banned.word)) continue;
      findings.push_back(at(file, i + 1, banned.word + ": " + banned.reason));
    }
  }
  return findings;
}

Findings header_violations(const SourceFile& file) {
  Findings findings;
  const bool may_define = !arrows().contains(file.room()) || is_door(file);
  for (std::size_t i = 0; i < file.code.size(); ++i) {
    if (file.code[i].starts_with("#define") && !may_define) {
      findings.push_back(at(file, i + 1, "no macros"));
    }
    if (file.is_header() && file.code[i].starts_with("using namespace")) {
      findings.push_back(at(file, i + 1, "a header must not say using namespace"));
    }
  }
  if (file.is_header() && (file.text.empty() || file.text.front() != "#pragma once")) {
    findings.push_back(at(file, 1, "a header begins with #pragma once"));
  }
  return findings;
}

Findings name_violations(const SourceFile& file) {
  std::string rest = without_extension(file.path);
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    if (!is_snake_case(rest.substr(0, slash))) {
      return {at(file, 1, "files and folders are named in snake_case")};
    }
    if (slash == std::string::npos) break;
    rest = rest.substr(slash + 1);
  }
  return {};
}

Findings comment_violations(const SourceFile& file) {
  const std::vector<std::string> banners = {"//---",  "// ---", "//===",  "// ===", "//***",
                                            "// ***", "/***",   "// ###", "////"};
  // In two halves, so that this file does not break its own rules.
  const std::vector<std::string> promises = {
      "TO"
      "DO",
      "FIX"
      "ME",
      "XX"
      "X"};
  const std::vector<std::string> machine_paths = {
      "/wo"
      "rk/",
      "/ro"
      "ot/",
      "/ho"
      "me/"};
  Findings findings;
  for (std::size_t i = 0; i < file.text.size(); ++i) {
    const std::string& line = file.text[i];
    const std::size_t start = std::min(line.find_first_not_of(' '), line.size());
    for (const std::string& banner : banners) {
      if (line.compare(start, banner.size(), banner) != 0) continue;
      findings.push_back(at(file, i + 1, "no banners"));
    }
    for (const std::string& word : promises) {
      if (has_word(line, word)) findings.push_back(at(file, i + 1, "do it, or open an issue"));
    }
    for (const std::string& path : machine_paths) {
      if (line.find(path) != std::string::npos) {
        findings.push_back(at(file, i + 1, "names a path of one machine"));
      }
    }
  }
  return findings;
}

Findings lone_source_violations(const SourceFile& file) {
  if (!arrows().contains(file.room()) || file.is_header()) return {};
  if (contains(sources_without_header(), without_extension(file.path))) return {};
  const std::string header = without_extension(file.path) + ".hpp";
  const std::vector<Include> includes = includes_of(file);
  if (!includes.empty() && includes.front().name == header) return {};
  return {at(file, 1, "includes no header of its own before all else")};
}

Findings opening_violations(const SourceFile& file) {
  if (!arrows().contains(file.room()) || !file.is_header()) return {};
  for (const std::string& line : file.text) {
    if (line.starts_with("///")) return {};
    const bool opens = line.empty() || line.starts_with("#") || line.starts_with("namespace");
    if (!opens) break;
  }
  return {at(file, 1, "does not say first what it is")};
}

Findings scattered_members(const std::vector<SourceFile>& files) {
  static const std::regex member(R"(^[A-Za-z].*?\b([A-Z]\w*)::~?\w+\()");
  std::map<std::string, std::string> homes;  // of types, without extension
  for (const SourceFile& file : files) {
    if (!arrows().contains(file.room()) || !file.is_header()) continue;
    for (const Type& type : declarations_of(file).types) {
      homes[type.name.substr(type.name.rfind(':') + 1)] = without_extension(file.path);
    }
  }
  Findings findings;
  for (const SourceFile& file : files) {
    if (!arrows().contains(file.room())) continue;
    for (std::size_t i = 0; i < file.code.size(); ++i) {
      std::smatch match;
      if (!std::regex_search(file.code[i], match, member) || file.code[i].ends_with(";")) continue;
      const auto home = homes.find(match[1]);
      if (home == homes.end() || home->second == without_extension(file.path)) continue;
      findings.push_back(at(file, i + 1, home->first + " lives in " + home->second));
    }
  }
  return findings;
}

Findings dead_names(const std::vector<SourceFile>& files) {
  struct Seen {
    std::string where;  // the declaration, as a finding
    std::size_t uses = 0;
  };
  std::map<std::string, Seen> seen;
  for (const SourceFile& file : files) {
    if (!arrows().contains(file.room()) || !file.is_header()) continue;
    for (const Mention& mention : mentions_of(file)) {
      if (!mention.declares || seen.contains(mention.name)) continue;
      seen[mention.name].where = at(file, mention.line, mention.name + " is used by no room");
    }
  }
  for (const SourceFile& file : files) {
    if (!arrows().contains(file.room())) continue;
    for (const Mention& mention : mentions_of(file)) {
      const auto name = seen.find(mention.name);
      if (name != seen.end() && !mention.declares) ++name->second.uses;
    }
  }
  Findings findings;
  for (const auto& [name, one] : seen) {
    if (one.uses == 0 && !contains(names_of_tests(), name)) findings.push_back(one.where);
  }
  return findings;
}

Findings silent_tests(const std::vector<SourceFile>& files) {
  static const std::regex assertion(R"(\b(STATIC_)?(CHECK|REQUIRE|FAIL|SUCCEED|SKIPPED)[A-Z_]*\()");
  struct Body {
    const SourceFile* file;
    Function function;
    std::string name;
    bool asserts = false;
  };
  std::vector<Body> bodies;
  for (const SourceFile& file : files) {
    if (file.room() != "tests") continue;
    for (const Function& function : declarations_of(file).functions) {
      const std::string text = joined(file.code, function.first_line, function.last_line);
      bodies.push_back({&file, function, called_first(text), std::regex_search(text, assertion)});
    }
  }
  std::set<std::string> asserting;
  for (bool more = true; more;) {
    more = false;
    for (Body& body : bodies) {
      if (!body.asserts) {
        const std::string text =
            joined(body.file->code, body.function.first_line + 1, body.function.last_line);
        for (const std::string& name : asserting) {
          if (has_word(text, name)) body.asserts = true;
        }
      }
      if (body.asserts && body.name != "TEST_CASE" && asserting.insert(body.name).second) {
        more = true;
      }
    }
  }
  Findings findings;
  for (const Body& body : bodies) {
    if (body.asserts || body.name != "TEST_CASE") continue;
    findings.push_back(at(*body.file, body.function.first_line, "a test that cannot fail"));
  }
  return findings;
}

Findings sparse_contracts(const std::vector<SourceFile>& files) {
  static const std::regex contract(R"(\b(expects|static_assert)\()");
  constexpr double wanted = 1.5;  // in 100 lines
  Findings findings;
  const std::vector<std::vector<std::string>> counted = {{"sim"}, {"models"}, {"sim", "models"}};
  for (const std::vector<std::string>& rooms : counted) {
    std::size_t contracts = 0;
    std::size_t lines = 0;
    for (const SourceFile& file : files) {
      const bool is_their_home = without_extension(file.path) == "sim/expects";
      if (!contains(rooms, file.room()) || is_their_home) continue;
      for (const std::string& line : file.code) {
        if (line.find_first_not_of(' ') == std::string::npos) continue;
        ++lines;
        contracts += static_cast<std::size_t>(std::distance(
            std::sregex_iterator(line.begin(), line.end(), contract), std::sregex_iterator()));
      }
    }
    if (100 * static_cast<double>(contracts) >= wanted * static_cast<double>(lines)) continue;
    const std::string names = rooms.size() == 1 ? rooms.front() : "sim and models together";
    findings.push_back(names + ": " + std::to_string(contracts) + " contracts in " +
                       std::to_string(lines) + " lines of code; 1.5 in 100 are wanted");
  }
  return findings;
}

Findings scattered_mechanisms(const std::vector<SourceFile>& files) {
  static const std::regex of_circuit_breaker("circuit_?breaker", std::regex::icase);
  static const std::regex of_retry_throttle("retry_?throttle", std::regex::icase);
  static const std::regex of_codel("codel", std::regex::icase);
  static const std::regex of_packet_loss("packet_?loss", std::regex::icase);
  static const std::regex of_cpu_stress("cpu_?stress", std::regex::icase);
  static const std::regex of_paging("AlarmAction::page|\"page\"");
  const std::vector<std::pair<std::string, const std::regex*>> mechanisms = {
      {"the circuit breaker", &of_circuit_breaker},
      {"the retry throttle", &of_retry_throttle},
      {"CoDel", &of_codel},
      {"packet loss", &of_packet_loss},
      {"CPU stress", &of_cpu_stress},
      {"the alarm that pages only", &of_paging}};
  Findings findings;
  for (const auto& [name, word] : mechanisms) {
    std::set<std::string> places;
    for (const SourceFile& file : files) {
      if (file.room() == "tests") continue;
      const bool named = std::any_of(
          file.text.begin(), file.text.end(),
          [&, word = word](const std::string& line) { return std::regex_search(line, *word); });
      if (named) places.insert(without_extension(file.path));
    }
    if (places.size() <= 3) continue;
    std::string all;
    for (const std::string& place : places) all += (all.empty() ? "" : ", ") + place;
    findings.push_back(name + " is named in more than three files: " + all);
  }
  return findings;
}

Findings repeated_types(const std::vector<SourceFile>& files) {
  Findings findings;
  std::map<std::string, std::string> seen;
  for (const SourceFile& file : files) {
    if (!arrows().contains(file.room())) continue;
    for (const Type& type : declarations_of(file).types) {
      const auto [first, is_new] = seen.emplace(type.name, file.path);
      if (is_new) continue;
      findings.push_back(at(file, type.line, type.name + " is also a type in " + first->second));
    }
  }
  return findings;
}

}  // namespace rehearse::tidy
