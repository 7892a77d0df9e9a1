#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/tidy/source_file.hpp"

namespace rehearse::tidy {

/// Folders of the tree down to the second level that hold files, as "sim/" or "tests/unit/",
/// sorted. What builds and hidden tools leave behind does not count.
std::vector<std::string> folders_of(const std::filesystem::path& root);

/// Folders that a page names at the beginning of a line of its map: "- `sim/` ...", sorted.
std::vector<std::string> mapped_folders(const std::string& page);

/// Targets of relative links in a page that are not there.
std::vector<std::string> dead_links(const std::string& page, const std::filesystem::path& folder);

/// Files and folders of the tree that a page names in code, as `sim/time.hpp` or `outputs/hdf5.*`,
/// and that are not there.
std::vector<std::string> dead_paths(const std::string& page, const std::filesystem::path& root);

/// Members that a page names in code, as `Clock::now`, where no file has both words.
std::vector<std::string> dead_symbols(const std::string& page,
                                      const std::vector<SourceFile>& files);

/// The pages of the project, for people.
std::vector<std::filesystem::path> pages(const std::filesystem::path& root);

/// The version that CMakeLists.txt gives to the project; empty when there is none.
std::string version_of(const std::string& cmake_lists);

}  // namespace rehearse::tidy
