#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace rehearse {

/// Larger files are refused before they are read. A parsed document takes up to sixty times its
/// size in memory (measured), recorded arrivals about four times.
constexpr std::size_t largest_document = 16u << 20;
constexpr std::size_t largest_recording = 64u << 20;

struct TextFile {
  std::optional<std::string> text;
  std::string complaint;  // why there is no text
};

/// The whole of a regular file; devices, folders and giants are refused.
TextFile read_text_file(const std::string& path, std::size_t largest = largest_document);

/// The folder that holds a file, with its slash; empty for the current one.
std::string folder_of(const std::string& path);

/// `path` as seen from `folder`.
std::string joined_path(const std::string& folder, const std::string& path);

}  // namespace rehearse
