#include "tests/support/gallery.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "sim/error.hpp"

namespace rehearse::testing {
namespace {

namespace files = std::filesystem;

constexpr const char* no_complaint = "nothing\n";

std::string text_of(const files::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

std::vector<files::path> broken_files(const files::path& folder) {
  std::vector<files::path> paths;
  for (const auto& entry : files::directory_iterator(folder)) {
    const std::string kind = entry.path().extension().string();
    const bool sound = entry.path().filename().string().starts_with("sound");
    if ((kind == ".toml" || kind == ".yaml") && !sound) paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

Gallery::Gallery(const std::string& name)
    : folder_(files::path(REHEARSE_SOURCE_DIR) / "tests" / "errors" / name) {}

std::string Gallery::complaint(const std::function<void()>& read) const {
  std::string text = no_complaint;
  try {
    read();
  } catch (const InvalidInput& error) {
    text = error.what();
  }
  const std::string folder = folder_.string() + "/";
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder)) {
    text.erase(at, folder.size());
  }
  return text;
}

void Gallery::check(std::size_t least, const std::function<void(const files::path&)>& read) const {
  const std::vector<files::path> paths = broken_files(folder_);
  CHECK(paths.size() >= least);
  for (const files::path& path : paths) {
    CAPTURE(path.filename().string());
    files::path expected = path;
    expected.replace_extension(".expected");
    const std::string said = complaint([&] { read(path); });
    if (std::getenv("REHEARSE_ACCEPT") != nullptr) std::ofstream(expected) << said;

    CHECK(said != no_complaint);
    CHECK(said == text_of(expected));
  }
}

}  // namespace rehearse::testing
