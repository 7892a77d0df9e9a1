#include "language/text_file.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>

namespace rehearse {

TextFile read_text_file(const std::string& path, std::size_t largest) {
  namespace files = std::filesystem;
  std::error_code error;
  // A path may come from a document and hold anything, a NUL for one.
  if (path.find('\0') != std::string::npos) return {std::nullopt, "there is no such file"};
  const files::file_status status = files::status(path, error);
  if (!files::exists(status)) return {std::nullopt, "there is no such file"};
  if (files::is_directory(status)) return {std::nullopt, "this is a folder, not a file"};
  if (!files::is_regular_file(status)) return {std::nullopt, "this is not a regular file"};
  const auto size = files::file_size(path, error);
  if (error) return {std::nullopt, error.message()};
  if (size > largest) {
    return {std::nullopt,
            fmt::format("the file has {} MiB; at most {} MiB are read", size >> 20, largest >> 20)};
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(size, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(size));
  if (!stream && !stream.eof()) return {std::nullopt, "the file cannot be read"};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return {std::move(text), ""};
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

std::string joined_path(const std::string& folder, const std::string& path) {
  return !path.empty() && path.front() == '/' ? path : folder + path;
}

}  // namespace rehearse
