#include "tests/tidy/papers.hpp"

#include <algorithm>
#include <regex>

#include "tests/tidy/source_file.hpp"

namespace rehearse::tidy {
namespace {

namespace fs = std::filesystem;

bool is_ours(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return !name.starts_with("build") && name != "node_modules" &&
         (!name.starts_with(".") || name == ".ci");
}

/// Version control forgets empty folders, and so do we.
bool has_files(const fs::path& folder) {
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) return true;
  }
  return false;
}

std::vector<fs::path> subfolders(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() && is_ours(entry.path()) && has_files(entry.path())) {
      found.push_back(entry.path());
    }
  }
  return found;
}

std::vector<std::string> first_groups(const std::string& text, const std::regex& pattern) {
  std::vector<std::string> found;
  for (std::sregex_iterator match(text.begin(), text.end(), pattern), end; match != end; ++match) {
    found.push_back((*match)[1]);
  }
  return found;
}

}  // namespace

std::vector<std::string> folders_of(const fs::path& root) {
  std::vector<std::string> folders;
  for (const fs::path& outer : subfolders(root)) {
    folders.push_back(outer.filename().string() + "/");
    for (const fs::path& inner : subfolders(outer)) {
      folders.push_back(fs::relative(inner, root).generic_string() + "/");
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<std::string> mapped_folders(const std::string& page) {
  static const std::regex entry(R"(^\s*- `([a-z0-9_./]+/)`)");
  std::vector<std::string> folders;
  for (const std::string& line : lines_of(page)) {
    std::smatch match;
    if (std::regex_search(line, match, entry)) folders.push_back(match[1]);
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::vector<std::string> dead_links(const std::string& page, const fs::path& folder) {
  static const std::regex link(R"(\]\(([^)#\s]+)(#[^)]*)?\))");
  std::vector<std::string> dead;
  for (const std::string& target : first_groups(page, link)) {
    if (target.find("://") != std::string::npos) continue;
    if (!fs::exists(folder / target)) dead.push_back(target);
  }
  return dead;
}

std::vector<std::string> dead_paths(const std::string& page, const fs::path& root) {
  static const std::regex path(
      R"(`((?:sim|language|models|studies|scenarios|calibrate|outputs|cli|tests|scripts|docs)/)"
      R"([a-z0-9_./*-]+)`)");
  std::vector<std::string> dead;
  for (const std::string& named : first_groups(page, path)) {
    const std::size_t any = named.find(".*");
    const bool there = any == std::string::npos
                           ? fs::exists(root / named)
                           : fs::exists(root / (named.substr(0, any) + ".hpp")) ||
                                 fs::exists(root / (named.substr(0, any) + ".cpp"));
    if (!there) dead.push_back(named);
  }
  return dead;
}

std::vector<std::string> dead_symbols(const std::string& page,
                                      const std::vector<SourceFile>& files) {
  static const std::regex symbol(R"(`((?!std::)[A-Za-z_]\w*::[A-Za-z_]\w*)[^`]*`)");
  std::vector<std::string> dead;
  for (const std::string& named : first_groups(page, symbol)) {
    const std::size_t colons = named.find("::");
    const std::regex outer("\\b" + named.substr(0, colons) + "\\b");
    const std::regex inner("\\b" + named.substr(colons + 2) + "\\b");
    const auto has = [](const SourceFile& file, const std::regex& word) {
      return std::any_of(file.code.begin(), file.code.end(),
                         [&](const std::string& line) { return std::regex_search(line, word); });
    };
    const bool known = std::any_of(files.begin(), files.end(), [&](const SourceFile& file) {
      return has(file, inner) && has(file, outer);
    });
    if (!known) dead.push_back(named);
  }
  return dead;
}

std::vector<fs::path> pages(const fs::path& root) {
  std::vector<fs::path> found = {root / "README.md", root / "CONTRIBUTING.md",
                                 root / "CHANGELOG.md"};
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root / "docs")) {
    if (entry.path().extension() == ".md") found.push_back(entry.path());
  }
  return found;
}

std::string version_of(const std::string& cmake_lists) {
  static const std::regex version(R"(project\(rehearse VERSION ([0-9.]+))");
  const std::vector<std::string> found = first_groups(cmake_lists, version);
  return found.empty() ? std::string() : found.front();
}

}  // namespace rehearse::tidy
